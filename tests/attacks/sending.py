"""Send a form of `forms` in a world, see which rows it changed, and put them back."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.attacks.forms import FORMS, Fields, Sent
from tests.attacks.rows import Change, Rows, changes, put_back, rows_of, written
from tests.attacks.world import World
from tests.rules.test_rights import COOKIE, path_of

# What is counted of every request, not of the form.
COUNTED = {"use_count"}
THING = re.compile(r"\{(\w+)\}")
PART = re.compile(r"<(?:int:)?(\w+)>")


Look = Callable[[FlaskClient, TestResponse], None]
Fill = Callable[[FlaskClient, str, Fields], Fields]


@dataclass(frozen=True, kw_only=True)
class Register:
    """What is sent to, who and what is in it, and all that was stored in the beginning.

    Unless told otherwise it is asked as a program asks: pages are looked at elsewhere.
    """

    app: Flask
    world: World
    rows: Rows
    accept: str = "application/json"


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a form was answered and what it changed."""

    answer: TestResponse
    changes: list[Change]


def send(
    register: Register,
    rule: str,
    *,
    more: Fields | None = None,
    typed: Fields | None = None,
    instead: Mapping[str, str] | None = None,
    at: Mapping[str, str] | None = None,
    fill: Fill | None = None,
    look: Look | None = None,
) -> Done:
    """Send the honest form, with `more` fields that it has not, or things `instead` of its own.

    `typed` stands in fields in place of what an honest person would write.

    `at` are other things for the parts of its address; `fill` fetches the form from its page, by
    its address, and fills it in with the fields; `look` at what came of it before it is put back.
    """
    form, own = FORMS[rule], register.world.own
    client = client_of(register, form.who)
    with written() as names:
        for who, before, fields in form.first:
            first = client if who == form.who else client_of(register, who)
            given = FORMS[before].fields if fields is None else fields
            answer = _post(first, _path(before, form, own), filled(given, own), register.accept)
            assert answer.status_code < 400, (rule, before, answer.text)
        stood = register.rows | rows_of(names if form.first else ())
        honest = filled(form.fields, {**own, **(instead or {})})
        path, data = _path(rule, form, own, at), {**(more or {}), **honest, **(typed or {})}
        answer = _post(
            client, path, dict(fill(client, path, data)) if fill else data, register.accept
        )
        if look is not None:
            look(client, answer)
    after = rows_of(names)
    put_back(register.rows, after)
    found = [
        each for each in changes(stood, after) if each.table not in COUNTED and not each.is_refusal
    ]
    return Done(answer=answer, changes=found)


def client_of(register: Register, who: str) -> FlaskClient:
    """Somebody of this world, or nobody."""
    client = FlaskClient(register.app, register.app.response_class)
    if who in register.world.cookies:
        client.set_cookie(COOKIE, register.world.cookies[who])
    return client


def named_in(fields: Fields) -> set[str]:
    """The things that the fields of a form name."""
    texts = [text for value in fields.values() for text in _texts(value)]
    return {name for text in texts for name in THING.findall(text)}


def parts_of(rule: str) -> dict[str, str]:
    """The parts of an address, and the things that they name."""
    folder = rule.split("/")[1]
    found = {}
    for part in PART.findall(rule):
        own = FORMS[rule].path.get(part)
        found[part] = own or (f"{folder}/{part}" if part in {"ref", "key", "slug"} else part)
    return found


def filled(fields: Fields, things: Mapping[str, str]) -> dict[str, Any]:
    """The fields with the things that they name."""
    return {_named(name, things): _value(value, things) for name, value in fields.items()}


def _path(
    rule: str, form: Sent, own: Mapping[str, str], at: Mapping[str, str] | None = None
) -> str:
    folder = rule.split("/")[1]
    chosen = {part: own[name] for part, name in form.path.items()} | dict(at or {})
    return path_of(
        rule, {**own, **chosen, **{f"{folder}/{part}": it for part, it in chosen.items()}}
    )


def _post(client: FlaskClient, path: str, data: dict[str, Any], accept: str) -> TestResponse:
    with client.application.app_context():
        answer = client.post(path, data=data, headers={"Accept": accept})
    assert answer.status_code < 500, (path, data)
    return answer


def _value(value: Any, things: Mapping[str, str]) -> Any:
    if callable(value):
        return value()
    if isinstance(value, list):
        return [_named(each, things) for each in value]
    return _named(value, things)


def _named(text: str, things: Mapping[str, str]) -> str:
    return THING.sub(lambda part: things[part[1]], text)


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) else []
