"""/packs: what can be made and what was made."""

from riskreg.org.kinds import Role
from riskreg.packs.kinds import PackKind
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import give_role, make_person, make_team
from tests.packs.factories import keep, make_pack
from tests.risks.factories import make_risk


def test_offers_the_packs_of_the_chosen_team(client: RegisterClient) -> None:
    team = make_team()
    text = client.sign_in(make_person(team)).get("/packs").text
    for words in (
        "Leadership pack",
        "Top ten risks",
        "Risk register",
        f"Make one for {team.name} and below",
    ):
        assert words in text


def test_lists_packs_with_their_state_and_snapshot(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team, Role.VIEWER)
    ready, waiting = make_pack(person, team), make_pack(person, team, PackKind.REGISTER)
    keep(ready)
    text = client.sign_in(person).get("/packs").text
    assert f"/packs/{ready.id}.pdf" in text
    assert f"/packs/{waiting.id}.pdf" not in text
    assert "Ready" in text
    assert "Waiting" in text
    assert "2 packs" in text


def test_shows_strangers_nothing(client: RegisterClient) -> None:
    root = make_team()
    mine, theirs = make_team(parent=root), make_team(parent=root)
    pack = make_pack(make_person(mine), mine)
    text = client.sign_in(make_person(theirs)).get("/packs").text
    assert f"/packs/{pack.id}" not in text


def test_leaves_out_what_holds_something_of_another_team(client: RegisterClient) -> None:
    """The director's pack of a risk prints an action that the risk's own team may not see."""
    root = make_team()
    mine, theirs = make_team(parent=root), make_team(parent=root)
    admin, engineer = make_person(root, Role.ADMIN), make_person(mine)
    risk = make_risk(mine, 3, 3)
    make_action(theirs, admin, risk_id=risk.id)
    pack = make_pack(admin, root, PackKind.RISK, ref=risk.ref)
    client.sign_in(engineer)
    assert f"/packs/{pack.id}" not in client.get("/packs").text
    assert client.get(f"/packs/{pack.id}").status_code == 404
    give_role(engineer, theirs, Role.VIEWER)
    assert client.get(f"/packs/{pack.id}").status_code == 200
