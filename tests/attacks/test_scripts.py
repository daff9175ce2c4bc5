"""What people type is shown, never run: every field, every page."""

from io import BytesIO

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from riskreg.org.kinds import Role
from riskreg.packs.document import pack_html
from tests.attacks.forms import FORMS
from tests.attacks.planted import (
    addresses_of,
    carrying,
    make_things,
    pages,
    plant,
    plant_for_print,
    printing,
    running,
    snapshots,
    text_columns,
)
from tests.attacks.sending import Register, send
from tests.attacks.test_forms import clock, register
from tests.client import RegisterClient
from tests.corpora import cases
from tests.factories import make_person, make_team

__all__ = ["clock", "register"]

# A few that tell most, short enough for every line that is typed.
IN_TEXT = "\"'><img src=x onerror=alert(1)><script>alert(1)</script>"
IN_MARKDOWN = "[x](javascript:alert(1)) ![x](//evil.example/x) <svg onload=alert(1)>"
TELLING = dict.fromkeys(("title", "name", "category", "external_ref", "tags", "evidence"), IN_TEXT)
TELLING |= dict.fromkeys(("cause", "event", "consequence", "why", "sentence", "lines"), IN_TEXT)
TELLING |= dict.fromkeys(("description", "controls", "detail", "verify_how", "note"), IN_MARKDOWN)
TELLING |= dict.fromkeys(("summary", "customer_effect", "text", "reason"), IN_MARKDOWN)


@pytest.mark.asvs("v5.0.0-1.2.1")
def test_nothing_planted_in_any_field_runs_on_any_page(app: Flask, client: RegisterClient) -> None:
    team = make_team("Company")
    admin = make_person(team, Role.ADMIN)
    paths = addresses_of(make_things(team, admin))
    corpus = cases("scripts")
    assert len(corpus) >= 200
    client.sign_in(admin)
    assert plant(corpus, offset=0, each=3) > 70
    found = {path: running(page) for path, page in pages(app, client, paths)}
    assert len(found) > 60
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.fixture
def once(database: str) -> None:
    """What is shown and printed does not depend on the database."""
    if not database.startswith("sqlite"):
        pytest.skip("is looked at on SQLite")


@pytest.mark.usefixtures("once")
@pytest.mark.asvs("v5.0.0-1.1.2")
def test_nothing_typed_in_any_form_runs_where_it_is_shown(register: Register) -> None:
    """Each field of each form with a telling text; the fields of one form with all there are."""
    shown = set()
    for rule, form in FORMS.items():
        typed = {name: TELLING[name] for name in form.fields if name in TELLING}
        if typed and form.who == "admin":
            done = send(register, rule, typed=typed, look=shows_nothing_that_runs)
            assert done.answer.status_code in {200, 303}, (rule, done.answer.text)
            shown.add(rule)
    assert len(shown) > 25
    everything = "\n\n".join(cases("scripts")).replace("\0", "")
    texts = dict.fromkeys(("cause", "event", "consequence", "description", "controls"), everything)
    send(register, "/risks/<ref>/edit", typed=texts, look=shows_nothing_that_runs)
    send(register, "/incidents/<ref>/sections/<key>", typed={"text": everything}, look=incident)
    send(register, "/markdown/preview", typed={"text": everything}, look=shows_nothing_that_runs)


def shows_nothing_that_runs(client: FlaskClient, answer: TestResponse) -> None:
    if answer.status_code == 303:
        with client.application.app_context():
            answer = client.get(str(answer.location))
        assert answer.status_code == 200, answer.location
    if answer.mimetype == "text/html":
        assert running(answer.text or "<p></p>") == [], answer.request.path


def incident(client: FlaskClient, answer: TestResponse) -> None:
    ref = str(answer.request.path).split("/")[2]
    with client.application.app_context():
        page = client.get(f"/incidents/{ref}").text
    assert "alert(1)" in page
    assert running(page) == []


@pytest.mark.usefixtures("once")
@pytest.mark.asvs("v5.0.0-1.2.1")
def test_nothing_that_is_printed_runs_or_is_fetched(app: Flask) -> None:
    team = make_team("Company")
    admin = make_person(team, Role.ADMIN)
    things = make_things(team, admin)
    corpus = cases("scripts")
    plant_for_print(corpus)
    for kind, snapshot in snapshots(team, admin, things):
        with app.test_request_context():
            page = pack_html(snapshot)
        assert "alert(1)" in page, kind
        assert printing(page) == [], kind


@pytest.mark.parametrize(
    "page",
    [
        "<p onclick=x>",
        "<a href='javascript:x'>x</a>",
        "<img src='https://evil.example/'>",
        "<p style='background:url(//x)'>",
        "<link rel=stylesheet href=//x>",
        "<script>x</script>",
        "<object data=x></object>",
    ],
)
def test_what_a_printer_would_do_is_seen(page: str) -> None:
    assert printing(f"<div>{page}</div>")


def test_what_a_pdf_would_do_is_seen() -> None:
    for action in ("/S /JavaScript /JS (x)", "/S /Launch /F (x)", "/S /URI /URI (file:///x)"):
        pdf = pikepdf.new()
        pdf.Root.Open = pikepdf.Object.parse(f"<< {action} >>".encode())
        pdf.save(content := BytesIO())
        assert carrying(content.getvalue()), action


@pytest.mark.parametrize(
    "page",
    [
        "<p><img src=x onerror=alert(1)>",
        '<a href=" JavaScript:alert(1)">x</a>',
        "<a href='java\nscript:x'>x</a>",
        "<script>alert(1)</script>",
        "<form action=//evil.example></form>",
        "<p style='x'>",
        "<iframe></iframe>",
        "<meta http-equiv=refresh content='0;url=x'>",
    ],
)
def test_what_runs_is_seen(page: str) -> None:
    assert running(f"<div>{page}</div>")


def test_what_people_type_is_looked_for_in_all_columns() -> None:
    names = {f"{column.table.name}.{column.name}" for column in text_columns()}
    assert names >= {"risk.title", "risk.description", "team.name", "person.name", "answer.note"}
