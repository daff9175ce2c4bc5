"""Words of confidential things are looked for wherever somebody else may look: nowhere."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.errors import NotFound, Unavailable
from riskreg.exports.queries import known_formats, known_tables
from riskreg.org import readers
from riskreg.org.models import Person, Team, UseCount
from riskreg.packs.document import pack_pdf
from riskreg.packs.kinds import PackKind
from riskreg.packs.models import Snapshot
from riskreg.packs.recipes import RECIPES
from riskreg.packs.services import freeze
from riskreg.postmortems.template import template
from tests.client import RegisterClient
from tests.factories import actor
from tests.mail_server import mail_server
from tests.org.test_links import work
from tests.rules.secrets_world import MODELS, REVIEW_TEXTS, TEXTS, World, word, world
from tests.rules.test_rights import ADDRESSES, path_of

__all__ = ["world"]

SECRET = re.compile(r"(?i)kanarienvogel-([a-z_.]+)")
# What lists show of a thing; the trail tells of those who are shown more.
ROW = re.compile(r"\.(action_)?title$|\.pin_reason$")
XLSX = known_formats()["xlsx"].mimetype
OTHERS = ("viewer", "engineer", "manager", "admin", "beside", "nobody", "token")
# Where else the same pages could show it: filters, orders, words, names; what it is linked to.
MORE = (
    "/risks?status=all&column=team&column=owner",
    "/risks?q=kanarienvogel",
    "/risks/matrix?status=all",
    "/risks/quadrant?status=all",
    "/risks/top?order=value",
    "/risks/due",
    "/search?q=kanarienvogel",
    "/search?q={risk}",
    "/search?q={incident}",
    "/actions?group=all",
    "/incidents?text=kanarienvogel",
    "/trail?ref={risk}",
    "/trail?action=risk.conceal",
    "/trail?ref={action}",
    "/trail?ref={incident}",
    "/actions/new?origin={risk}",
    "/actions/new?origin={incident}",
    "/packs/new?kind=risk&ref={risk}",
    "/packs/{secret_pack}",
    "/packs/{secret_pack}.pdf",
    "/packs/new?kind=postmortem&ref={incident}",
    "/incidents/{incident}/risks?q=kanarienvogel",
    "/incidents/{open_incident}",
    "/incidents/{open_incident}/risks?q=kanarienvogel",
    "/risks/{open_risk}",
    "/trail?ref={review}",
    "/actions/new?origin={review}",
    "/packs/new?kind=review&ref={review}",
    "/search?q={review}",
    "/reviews?q={review}",
    "/reviews?status=signed_off",
    "/coverage?order=ci",
    "/systems/{system}",
    "/reviews/new?system={system}",
    "/api/v1/risks?status=all",
    "/api/v1/risks?status=all&q=kanarienvogel",
    "/api/v1/risks/{risk}",
    "/api/v1/actions?status=all",
    "/api/v1/actions/{action}",
    "/api/v1/incidents?q=kanarienvogel",
    "/api/v1/incidents/{incident}",
    "/api/v1/incidents/{open_incident}",
    "/api/v1/reviews",
    "/api/v1/reviews/{review}",
)


def test_a_secret_is_found_by_its_readers_and_by_nobody_else(
    client: RegisterClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of the readers the trail tells, wherever they were shown more than a row of a list."""
    told = {who: _told(client, world, who) for who in OTHERS}
    assert told == {who: {} for who in OTHERS}
    monkeypatch.setattr(readers, "READ_AGAIN_AFTER", timedelta())
    found, unsaid = _told_and_noted(client, world)
    assert unsaid == {}
    planted = {
        *(f"{name}.{field}" for name, fields in TEXTS.items() for field in fields),
        *(f"section.{each.key}" for each in template().sections if each.has_text),
        *(f"{name}.action_{field}" for name in MODELS for field in ("title", "detail")),
        *(f"{name}.why" for name in MODELS),
        *("risk.pin_reason", "risk.rating", "incident.idea"),
        *(f"review.{field}" for field in REVIEW_TEXTS),
    }
    assert len(planted) >= 20
    assert planted - set().union(*found.values()) == set()
    assert found.keys() >= {
        *("/risks", "/risks/quadrant", "/risks/top", "/actions", "/incidents"),
        *(f"/risks/{world.names['risk']}", f"/actions/{world.things['actions/ref']}"),
        *(f"/risks/{world.names['open_risk']}", f"/incidents/{world.names['open_incident']}"),
        *(
            "/trail?action=risk.conceal",
            "/search?q=kanarienvogel",
            "export risks csv",
            "export risks json",
        ),
        *("export actions csv", "export incidents csv", "export incidents json"),
        *(f"/reviews/{world.names['review']}", "export review csv", "export review json"),
        *(f"export {kind} xlsx" for kind in ("risks", "actions", "incidents", "review")),
    }
    own = {f"pack {kind}" for kind in (PackKind.RISK, PackKind.REVIEW, PackKind.POSTMORTEM)}
    assert {place for place in found if place.startswith("pack ")} == own


