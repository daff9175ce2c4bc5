"""What programs ask: resources under /api/v1, each declared once beside its views.

A feature's `api.py` makes a `Resource` and hangs its views on it; the same declarations check what
is sent, name what is answered, and become the OpenAPI document (riskreg.web.openapi).

    risks = Resource("risks", item=RISK, about=_l("Risks of the register."))

    @risks.index(Permission.RISK_VIEW, query=FILTERS, of=RISK_LINE)
    def index(asked: Asked) -> Rows: ...

    @risks.show(Permission.RISK_VIEW)
    def show(ref: str) -> One: ...

A view gets plain values that fit their shapes, and gives plain values; it raises the errors of
riskreg.errors. Transactions, errors and permissions are those of every request.
"""

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol, TypeAlias, TypeVar

from flask import Blueprint, Flask, Response, current_app, jsonify, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import (
    BadRequest,
    NotAcceptable,
    PreconditionRequired,
    UnsupportedMediaType,
)

from riskreg.errors import Refused
from riskreg.web.paging import page_url
from riskreg.web.security import API, requires
from riskreg.web.shapes import Fault, Shape, Text, Thing, Whole, pointer

BODY_BYTES_MAX = 1024 * 1024
ROWS, ROWS_MAX, PAGE_MAX = 50, 200, 100_000
KEY_CHARS_MAX = 200
RESOURCES = "riskreg_api"  # app.extensions: every resource, in the order of the document
ONCE = "riskreg_api_once"  # app.extensions: what remembers creates
JSON = "application/json"
TEAM_ASKED = Text(high=80, about=_l("A team’s slug: that team and all below it."))
LIMIT = Whole(low=1, high=ROWS_MAX, about=_l("How many rows at most; 50 without it."))
PAGE = Whole(low=1, high=PAGE_MAX, about=_l("Which page; better follow “next”."))

Asked: TypeAlias = Mapping[str, Any]  # the values of a query that were given, and how many rows
Data: TypeAlias = dict[str, Any]
View = TypeVar("View", bound=Callable[..., Any])


class Kind(StrEnum):
    """What an operation does, and with that what it asks for and answers."""

    INDEX = "index"
    SHOW = "show"
    CREATE = "create"
    ACT = "act"  # something is done to a thing
    CHANGE = "change"

    @property
    def verb(self) -> str:
        """Its HTTP method."""
        return _VERBS[self]


_VERBS = {
    Kind.INDEX: "GET",
    Kind.SHOW: "GET",
    Kind.CREATE: "POST",
    Kind.ACT: "POST",
    Kind.CHANGE: "PATCH",
}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A page of a list, each line as `written` writes it, and the address of the next one."""

    lines: Sequence[str]
    next: str | None = None


@dataclass(frozen=True, kw_only=True)
class One:
    """A thing, the version it is in, and where it is shown: the values of its own address."""

    data: Data
    where: Mapping[str, str]
    version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one address."""

    kind: Kind
    resource: "Resource"
    name: str
    rule: str
    permission: Any
    view: Callable[..., Any]
    out: Thing
    query: Mapping[str, Shape] = field(default_factory=dict)
    body: Thing | None = None

    @property
    def summary(self) -> str:
        """What it does: the first line of its view."""
        return (inspect.getdoc(self.view) or "").partition("\n")[0]

    @property
    def shown_by(self) -> "Operation":
        """What shows one thing of its kind."""
        return next(each for each in self.resource.operations if each.kind is Kind.SHOW)


class Once(Protocol):
    """What remembers which create was answered by what."""

    def made_with(self, key: str, fingerprint: str) -> str | None:
        """What `keep` was told of the key; None for the first to send it.

        Raises Refused when it was used for something else, Conflict while that still runs.
        """

    def keep(self, key: str, fingerprint: str, made: str) -> None:
        """Remember what came of it, in the same transaction."""


