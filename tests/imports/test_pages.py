"""Upload, preview, decisions, import: the pages, and who may use them."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.imports.models import ImportFile, SavedMapping
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.services import install_matrix
from tests.client import RegisterClient
from tests.factories import make_person, make_team
from tests.imports.registers import risks
from tests.imports.tables import csv_bytes, xlsx_bytes
from tests.imports.test_refusals import THREAT_MODEL

ROWS = (("title", "likelihood", "impact", "kind"), ("One", 4, 5, "both"), ("Two", 1, 1, "both"))

ACTIONS = ("ref", "title", "original_due_on", "slips", "verify_how")


@pytest.fixture
def team(client: RegisterClient) -> Team:
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    return make_team()


@pytest.fixture
def person(client: RegisterClient, team: Team) -> Person:
    """An engineer of the team, signed in."""
    person = make_person(team)
    client.sign_in(person)
    return person


def upload(
    client: RegisterClient, team: Team, content: bytes, name: str = "register.csv"
) -> TestResponse:
    data = {"team": team.slug, "file": (io.BytesIO(content), name)}
    return client.post("/risks/import", data=data)


def uploaded(client: RegisterClient, team: Team, content: bytes = csv_bytes(*ROWS)) -> str:
    """The address of the preview."""
    response = upload(client, team, content)
    assert response.status_code == 303
    return str(response.location)


def seal(page: str) -> str:
    found = re.search(r'name="seal" value="([0-9a-f]+)"', page)
    return found[1] if found else ""


def test_shows_the_form(client: RegisterClient, person: Person) -> None:
    page = client.get("/risks/import")
    assert page.status_code == 200
    assert 'type="file"' in page.text


def test_an_upload_shows_what_it_would_do_and_stores_no_risk(
    client: RegisterClient, person: Person, team: Team
) -> None:
    page = client.get(uploaded(client, team)).text
    assert "Import 2 risks" in page
    assert "Critical" in page
    assert risks() == []


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.csv", "The file is empty"),
        (b"%PDF-1.7 ...", "register.csv", "kind PDF"),
        (b"\0\1\2", "register.csv", "Nothing was stored"),
        (THREAT_MODEL, "model.json", "threat model"),
        (csv_bytes(ACTIONS, ("A-1", "Do", "", "0", "")), "actions.csv", "not of risks"),
    ],
)
def test_refuses_what_is_no_register(
    client: RegisterClient, person: Person, team: Team, content: bytes, name: str, words: str
) -> None:
    response = upload(client, team, content, name)
    assert response.status_code == 422
    assert words in response.text
    assert "Waits for you" not in response.text
    assert db.session.scalars(select(ImportFile)).all() == []


def test_refuses_a_form_without_a_file(client: RegisterClient, person: Person, team: Team) -> None:
    assert client.post("/risks/import", data={"team": team.slug}).status_code == 422


def test_imports_what_was_previewed(client: RegisterClient, person: Person, team: Team) -> None:
    address = uploaded(client, team)
    page = client.get(address).text
    response = client.post(f"{address}/application", data={"seal": seal(page)})
    assert response.status_code == 303
    assert [risk.title for risk in risks()] == ["One", "Two"]
    done = client.get(address).text
    assert "2 risks are new" in done
    file = db.session.scalars(select(ImportFile)).one()
    assert (file.content, file.applied_at is not None) == (None, True)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "import.apply")).one()
    assert (entry.actor_id, entry.changes["created"]) == (person.id, [None, 2])


def test_imports_once(client: RegisterClient, person: Person, team: Team) -> None:
    address = uploaded(client, team)
    data = {"seal": seal(client.get(address).text)}
    client.post(f"{address}/application", data=data)
    assert client.post(f"{address}/application", data=data).status_code == 409
    assert len(risks()) == 2


def test_imports_once_however_many_ask_at_once(
    app: Flask, client: RegisterClient, person: Person, team: Team
) -> None:
    addresses = [uploaded(client, team) for _copy in range(2)] * 3
    seals = [seal(client.get(address).text) for address in addresses]
    cookie, gate = client.get_cookie("riskreg-http"), Barrier(len(addresses))
    assert cookie is not None
    db.session.rollback()

    def attempt(address: str, sealed: str) -> int:
        with app.app_context():
            browser = app.test_client()
            browser.set_cookie("riskreg-http", cookie.value)
            gate.wait()
            return browser.post(f"{address}/application", data={"seal": sealed}).status_code

    with ThreadPoolExecutor(len(addresses)) as pool:
        answers = sorted(pool.map(attempt, addresses, seals))
    assert answers == [303, 303, 409, 409, 409, 409]
    assert len(risks()) == 2


def test_the_same_file_is_read_as_when_it_was_imported(
    client: RegisterClient, person: Person, team: Team
) -> None:
    content = csv_bytes(("title", "comment"), ("One", "aisles"))
    first = uploaded(client, team, content)
    client.post(f"{first}/decisions", data={"column-0": "title", "column-1": "category"})
    page = client.get(first).text
    client.post(f"{first}/application", data={"seal": seal(page)})
    assert [risk.category for risk in risks()] == ["aisles"]
    again = client.get(uploaded(client, team, content)).text
    assert "it is read as it was then" in again
    assert "There is nothing to import" in again


def test_a_preview_that_is_no_longer_the_last_one_imports_nothing(
    client: RegisterClient, person: Person, team: Team
) -> None:
    address = uploaded(client, team)
    old = seal(client.get(address).text)
    client.post(f"{address}/decisions", data={"column-3": ""})
    assert client.post(f"{address}/application", data={"seal": old}).status_code == 409
    assert risks() == []


def test_rights_taken_away_in_between_are_missed(
    client: RegisterClient, person: Person, team: Team
) -> None:
    address = uploaded(client, team)
    data = {"seal": seal(client.get(address).text)}
    with transaction():
        db.session.connection().execute(delete(Grant).where(Grant.person_id == person.id))
        viewer = Grant(person_id=person.id, team_id=team.id, role=Role.VIEWER, created_at=now())
        db.session.add(viewer)
    assert client.post(f"{address}/application", data=data).status_code == 403
    assert risks() == []


def test_nobody_else_sees_the_file(client: RegisterClient, person: Person, team: Team) -> None:
    address = uploaded(client, team)
    client.sign_in(make_person(team, Role.ADMIN))
    for path in (address, f"{address}/report.json"):
        assert client.get(path).status_code == 404
    assert client.post(f"{address}/application", data={}).status_code == 404


def test_a_viewer_may_not_import(client: RegisterClient, team: Team) -> None:
    client.sign_in(make_person(team, Role.VIEWER))
    assert client.get("/risks/import").status_code == 403
    assert upload(client, team, csv_bytes(*ROWS)).status_code == 403


def test_a_team_one_may_not_file_in_is_no_choice(
    client: RegisterClient, person: Person, team: Team
) -> None:
    other = make_team("Elsewhere")
    assert upload(client, other, csv_bytes(*ROWS)).status_code == 422


def test_errors_are_named_and_take_the_button_away(
    client: RegisterClient, person: Person, team: Team
) -> None:
    address = uploaded(client, team, csv_bytes(ROWS[0], ("", 1, 2, "both"), *ROWS[1:]))
    page = client.get(address).text
    assert "1 error, so nothing can be stored" in page
    assert "Line 2" in page
    assert seal(page) == ""
    response = client.post(f"{address}/application", data={"seal": "x"})
    assert (response.status_code, risks()) == (409, [])


def test_a_column_is_corrected(client: RegisterClient, person: Person, team: Team) -> None:
    rows = (("title", "why", "kind"), ("One", "Old pumps", "both"))
    address = uploaded(client, team, csv_bytes(*rows))
    client.post(f"{address}/decisions", data={"column-1": "cause"})
    page = client.get(address).text
    assert "you said so" in page
    client.post(f"{address}/application", data={"seal": seal(page)})
    assert (risks()[0].cause, risks()[0].description) == ("Old pumps", "")


def test_a_column_is_left_out_or_kept_as_text(
    client: RegisterClient, person: Person, team: Team
) -> None:
    rows = (("title", "category", "shoe size", "kind"), ("One", "Feet", "42", "both"))
    address = uploaded(client, team, csv_bytes(*rows))
    client.post(f"{address}/decisions", data={"column-1": "-", "column-2": ""})
    client.post(f"{address}/application", data={"seal": seal(client.get(address).text)})
    assert (risks()[0].category, risks()[0].description) == (
        "",
        "### Also in the file\n\n- category: Feet",
    )


def test_the_order_of_dates_is_said(client: RegisterClient, person: Person, team: Team) -> None:
    rows = (("title", "date identified", "kind"), ("One", "02/03/2026", "both"))
    address = uploaded(client, team, csv_bytes(*rows))
    assert "does not tell the day from the month" in client.get(address).text
    client.post(f"{address}/decisions", data={"date_order": "mdy"})
    page = client.get(address).text
    assert "does not tell the day from the month" not in page
    client.post(f"{address}/application", data={"seal": seal(page)})
    assert risks()[0].identified_on.isoformat() == "2026-02-03"


def test_the_ends_of_a_scale_are_said(client: RegisterClient, person: Person, team: Team) -> None:
    address = uploaded(client, team)
    client.post(f"{address}/decisions", data={"impact_ends": "1-10"})
    client.post(f"{address}/application", data={"seal": seal(client.get(address).text)})
    assert [risk.current_impact for risk in risks()] == [3, 1]


def test_refuses_ends_that_are_none(client: RegisterClient, person: Person, team: Team) -> None:
    address = uploaded(client, team)
    response = client.post(f"{address}/decisions", data={"impact_ends": "ten"})
    assert (response.status_code, "such as 1-10" in response.text) == (422, True)


def test_another_sheet_is_read(client: RegisterClient, person: Person, team: Team) -> None:
    book = xlsx_bytes({"A": ROWS, "B": [("title", "kind"), ("Other", "both")]})
    address = str(upload(client, team, book, "book.xlsx").location)
    client.post(f"{address}/decisions", data={"sheet": "B"})
    assert "Import 1 risk" in client.get(address).text
    response = client.post(f"{address}/decisions", data={"sheet": "C"})
    assert (response.status_code, "no sheet called" in response.text) == (422, True)


def test_a_mapping_is_saved_and_used_again(
    client: RegisterClient, person: Person, team: Team
) -> None:
    rows = (("headline", "why", "kind"), ("One", "Old pumps", "both"))
    address = uploaded(client, team, csv_bytes(*rows))
    data = {"column-1": "cause", "then": "save", "name": "Pumps"}
    assert client.post(f"{address}/decisions", data=data).status_code == 303
    saved = db.session.scalars(select(SavedMapping)).one()
    assert saved.mapping["columns"] == {"headline": "title", "why": "cause", "kind": "kind"}
    again = uploaded(client, team, csv_bytes(*rows))
    client.post(f"{again}/decisions", data={"then": "use", "saved": "Pumps"})
    file = db.session.scalars(select(ImportFile).order_by(ImportFile.id.desc())).first()
    assert file is not None
    assert file.report["mapping"]["why"] == "cause"


def test_a_mapping_needs_a_name(client: RegisterClient, person: Person, team: Team) -> None:
    address = uploaded(client, team)
    response = client.post(f"{address}/decisions", data={"then": "save"})
    assert response.status_code == 422
    assert db.session.scalars(select(SavedMapping)).all() == []


def test_the_report_has_its_fixed_keys(client: RegisterClient, person: Person, team: Team) -> None:
    report = client.get(f"{uploaded(client, team)}/report.json").get_json()
    assert set(report) == {
        *("kind", "rows", "created", "updated", "unchanged", "skipped"),
        *("warnings", "errors", "mapping"),
    }


def test_a_file_is_forgotten(client: RegisterClient, person: Person, team: Team) -> None:
    address = uploaded(client, team)
    data = {"seal": seal(client.get(address).text)}
    assert client.post(f"{address}/removal").status_code == 303
    assert client.post(f"{address}/application", data=data).status_code == 409
    assert "is gone" in client.get(address).text


def test_a_file_of_yesterday_is_gone(client: RegisterClient, person: Person, team: Team) -> None:
    from riskreg.imports.tasks import sweep_files  # noqa: PLC0415 - beside its only use

    address = uploaded(client, team)
    with transaction():
        db.session.scalars(select(ImportFile)).one().uploaded_at = now() - timedelta(hours=25)
    assert sweep_files(None) == {"deleted": 1}
    assert "is gone" in client.get(address).text
    assert "Gone, not imported" in client.get("/risks/import").text


def test_a_register_that_is_known_needs_no_import(
    client: RegisterClient, person: Person, team: Team
) -> None:
    address = uploaded(client, team)
    client.post(f"{address}/application", data={"seal": seal(client.get(address).text)})
    page = client.get(uploaded(client, team)).text
    assert "There is nothing to import" in page
    assert "Import 2 risks" not in page
