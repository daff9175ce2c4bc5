"""Hostile texts in every column that holds a text, and what of a page would then run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

import pikepdf
import sqlalchemy as sa
from flask import Flask
from lxml import html

from riskreg.db import Base, db, transaction, write_intent
from riskreg.org.models import Person, Team
from riskreg.packs.kinds import PackKind
from riskreg.packs.models import Snapshot
from riskreg.packs.services import freeze
from riskreg.postmortems.models import Postmortem
from riskreg.postmortems.template import template
from tests.client import RegisterClient
from tests.factories import actor
from tests.rules.test_rights import ADDRESSES, path_of, things_of

# Columns of text that nobody types: names of things in addresses, digests, words of closed sets;
# and addresses, which are planted as addresses.
NOT_TYPED = {
    *("action", "area_key", "code", "code_hash", "digest", "fingerprint", "form_key", "issuer"),
    *("key", "key_hash", "kind", "made", "old_token_hash", "paper", "password_hash", "path"),
    *("required_reason", "sealed", "secret_hash", "sha256", "slug", "subject_ref"),
    *("subject_type", "task", "tick", "timezone", "token_hash", "word", "email"),
}
ADDRESSED = {"url", "external_url", "evidence_url", "repository_url", "runbook_url"}
ADDRESSED |= {"dashboard_url"}
ADDRESS = "https://example.org/{}"
SCHEMES = ("http://", "https://", "mailto:")
# What packs are about, and where the thing that one of these kinds is about stands in `things`.
PRINTED = frozenset({"risk", "incident", "action_item", "review_comment", "postmortem_idea"})
PRINTED_BESIDE = frozenset({"statement", "answer", "team", "person", "system", "risk_tag"})
ABOUT = {
    PackKind.RISK: "risk_ref",
    PackKind.REVIEW: "reviews/ref",
    PackKind.POSTMORTEM: "incidents/ref",
}
ACTIVE = ("/JS", "/JavaScript", "/AA", "/OpenAction", "/EmbeddedFiles", "/XFA", "/RichMedia")
ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"}
ACTIONS |= {"/Rendition", "/Movie", "/Sound", "/Named", "/ResetForm", "/Hide"}
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")
LEADS = {"href", "src", "action", "formaction", "data", "poster", "srcdoc", "xlink:href"}
LEADS |= {"hx-get", "hx-post", "background", "ping", "srcset"}
NEVER = {"iframe", "frame", "object", "embed", "applet", "base", "portal", "marquee", "math"}


def text_columns() -> list[sa.Column[Any]]:
    """Every column that holds a text that somebody may have typed."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.String) and column.name not in NOT_TYPED
    ]


def plant(
    texts: Sequence[str], *, offset: int, each: int = 1, tables: frozenset[str] = frozenset()
) -> int:
    """Put `each` of the texts into every column, past all that refuses them; how many columns.

    With `tables` only into theirs.

    With each offset another text stands in a column, so that with all of them each met each.
    """
    columns = [column for column in text_columns() if not tables or column.table.name in tables]
    with write_intent():
        for number, column in enumerate(columns):
            start = (number + offset) * each
            picked = [texts[(start + step) % len(texts)] for step in range(each)]
            text = "\n\n".join(picked).replace("\0", "")
            if column.name in ADDRESSED:
                text = ADDRESS.format(text)
            length = getattr(column.type, "length", None)
            values = {column.name: text[:length]}
            db.session.connection().execute(sa.update(column.table).values(values))
        for section in template().sections:
            _plant_section(section.key, texts[(offset + len(section.key)) % len(texts)])
        db.session.commit()
    return len(columns)


def plant_for_print(texts: Sequence[str]) -> None:
    """All texts in each field of what packs are about that is long enough; a few in the others."""
    plant(texts, offset=0, each=len(texts), tables=PRINTED)
    plant(texts, offset=0, each=3, tables=PRINTED_BESIDE)


def snapshots(
    team: Team, doer: Person, things: Mapping[str, str]
) -> Iterator[tuple[PackKind, Snapshot]]:
    """A pack of each kind, frozen."""
    for kind in PackKind:
        with transaction():
            stored, ref = db.session.get_one(Team, team.id), things.get(ABOUT.get(kind, ""), "")
            number = freeze(actor(doer), kind=kind, team=stored, ref=ref).id
        yield kind, db.session.get_one(Snapshot, number)


