"""Hostile texts in every column that holds a text, and what of a page would then run."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Flask
from lxml import html

from riskreg.db import Base, db, write_intent
from riskreg.org.models import Person, Team
from riskreg.postmortems.models import Postmortem
from riskreg.postmortems.template import template
from tests.client import RegisterClient
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


def plant(texts: Sequence[str], *, offset: int, each: int = 1) -> int:
    """Put `each` of the texts into every column, past all that refuses them; how many columns.

    With each offset another text stands in a column, so that with all of them each met each.
    """
    columns = text_columns()
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
