"""A form changes what it is for: whatever else is sent with it, and whoever's things it names.

writes.txt says of each address what an honest form changes: + is a new row, - one that is gone, and
a table with its columns is a row that changed.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form

from riskreg.db import Base, UTCDateTime, db, transaction
from riskreg.org.sessions import new_setup_code
from riskreg.web.bodies import PARTS_MAX
from tests.attacks.forms import FORMS, Sent
from tests.attacks.rows import Change, all_rows, changes
from tests.attacks.sending import Done, Register, named_in, parts_of, send
from tests.attacks.world import World, make_world, settings_of_world
from tests.client import RegisterClient
from tests.org.conftest import clock
from tests.rules.test_rights import ADDRESSES

__all__ = ["clock"]

TABLE = Path(__file__).parent / "writes.txt"
PLANTED, NUMBER, DAY = "planted", "987654", "2001-02-03"
# What people guess that there is, beside the columns.
GUESSED: tuple[str, ...] = (
    "is_admin",
    "admin",
    "role",
    "roles",
    "grants",
    "permissions",
    "team",
    "owner",
    "actor",
)
GUESSED += ("person", "system", "by", "confidential", "readers", "status", "secret", "password")
# Tables whose rows tell of an act, and not of what was sent.
BY_THE_WAY = {"audit_entry", "job"}
# These do what they can, and say what they left out.
DO_NOTHING = {
    ("/admin/people/<int:person_id>/handover", "item"),
    ("/admin/people/<int:person_id>/roles/<slug>/end", "person_id"),
    ("/risks/bulk", "risk"),
    ("/risks/bulk", "taker"),
}


@pytest.fixture
def register(
    app: Flask, client: RegisterClient, clock: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Register]:
    """In the end everything must be back where it was, or something was changed unseen."""
    monkeypatch.setitem(app.config, "SETTINGS", settings_of_world(app.config["SETTINGS"]))
    world = make_world(app, client)
    db.session.remove()
    rows = all_rows()
    yield Register(app=app, world=world, rows=rows)
    assert changes(rows, all_rows()) == []


def test_every_address_and_every_field_is_known_here() -> None:
    lines = [line.split()[1] for line in ADDRESSES.read_text().splitlines() if line[:5] == "POST "]
    assert sorted(FORMS) == [rule for rule in lines if not rule.startswith("/api/")]
    sent_fields = {name for form in FORMS.values() for name in form.fields}
    assert {name for form in forms() for name in fields_of(form)} - sent_fields == set()


@pytest.mark.asvs("v5.0.0-8.2.2")
@pytest.mark.asvs("v5.0.0-8.2.3")
@pytest.mark.asvs("v5.0.0-15.3.3")
def test_a_form_changes_what_it_is_for_of_the_senders_own_and_nothing_else(
    register: Register,
) -> None:
    lines: list[str] = []
    for rule, form in sorted(FORMS.items()):
        shares = shares_of(form, planted(form, register.world))
        sent = [(more, send(register, rule, more=more)) for more in shares]
        lines += dict.fromkeys(_line(rule, done) for _more, done in sent)
        assert form.remembers or not any(_taken(done.changes, more) for more, done in sent), rule
    assert lines == TABLE.read_text().splitlines(), (
        "What forms write changed. If that is meant, commit this:\n" + "\n".join(lines)
    )
    found = ways(register)
    assert len(found) > 60
    for (rule, name), way in found.items():
        done = send(register, rule, **way)
        refused = done.answer.status_code in {403, 404, 409, 422}
        assert (done.changes, refused) == ([], (rule, name) not in DO_NOTHING), (rule, name)


@pytest.mark.parametrize(
    ("column", "value"),
    [("title", "It is planted."), ("team_id", 3), ("closed_at", "2001-02-03 04:05:00+00:00")],
)
def test_what_was_taken_is_seen(column: str, value: Any) -> None:
    stored = {"id": 1, "title": "Ours", "team_id": 2, "closed_at": None}
    found = Change(table="risk", key=(1,), old=stored, new={**stored, column: value})
    assert _taken([found], {"title": PLANTED, "team_id": "3"}) == [f"risk.{column}"]


def test_no_form_takes_a_key_that_the_program_makes(app: Flask) -> None:
    keyed = [form for form in forms() if "form_key" in fields_of(form)]
    assert len(keyed) >= 7
    cases = {"sample:1:0": False, "a" * 65: False, "a\0": False, "aA0-_": True}
    with app.test_request_context():
        for form in keyed:
            made = {key: form(MultiDict({"form_key": key})) for key in cases}
            found = {key: it["form_key"].validate(it) for key, it in made.items()}
            assert found == cases, form


def test_whoever_sets_riskreg_up_becomes_an_administrator_and_no_more(
    client: RegisterClient,
) -> None:
    with transaction():
        code = new_setup_code()
    before = all_rows()
    more = dict.fromkeys((*GUESSED, *Base.metadata.tables["person"].columns.keys()), PLANTED)
    answer = client.post("/setup", data={**more, **FORMS["/setup"].fields, "code": code})
    assert answer.status_code == 303, answer.text
    found = changes(before, all_rows())
    assert not any(_is_planted(str(each.new), None) for each in found)
    assert _words(found) == (
        "+audit_entry +grant_of_role(id person_id team_id role created_at) "
        "+person(id email name password_hash home_team_id created_at version) "
        "+team(id slug name path created_at version) +tree_stamp(id word) "
        "+user_session(id token_hash proved_at person_id created_at last_seen_at expires_at device "
        "address) setup_code(used_at)"
    )


def ways(register: Register) -> dict[tuple[str, str], dict[str, Any]]:
    """Each form with one thing of another team, in a field or in a part of its address.

    Whoever administers the whole organisation has no other team. Addresses with one part are asked
    for by people of other teams in tests/rules/test_rights.py.
    """
    own, others = register.world.own, register.world.others
    theirs = {name: thing for name, thing in others.items() if own[name] != thing}
    found = {}
    for rule in (rule for rule, form in FORMS.items() if form.who != "root"):
        for name in named_in(FORMS[rule].fields) & theirs.keys():
            found[rule, name] = {"instead": {name: theirs[name]}}
        parts = parts_of(rule)
        for part, name in parts.items():
            if name in theirs and (len(parts) > 1 or FORMS[rule].path or rule[:4] == "/me/"):
                found[rule, part] = {"at": {part: theirs[name]}}
    return found


def planted(form: Sent, world: World) -> dict[str, str]:
    """A value for every column there is and for what else people guess, but the form's own.

    None of them is one that an honest form could have led to.
    """
    columns = [each for table in Base.metadata.sorted_tables for each in table.columns]
    values = dict.fromkeys(GUESSED, "1") | {each.name: _planted(each, world) for each in columns}
    return {name: value for name, value in values.items() if name not in form.fields}


def shares_of(form: Sent, more: dict[str, str]) -> list[dict[str, str]]:
    """What is sent beside; some at a time with a file, which comes with few fields."""
    at_once = PARTS_MAX // 2 if any(map(callable, form.fields.values())) else len(more)
    names = list(more)
    return [
        {name: more[name] for name in names[start : start + at_once]}
        for start in range(0, len(names), at_once)
    ]


def forms() -> list[type[Form]]:
    """The forms of all pages that take something."""
    left_out = {"SampleForm", "ReviewFilterForm"}
    return [each for each in _below(Form) if each.__name__ not in left_out]


def fields_of(form: type[Form]) -> list[str]:
    """The names of its fields."""
    return [name for name in dir(form) if hasattr(getattr(form, name), "_formfield")]


def _below(base: type[Form]) -> Iterator[type[Form]]:
    for each in base.__subclasses__():
        if each.__module__.startswith("riskreg."):
            yield each
        yield from _below(each)


def _planted(column: sa.Column[Any], world: World) -> str:
    for key in column.foreign_keys:
        return world.others.get(f"{key.column.table.name}_id", NUMBER)
    kinds: tuple[tuple[type[Any], str], ...] = (
        (sa.Boolean, "y"),
        (sa.Integer, NUMBER),
        (sa.Date, DAY),
        (UTCDateTime, f"{DAY}T04:05"),
    )
    return next((value for kind, value in kinds if isinstance(column.type, kind)), PLANTED)


def _taken(found: list[Change], more: Mapping[str, str]) -> list[str]:
    """Where something planted stands now; a flag that was set shows in the table itself."""
    return [
        f"{each.table}.{name}"
        for each in found
        if each.new is not None
        for name in each.columns
        if _is_planted(str(each.new[name]), more.get(name))
    ]


def _is_planted(value: str, planted: str | None) -> bool:
    return value == planted or PLANTED in value or value.startswith(DAY)


def _line(rule: str, done: Done) -> str:
    return f"POST {rule:<57}{done.answer.status_code}  {_words(done.changes)}".rstrip()


def _words(found: list[Change]) -> str:
    """What became of which tables; of new and changed rows also the columns."""
    columns: dict[str, set[str]] = {}
    for each in found:
        sign = "-" if each.new is None else "+" if each.old is None else ""
        is_told = each.new is not None and each.table not in BY_THE_WAY
        columns.setdefault(f"{sign}{each.table}", set()).update(each.columns if is_told else ())
    return " ".join(_told(name, columns[name]) for name in sorted(columns))


def _told(name: str, columns: set[str]) -> str:
    """A table with these columns, as it declares them."""
    declared = Base.metadata.tables[name.lstrip("+-")].columns.keys()
    told = " ".join(each for each in declared if each in columns)
    return f"{name}({told})" if told else name
