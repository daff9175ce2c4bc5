"""Search: by words, by name, and only what the reader may see."""

import pytest

from riskreg.db import db, transaction
from riskreg.org.kinds import Role
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.kinds import CloseReason
from riskreg.risks.models import Risk
from riskreg.risks.services import close_risk
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import make_person, make_system, make_team
from tests.postmortems.factories import make_incident
from tests.queries import counted_queries
from tests.reviews.factories import make_review
from tests.risks.factories import make_risk


def found(client: RegisterClient, text: str, **args: str) -> str:
    response = client.get("/search", query_string={"q": text, **args})
    assert response.status_code == 200, text
    return response.get_data(as_text=True).partition("<main")[2]


def test_finds_every_sort_of_thing(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team, Role.MANAGER)
    system = make_system(team, key="parcels", name="Parcel tracking")
    risk = make_risk(team, 4, 4, title="Parcel labels are printed twice")
    incident = make_incident(team, person, title="No parcel left the house")
    action = make_action(team, person, title="Count each parcel once")
    review = make_review(system, person)
    client.sign_in(person)
    page = found(client, "parcel")
    for href in (
        *(f"/risks/{risk.ref}", f"/systems/{system.key}", f"/incidents/{incident.ref}"),
        *(f"/actions/{action.ref}", f"/reviews/{review.ref}"),
    ):
        assert f'href="{href}"' in page, href


def test_every_word_has_to_stand_somewhere(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    make_risk(team, title="Backups are never restored", cause="nobody has the time")
    make_action(team, person, title="Restore a backup", detail="Every quarter.")
    client.sign_in(person)
    assert "Backups are never restored" in found(client, "TIME backups")
    assert "Restore a backup" in found(client, "quarter restore")
    assert "Nothing found" in found(client, "backups quarterly")


@pytest.mark.parametrize("text", ["cafe", "CAFÉ", "Café"])
def test_accents_and_case_do_not_matter_for_risks(client: RegisterClient, text: str) -> None:
    team = make_team()
    make_risk(team, title="The Café door is open")
    client.sign_in(make_person(team))
    assert "door is open" in found(client, text)


def test_a_stranger_finds_nothing(client: RegisterClient) -> None:
    root = make_team()
    mine, theirs = make_team(parent=root), make_team(parent=root)
    person = make_person(theirs)
    system = make_system(theirs, name="Hidden treasure")
    risk = make_risk(theirs, title="Hidden treasure")
    make_incident(theirs, person, title="Hidden treasure")
    make_action(theirs, person, title="Hidden treasure")
    make_review(system, person)
    client.sign_in(make_person(mine))
    assert "Nothing found" in found(client, "treasure")
    assert "Nothing found" in found(client, risk.ref)


def test_obeys_the_chosen_team_and_offers_a_wider_one(client: RegisterClient) -> None:
    root = make_team("Company")
    below, beside = make_team("Below", parent=root), make_team("Beside", parent=root)
    make_risk(beside, title="Somewhere else")
    client.sign_in(make_person(root))
    narrow = found(client, "somewhere", team=below.slug)
    assert "Nothing found" in narrow
    assert "Search Company" in narrow
    assert "Somewhere else" in found(client, "somewhere", team=root.slug)


def test_a_name_leads_straight_to_the_thing(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    risk, action = make_risk(team), make_action(team, person)
    incident = make_incident(team, person)
    review = make_review(make_system(team), person)
    client.sign_in(person)
    for text, path in (
        (risk.ref, f"/risks/{risk.ref}"),
        (f" r{risk.id} ", f"/risks/{risk.ref}"),
        (action.ref.lower(), f"/actions/{action.ref}"),
        (incident.ref, f"/incidents/{incident.ref}"),
        (f"or-{review.id}", f"/reviews/{review.ref}"),
    ):
        response = client.get("/search", query_string={"q": text})
        assert (response.status_code, response.headers["Location"]) == (303, path)


def test_closed_risks_are_found_and_say_so(client: RegisterClient) -> None:
    team = make_team()
    risk = make_risk(team, title="An old story")
    with transaction():
        stored = db.session.get_one(Risk, risk.id)
        close_risk(SYSTEM_ACTOR, stored, reason=CloseReason.GONE, note="It is gone.")
    client.sign_in(make_person(team))
    assert "Closed ·" in found(client, "old story")


def test_many_are_cut_and_lead_to_the_list(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    for number in range(10):
        make_risk(team, title=f"Same word {number}")
        make_action(team, person, title=f"Same word {number}")
    client.sign_in(person)
    page = found(client, "same word")
    assert page.count('href="/risks/R-') == 8
    assert page.count('href="/actions/A-') == 8
    assert "All risks with these words" in page
    assert "/actions?q=same+word" in page


@pytest.mark.parametrize(
    "text", ["", " ", "%", "_", "\\", "'", '"', "<b>", "\x00", "R-", "R-999999999", "é́" * 300, "…"]
)
def test_odd_words_do_no_harm(client: RegisterClient, text: str) -> None:
    team = make_team()
    make_risk(team, title="Ordinary")
    client.sign_in(make_person(team))
    assert "Ordinary" not in found(client, text)


def test_statements_do_not_grow_with_what_is_found(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    client.sign_in(person).get("/search")  # reads the tree
    sent = []
    for count in (1, 7):
        for _ in range(count):
            make_risk(team, title="Same word")
            make_action(team, person, title="Same word")
        with counted_queries() as statements:
            found(client, "same word")
        asked = [each for each in statements if not each.startswith(("PRAGMA", "BEGIN"))]
        sent.append(len(asked))
    assert sent[0] == sent[1] <= 7


def test_the_bar_leads_here(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team()))
    page = client.get("/search").get_data(as_text=True)
    assert 'role="search" action="/search"' in page
    assert "What are you looking for?" in page