def _plant_section(key: str, text: str) -> None:
    for postmortem in db.session.scalars(sa.select(Postmortem)):
        postmortem.sections = {**postmortem.sections, key: text.replace("\0", "")}


def addresses_of(things: dict[str, str]) -> list[str]:
    """Every page there is, about one of everything."""
    rules = [line.split()[1] for line in ADDRESSES.read_text().splitlines() if line[:4] == "GET "]
    return [path_of(rule, things) for rule in rules]


def make_things(team: Team, doer: Person) -> dict[str, str]:
    """One of everything, with a text in every field that may be without one."""
    return things_of(team, doer, files_of=doer)


def pages(app: Flask, client: RegisterClient, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pages at these addresses, as they are sent; what is no page is left out."""
    for path in paths:
        with app.app_context():
            answer = super(RegisterClient, client).open(path)
        assert answer.status_code < 500, path
        assert answer.headers["Cache-Control"] == "no-store", path
        if answer.mimetype == "text/html" and answer.status_code in {200, 404}:
            yield path, answer.get_data(as_text=True)


def running(page: str) -> list[str]:
    """What of a page runs, or leads to where it should not, beside its own scripts and sheets."""
    return [fault for element in html.fromstring(page).iter() for fault in _faults(element)]


def printing(page: str) -> list[str]:
    """What of a page to be printed runs, is asked for elsewhere, or leads where it should not."""
    return [fault for element in html.fromstring(page).iter() for fault in _on_paper(element)]


def carrying(content: bytes) -> list[str]:
    """What a PDF does by itself, holds beside its pages, or leads to where it should not."""
    with pikepdf.open(BytesIO(content)) as pdf:
        every = [inner for each in pdf.objects for inner in _dictionaries(each)]
        return [fault for each in every for fault in _carried(each)]


def _dictionaries(value: Any) -> Iterator[Any]:
    """A dictionary, and those that lie in it and are no objects of their own."""
    inside: list[Any] = []
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        yield value
        inside = [each for _name, each in value.items()]
    elif isinstance(value, pikepdf.Array):
        inside = list(value)
    for each in inside:
        if isinstance(each, pikepdf.Object) and not each.is_indirect:
            yield from _dictionaries(each)


def _carried(value: Any) -> Iterator[str]:
    yield from (name for name in ACTIVE if name in value)
    action = value.get("/S")
    if action == "/URI" and not str(value.URI).lower().startswith(SCHEMES):
        yield str(value.URI)
    elif action in ACTIONS:
        yield str(action)


def _on_paper(element: Any) -> Iterator[str]:
    tag = element.tag
    if not isinstance(tag, str):
        return
    if tag in NEVER | {"script", "form", "input", "video", "audio", "source"}:
        yield f"<{tag}>"
    for name, value in element.attrib.items():
        is_ours = name == "href" and tag in {"a", "use"} and _is_fine(value)
        if name.startswith("on") or "url(" in value or (name == "style" and "@" in value):
            yield f"{name} of <{tag}>"
        elif name in LEADS and not is_ours and not value.startswith("static/"):
            yield f"{name}={value[:60]!r} of <{tag}>"


def _faults(element: Any) -> Iterator[str]:
    tag = element.tag
    if not isinstance(tag, str):
        return
    if tag in NEVER or (tag == "meta" and element.get("http-equiv")):
        yield f"<{tag}>"
    if tag in {"script", "style"} and not element.get("nonce"):
        yield f"<{tag}> without nonce"
    for name, value in element.attrib.items():
        if name.startswith(("on", "hx-on", "data-hx-on")) or name == "style":
            yield f"{name} of <{tag}>"
        elif name in LEADS and not _is_fine(value):
            yield f"{name}={value[:60]!r}"


def _is_fine(value: str) -> bool:
    """Whether an address is one of ours, of the web or of mail; never another site's by //."""
    plain = "".join(sign for sign in value if sign > " ").lower()  # browsers leave these out
    if plain.startswith(("//", "/\\", "\\")):
        return False
    return SCHEME.match(plain) is None or plain.startswith(SCHEMES)
