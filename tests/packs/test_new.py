"""/packs/new: one kind, with what its page sends along."""

from tests.client import RegisterClient
from tests.factories import make_person, make_team
from tests.risks.factories import make_risk


def test_carries_the_filter_of_the_list(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team()))
    text = client.get("/packs/new?kind=register&list_kind=security&band=4&q=keys").text
    for field in ('name="list_kind" value="security"', 'name="band" value="4"', 'value="keys"'):
        assert field in text


def test_offers_the_paper_of_the_settings_first(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team()))
    text = client.get("/packs/new?kind=leadership").text
    assert "checked" in text[text.index('value="A4"') - 80 : text.index('value="A4"') + 20]


def test_names_the_one_thing(client: RegisterClient) -> None:
    team = make_team()
    risk = make_risk(team, 3, 3, title="The keys lie about")
    client.sign_in(make_person(team))
    assert "The keys lie about" in client.get(f"/packs/new?kind=risk&ref={risk.ref}").text


def test_knows_nothing_of_what_the_stranger_asks_for(client: RegisterClient) -> None:
    root = make_team()
    risk = make_risk(make_team(parent=root), 3, 3)
    client.sign_in(make_person(make_team(parent=root)))
    assert client.get(f"/packs/new?kind=risk&ref={risk.ref}").status_code == 404


def test_an_unknown_kind_leads_to_the_choice(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team()))
    response = client.get("/packs/new?kind=weekly")
    assert (response.status_code, response.location) == (303, "/packs")


def test_the_register_and_a_risk_lead_here(client: RegisterClient) -> None:
    team = make_team()
    risk = make_risk(team, 3, 3)
    client.sign_in(make_person(team))
    assert "/packs/new?kind=register" in client.get("/risks").text
    assert "/packs/new?kind=top-ten" in client.get("/risks/top").text
    assert f"/packs/new?kind=risk&amp;ref={risk.ref}" in client.get(f"/risks/{risk.ref}").text