class Resource:
    """One kind of thing under an address of its own."""

    def __init__(self, name: str, *, item: Thing, about: Any, key: str = "ref") -> None:
        self.name, self.item, self.about, self.key = name, item, about, key
        self.operations: list[Operation] = []

    def index(
        self, permission: Any, *, query: Mapping[str, Shape], of: Thing | None = None
    ) -> Callable[[View], View]:
        """A list: the view gets the values asked for, `limit`, and `page` where it is numbered."""
        return self._add(Kind.INDEX, "", permission, out=of or self.item, query=query)

    def show(self, permission: Any) -> Callable[[View], View]:
        """One thing: the view gets its name."""
        return self._add(Kind.SHOW, f"/<{self.key}>", permission)

    def create(self, permission: Any, *, body: Thing) -> Callable[[View], View]:
        """A new thing: the view gets what was sent."""
        return self._add(Kind.CREATE, "", permission, body=body)

    def change(self, permission: Any, *, body: Thing) -> Callable[[View], View]:
        """Fields of a thing: the view gets its name, what was sent, and the version seen."""
        return self._add(Kind.CHANGE, f"/<{self.key}>", permission, body=body)

    def act(self, permission: Any, path: str, *, body: Thing) -> Callable[[View], View]:
        """Something done to a thing: the view gets its name and what was sent."""
        return self._add(Kind.ACT, f"/<{self.key}>/{path}", permission, body=body)

    def _add(self, kind: Kind, rule: str, permission: Any, **more: Any) -> Callable[[View], View]:
        def mark(view: View) -> View:
            operation = Operation(
                kind=kind,
                resource=self,
                name=f"{self.name}_{view.__name__}",
                rule=f"{API}{self.name}{rule}",
                permission=permission,
                view=view,
                **{"out": self.item, **more},
            )
            self.operations.append(operation)
            return view

        return mark


def paged(**query: Shape) -> dict[str, Shape]:
    """The query of a numbered list: these values, how many rows, and which page."""
    return {**query, "limit": LIMIT, "page": PAGE}


def offset_of(asked: Asked) -> int:
    """The number of the first row of the page asked for, from 0."""
    return (int(asked.get("page", 1)) - 1) * limit_of(asked)


def limit_of(asked: Asked) -> int:
    """How many rows are asked for."""
    return int(asked.get("limit", ROWS))


def numbered(asked: Asked, rows: Sequence[Data], total: int) -> Rows:
    """A page of a numbered list that has `total` rows."""
    more = offset_of(asked) + len(rows) < total and rows
    onward = page_url(page=int(asked.get("page", 1)) + 1) if more else None
    return Rows(lines=[written(row) for row in rows], next=onward)


def written(data: Any) -> str:
    """Plain values as JSON."""
    return current_app.json.dumps(data, separators=(",", ":"))


def iso(value: date | None) -> str | None:
    """A day or an instant as programs read it; None for unknown."""
    return None if value is None else value.isoformat()


def init_app(app: Flask, csrf: CSRFProtect, resources: Sequence[Resource], once: Once) -> None:
    """Serve the resources. They have no cookies, so no other site's page can use any."""
    app.extensions[RESOURCES], app.extensions[ONCE] = resources, once
    bp = Blueprint("api", __name__)
    for operation in operations_of(app):
        answer = requires(operation.permission)(_answering(operation))
        bp.add_url_rule(operation.rule, operation.name, answer, methods=[operation.kind.verb])
    csrf.exempt(bp)
    app.register_blueprint(bp)


def operations_of(app: Flask) -> list[Operation]:
    """Every operation."""
    resources: Sequence[Resource] = app.extensions[RESOURCES]
    return [operation for resource in resources for operation in resource.operations]


def _answering(operation: Operation) -> Callable[..., Response]:
    def answer(**where: str) -> Response:
        _demand_json_is_taken()
        if operation.kind is Kind.INDEX:
            found: Rows = operation.view(_asked(operation.query))
            body = f'{{"data":[{",".join(found.lines)}],"next":{written(found.next)}}}\n'
            return Response(body, mimetype=JSON)
        _asked({})
        if operation.kind is Kind.SHOW:
            return _one(operation.view(**where))
        return _written(operation, where)

    return answer