@pytest.mark.pdf
def test_no_letter_and_no_pdf_tells_a_secret(
    app: Flask, client: RegisterClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = client.sign_in(world.people["admin"])
    with mail_server() as box:
        mailing = replace(app.config["SETTINGS"], mail=box.server, base_url="http://localhost")
        monkeypatch.setitem(app.config, "SETTINGS", mailing)
        for folder, name in (("risks", "risk"), ("incidents", "incident"), ("reviews", "review")):
            sent = {"why": word("opening")}
            page = f"/{folder}/{world.names[name]}/opening"
            assert admin.post(page, data=sent).status_code == 303
        work(app)
        letters = [
            (str(each["To"]), f"{each['Subject']}\n{each.get_content()}") for each in box.letters
        ]
    assert {to for to, _text in letters} == {world.people["reader"].email}
    assert all(world.names[name] in "".join(text for _to, text in letters) for name in MODELS)
    assert [text for _to, text in letters if SECRET.search(text)] == []
    with transaction():
        team = db.session.get_one(Team, world.team.id)
        reader = actor(db.session.get_one(Person, world.people["reader"].id))
        snapshot = freeze(reader, kind=PackKind.REGISTER, team=team)
    text = _text_of_pdf(_pdf(snapshot))
    assert world.names["open_risk"] in text
    assert not SECRET.search(text)
    with transaction():
        theirs = freeze(reader, kind=PackKind.RISK, team=team, ref=world.names["risk"])
    pages = _pages_of_pdf(_pdf(theirs))
    assert SECRET.search("".join(pages))
    mark = f"CONFIDENTIAL — made for {reader.name}, "
    assert [mark in page for page in pages] == [True] * len(pages)


def _pdf(snapshot: Snapshot) -> bytes:
    try:
        return pack_pdf(snapshot).content
    except Unavailable as error:
        pytest.skip(error.message)


def _text_of_pdf(content: bytes) -> str:
    """What is drawn on its pages, and what it says of itself."""
    said = pypdfium2.PdfDocument(content).get_metadata_dict().values()
    return "\n".join([*_pages_of_pdf(content), *said])


def _pages_of_pdf(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_bounded() for page in document]


def _told(client: RegisterClient, world: World, who: str) -> dict[str, set[str]]:
    """Which secrets somebody finds, by place."""
    found = {place: set(SECRET.findall(text)) for place, text in _seen(client, world, who)}
    return {place: fields for place, fields in found.items() if fields}


def _told_and_noted(
    client: RegisterClient, world: World
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Which secrets the reader finds, by place; and of which kinds the trail does not say so."""
    found: dict[str, set[str]] = {}
    unsaid: dict[str, set[str]] = {}
    last = _last_entry()
    for place, text in _seen(client, world, "reader"):
        found[place] = set(SECRET.findall(text))
        kinds = {field.split(".")[0] for field in found[place] if not ROW.search(field)}
        wanted = {"incident" if kind == "section" else kind for kind in kinds}
        acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.id > last)).all()
        said = {act.split(".")[0] for act in acts if act.endswith((".read", ".take"))}
        unsaid[place], last = wanted - said, _last_entry()
    return _not_empty(found), _not_empty(unsaid)


def _not_empty(found: dict[str, set[str]]) -> dict[str, set[str]]:
    return {place: each for place, each in found.items() if each}


def _last_entry() -> int:
    return db.session.scalar(select(func.max(AuditEntry.id))) or 0


def _seen(client: RegisterClient, world: World, who: str) -> Iterator[tuple[str, str]]:
    """(place, text) of every page, file and pack that somebody can ask for."""
    client.sign_in(world.people["reader"])  # what one may see is nobody else's
    client.delete_cookie("riskreg-http")
    if who in world.people:
        client.sign_in(world.people[who])
    headers = {"Authorization": f"Bearer {world.token}"} if who == "token" else {}
    for path in _paths(world):
        yield path, _asked(client, path, headers=headers)
    if who not in world.people:
        return
    wanted = {"status": "all", "ref": world.names["review"]}
    for kind in known_tables():
        with transaction():  # so many exports are more than a person may ask for at once
            db.session.execute(delete(UseCount))
        for form in ("csv", "json", "xlsx"):
            text = _asked(client, f"/export/{kind}", method="POST", data=wanted | {"format": form})
            yield f"export {kind} {form}", text
    yield from _packs(world, world.people[who])


def _asked(client: RegisterClient, path: str, **sent: object) -> str:
    """What an address answers; how its page is built is looked at elsewhere."""
    with client.application.app_context():
        answer = FlaskClient.open(client, path, **sent)  # type: ignore[arg-type]  # as given
    assert answer.status_code != 429, path
    db.session.rollback()
    db.session.expire_all()
    if answer.mimetype == XLSX:
        return _text_of_book(answer.data)
    return "" if answer.mimetype == "application/pdf" else answer.text


def _text_of_book(content: bytes) -> str:
    """All that lies in a workbook: cells of every sheet, names, and what it says of itself."""
    with ZipFile(BytesIO(content)) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())


def _paths(world: World) -> list[str]:
    rules = [line.split()[1] for line in ADDRESSES.read_text().splitlines() if line[:4] == "GET "]
    return [path_of(rule, world.things) for rule in rules] + [
        each.format(**world.names) for each in MORE
    ]


def _packs(world: World, person: Person) -> Iterator[tuple[str, str]]:
    for kind, recipe in RECIPES.items():
        refs = {
            PackKind.RISK: world.names["risk"],
            PackKind.REVIEW: world.names["review"],
            PackKind.POSTMORTEM: world.names["incident"],
        }
        ref = refs.get(kind, "") if recipe.needs_ref else ""
        try:
            with transaction():
                who = actor(db.session.get_one(Person, person.id))
                team = db.session.get_one(Team, world.team.id)
                frozen = json.dumps(freeze(who, kind=kind, team=team, ref=ref).data)
        except NotFound:
            frozen = ""
        yield f"pack {kind}", frozen
