"""Taking a list away: by its filters, for those who may see it, remembered by the trail."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.metrics.matrix import Rating
from riskreg.org.kinds import Role
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.kinds import CloseReason
from riskreg.risks.services import close_risk
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import make_person, make_system, make_team
from tests.risks.factories import make_risk


def rows_of(response: object) -> list[dict[str, str]]:
    text = response.get_data().decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_holds_the_rows_of_the_list_in_its_order(client: RegisterClient) -> None:
    team = make_team()
    make_risk(team, 1, 1, title="Mild")
    make_risk(team, 5, 5, title="Grave")
    client.sign_in(make_person(team, Role.VIEWER))
    response = client.post("/export/risks", data={"format": "csv"})
    assert response.status_code == 200
    assert [row["title"] for row in rows_of(response)] == ["Grave", "Mild"]
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_figures_are_those_of_the_pages(client: RegisterClient) -> None:
    team = make_team()
    make_risk(team, 4, 4, target=Rating(likelihood=2, impact=4), effort_days=12)
    make_risk(team, title="Not rated")
    client.sign_in(make_person(team))
    rated, unrated = rows_of(client.post("/export/risks", data={"format": "csv"}))
    page = client.get(f"/risks/{rated['ref']}").text
    assert f"{rated['exposure_days_a_year']} days a year" in page
    assert (rated["exposure_days_a_year"], rated["gain_days_a_year"]) == ("125", "112.5")
    assert rated["value_per_day"] == "9.375"
    assert unrated["exposure_days_a_year"] == unrated["value_per_day"] == ""


def test_obeys_the_filters_of_the_list(client: RegisterClient) -> None:
    root = make_team()
    below, beside = make_team(parent=root), make_team(parent=root)
    for team in (below, beside):
        make_risk(team, 5, 5, title=f"Grave of {team.name}", tags=["pci"])
        make_risk(team, 1, 1, title=f"Mild of {team.name}")
    gone = make_risk(below, 5, 5, title="Closed")
    with transaction():
        close_risk(SYSTEM_ACTOR, db.session.merge(gone), reason=CloseReason.GONE, note="It went.")
    client.sign_in(make_person(root))
    for filters, titles in (
        ({"team": below.slug}, {f"Grave of {below.name}", f"Mild of {below.name}"}),
        ({"team": below.slug, "tag": "pci"}, {f"Grave of {below.name}"}),
        ({"team": below.slug, "status": "closed"}, {"Closed"}),
        ({"band": "4"}, {f"Grave of {below.name}", f"Grave of {beside.name}"}),
        ({"q": "nothing like it"}, set()),
    ):
        found = rows_of(client.post("/export/risks", data={"format": "csv", **filters}))
        assert {row["title"] for row in found} == titles, filters


def test_a_stranger_gets_nothing(client: RegisterClient) -> None:
    root = make_team()
    mine, theirs = make_team(parent=root), make_team(parent=root)
    make_risk(theirs, 5, 5)
    make_action(theirs, make_person(theirs))
    make_system(theirs)
    client.sign_in(make_person(mine))
    for kind in ("risks", "actions", "incidents", "systems"):
        assert rows_of(client.post(f"/export/{kind}", data={"format": "csv"})) == []
    refused = client.post("/export/risks", data={"format": "csv", "team": theirs.slug})
    assert refused.status_code == 404


def test_names_no_system_that_its_reader_may_not_see(client: RegisterClient) -> None:
    root = make_team()
    mine, theirs = make_team(parent=root), make_team(parent=root)
    make_risk(mine, 5, 5, system=make_system(theirs, key="their-ledger", name="Their ledger"))
    for person, named in (
        (make_person(mine), ("", "")),
        (make_person(root), ("their-ledger", "Their ledger")),
    ):
        client.sign_in(person)
        (row,) = rows_of(client.post("/export/risks", data={"format": "csv"}))
        assert (row["system"], row["system_name"]) == named


def test_people_are_for_those_who_manage_them(client: RegisterClient) -> None:
    root = make_team()
    below, beside = make_team(parent=root), make_team(parent=root)
    other = make_person(beside)
    client.sign_in(make_person(below, Role.MANAGER))
    assert client.post("/export/people").status_code == 403
    admin = make_person(below, Role.ADMIN)
    client.sign_in(admin)
    emails = {row["email"] for row in rows_of(client.post("/export/people"))}
    assert admin.email in emails
    assert other.email not in emails


def test_the_trail_remembers_who_took_what(client: RegisterClient) -> None:
    team = make_team()
    make_risk(team, 3, 3)
    person = make_person(team)
    client.sign_in(person)
    client.post("/export/risks", data={"format": "json", "band": "3"})
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "export.make")).one()
    assert (entry.actor_id, entry.subject_ref, entry.team_id) == (person.id, "risks.json", team.id)
    assert entry.changes["band"] == [None, "3"]


def test_nothing_is_taken_by_following_a_link(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team()))
    assert client.get("/export/risks").status_code == 405


@pytest.mark.parametrize(("path", "status"), [("/export/gossip", 404), ("/export/risks", 422)])
def test_refuses_what_there_is_not(client: RegisterClient, path: str, status: int) -> None:
    client.sign_in(make_person(make_team()))
    assert (
        client.post(path, data={"format": "docx" if status == 422 else "csv"}).status_code == status
    )
    assert not db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "export.make")
    ).all()


def test_nobody_gets_a_file_without_signing_in(client: RegisterClient) -> None:
    assert client.post("/export/risks").status_code in {303, 401}


def test_the_page_offers_every_list(client: RegisterClient) -> None:
    team = make_team()
    client.sign_in(make_person(team, Role.ADMIN))
    page = client.get("/export").get_data(as_text=True)
    for kind in ("risks", "actions", "incidents", "systems", "teams", "people"):
        assert f'action="/export/{kind}"' in page


def test_a_viewer_is_not_offered_people(client: RegisterClient) -> None:
    client.sign_in(make_person(make_team(), Role.VIEWER))
    assert "/export/people" not in client.get("/export").get_data(as_text=True)


def test_a_slow_reader_holds_no_lock(app: Flask, client: RegisterClient) -> None:
    """Between two pieces of a file another person can write."""
    team = make_team()
    for _ in range(3):
        make_risk(team, 3, 3)
    client.sign_in(make_person(team))
    response = client.post("/export/risks", data={"format": "csv"}, buffered=False)
    pieces = iter(response.response)
    next(pieces)
    make_risk(team, 5, 5)
    assert sum(1 for _ in pieces) == 1
    response.close()