def _written(operation: Operation, where: Mapping[str, str]) -> Response:
    """What a request that writes is answered with."""
    assert operation.body is not None
    seen = None if operation.kind is Kind.CREATE else _seen_version(operation)
    sent = _sent(operation.body)
    if operation.kind is Kind.CHANGE:
        return _one(operation.view(**where, sent=sent, version=seen))
    more = {"version": seen} if operation.kind is Kind.ACT else {}
    status = 201 if operation.kind is Kind.CREATE else 200
    key = _key()
    once: Once = current_app.extensions[ONCE]
    if key is None:
        return _one(operation.view(**where, sent=sent, **more), operation, status)
    made = once.made_with(key, fingerprint := _fingerprint())
    if made is not None:
        return _one(operation.shown_by.view(**json.loads(made)), operation, status)
    one: One = operation.view(**where, sent=sent, **more)
    once.keep(key, fingerprint, json.dumps(dict(one.where)))
    return _one(one, operation, status)


def _one(one: One, operation: Operation | None = None, status: int = 200) -> Response:
    response = jsonify(data=one.data)
    response.status_code = status
    if one.version is not None:
        response.set_etag(str(one.version))
    if status == 201 and operation is not None:
        where: dict[str, Any] = dict(one.where)
        response.headers["Location"] = url_for(f"api.{operation.shown_by.name}", **where)
    return response


def _demand_json_is_taken() -> None:
    taken = request.accept_mimetypes
    if taken and not taken.best_match([JSON, "application/problem+json"]):
        raise NotAcceptable(_("Answers are JSON; accept application/json."))


def _asked(query: Mapping[str, Shape]) -> Data:
    """The values of the query as their shapes have them; raises Refused for any that do not fit."""
    values: Data = {}
    faults: list[Fault] = []
    for name, given in request.args.lists():
        shape = query.get(name)
        if shape is None:
            faults.append(((name,), _("There is no such parameter.")))
        elif len(given) > 1:
            faults.append(((name,), _("It was given twice.")))
        else:
            values[name] = _number(given[0]) if isinstance(shape, Whole) else given[0]
            faults += shape.faults(values[name], (name,))
    if faults:
        raise Refused(
            _("Something that was asked for is not understood."),
            errors=[{"parameter": str(at[0]), "detail": sentence} for at, sentence in faults],
        )
    return values


def _number(text: str) -> int | str:
    fine = text.isascii() and text.isdigit() and len(text) < 12
    return int(text) if fine else text


def _sent(shape: Thing) -> Data:
    """The body as its shape has it; raises Refused, or BadRequest for what is no JSON."""
    if request.mimetype != JSON:
        raise UnsupportedMediaType(_("Send JSON, with Content-Type: application/json."))
    request.max_content_length = BODY_BYTES_MAX
    sent = _parsed(request.get_data())
    faults = list(shape.faults(sent))
    if faults:
        raise refused(faults)
    values: Data = sent
    return values


def refused(faults: Sequence[Fault]) -> Refused:
    """The error that names what of the body was refused."""
    return Refused(
        _("Nothing was saved: something that was sent is refused."),
        errors=[{"pointer": pointer(at), "detail": sentence} for at, sentence in faults],
    )


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(
            raw.decode("utf-8"), object_pairs_hook=_without_doubles, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as error:
        raise BadRequest(_("The body cannot be read as JSON.")) from error


def _without_doubles(pairs: list[tuple[str, Any]]) -> Data:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadRequest(_("A field is named twice in the body."))
    return found


def _no_number(word: str) -> None:
    raise ValueError(word)


def _seen_version(operation: Operation) -> int | None:
    """The version in If-Match; raises PreconditionRequired where it is missing."""
    seen = re.fullmatch(r'"(\d{1,9})"', request.headers.get("If-Match", ""), re.ASCII)
    if seen is not None:
        return int(seen[1])
    if operation.kind is Kind.CHANGE or "If-Match" in request.headers:
        raise PreconditionRequired(
            _("Say which version you saw: If-Match with the ETag that its address answers.")
        )
    return None


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= KEY_CHARS_MAX and key.isascii()):
        raise BadRequest(_("An Idempotency-Key has 1 to %(n)s plain signs.", n=KEY_CHARS_MAX))
    return key


def _fingerprint() -> str:
    """The same for the same request: what is asked of which address, with which body."""
    what = f"{request.method} {request.path}\n".encode() + request.get_data()
    return hashlib.sha256(what).hexdigest()
