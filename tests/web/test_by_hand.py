"""Every form stands on a page as HTML alone: no field, choice or button of it needs a script.

What a browser without scripts makes of a few of them is in tests/browser/test_without_scripts.py.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import html

from tests.attacks.forms import FORMS, Fields
from tests.attacks.sending import Register, send
from tests.attacks.test_forms import clock, register
from tests.attacks.world import LINK

__all__ = ["clock", "register"]

# Sent by a script, or by the browser itself.
BY_SCRIPT = {"/csp-reports", "/markdown/preview"}
# Their page is there in the demo only, or before anybody is.
ELSEWHERE = {"/demo/sign-in/<int:person_id>", "/setup"}
# Where a form is that stands on no page above its address, or only once something was looked for.
PAGES = (
    (r"/(sign-out|me/theme)", "/me"),
    (r"/sign-in/password", f"/sign-in/password?token={quote(LINK)}"),
    (r"/export/risks", "/risks?q=one"),
    (r"/risks/sample", "/risks?team=cards"),
    (r"(/risks/[^/]+)/reopening", r"\1/closure"),
    (r"(/incidents/[^/]+/risks)", r"\1?q=risk"),
    (r"(/incidents/[^/]+/statements)", r"\1?q=team"),
)
# What a form takes and is not asked for here: a filter with the pack of one risk, answers of a
# review before. The bar of the list offers whoever owns a risk there already.
UNASKED = {("/packs", "band"), ("/reviews/new", "carry_over"), ("/risks/bulk", "bulk_owner")}
UNSEEN = "ancestor-or-self::*[self::dialog or self::template or contains(@class, 'js-only')]"


@pytest.fixture
def once(database: str) -> None:
    """What stands on a page does not depend on the database."""
    if not database.startswith("sqlite"):
        pytest.skip("is looked at on SQLite")


@pytest.mark.usefixtures("once")
def test_each_form_can_be_filled_in_and_sent_without_scripts(register: Register) -> None:
    faults: list[str] = []
    sent = FORMS.keys() - BY_SCRIPT - ELSEWHERE
    for rule in sorted(sent):
        status = send(register, rule, fill=partial(fill_in, faults)).answer.status_code
        if status not in {200, 303}:
            faults.append(f"{rule} is answered with {status}")
    assert not faults, "\n".join(faults)
    assert len(sent) > 80


def fill_in(faults: list[str], client: FlaskClient, path: str, fields: Fields) -> Fields:
    """The form that a page shows for this address, with what is typed, chosen and ticked in it."""
    form = next(forms_for(client, path, fields), None)
    if form is None:
        faults.append(f"no page shows a form for {path}")
        return fields
    asked = {name: value for name, value in fields.items() if (path, name) not in UNASKED}
    faults += [f"{path}: {fault}" for fault in faults_of(form, asked)]
    first = {name: value for name, value in form.form_values() if name not in fields}
    return {**first, **fields}


def faults_of(form: html.FormElement, fields: Fields) -> Iterator[str]:
    """What nobody could fill in, choose or press."""
    for name, value in fields.items():
        controls = [control for control in _controls(form) if control.get("name") == name]
        if not controls and value:
            yield f"no field {name}"
        choices = {choice for control in controls for choice in _choices(control)}
        wanted = set(value) if isinstance(value, list) else {value}
        if choices and not wanted <= choices | {""}:
            yield f"{name} offers no {wanted - choices}"


def forms_for(client: FlaskClient, path: str, fields: Fields) -> Iterator[html.FormElement]:
    """The forms with a button that sends there, of the pages at or above the address."""
    addresses = client.application.url_map.bind("localhost")
    for page in _pages(path, fields):
        if not addresses.test(urlsplit(page).path, "GET"):
            continue
        with client.application.app_context():
            answer = client.get(page)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            forms = html.fromstring(answer.text).forms
            yield from (form for form in forms if form.method == "POST" and _senders(form, path))


def _pages(path: str, fields: Fields) -> Iterator[str]:
    """Where a form may stand; what it is about may have been chosen before."""
    for rule, page in PAGES:
        if re.fullmatch(rule, path):
            yield re.sub(rule, page, path)
    chosen = urlencode({name: value for name, value in fields.items() if isinstance(value, str)})
    parts = path.split("/")
    for end in range(len(parts), 1, -1):
        above = "/".join(parts[:end])
        yield from (above, f"{above}/new", f"{above}/new?{chosen}")


def _senders(form: html.FormElement, path: str) -> list[Any]:
    """The buttons that can be seen and send to this address."""
    return [
        button
        for button in _buttons(form)
        if not button.xpath(UNSEEN)
        and urlsplit(button.get("formaction") or form.action or "").path == path
    ]


def _controls(form: html.FormElement) -> list[Any]:
    beside = form.getroottree().xpath("//input[@form=$id]", id=form.get("id") or "-")
    return [*form.iter("input", "select", "textarea"), *beside, *_buttons(form)]


def _buttons(form: html.FormElement) -> list[Any]:
    """Those within, and those beside it that name it."""
    named = form.getroottree().xpath("//button[@form=$id]", id=form.get("id") or "-")
    return [button for button in (*form.iter("button"), *named) if button.get("type") != "button"]


def _choices(control: Any) -> list[str]:
    """The values among which one chooses; none where anything can be typed."""
    if control.tag == "select":
        return [option.get("value", "") for option in control.iter("option")]
    is_choice = control.tag == "button" or control.get("type") in {"radio", "checkbox"}
    return [control.get("value", "on")] if is_choice else []
