"""The OpenAPI 3.1 document of the API, made from the declarations that serve it."""

from collections.abc import Iterable, Iterator

from flask import Flask, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from riskreg.web.api import JSON, RESOURCES, Kind, Operation, operations_of
from riskreg.web.shapes import Items, Schema, Shape, Text, Thing, Whole

PROBLEM = "application/problem+json"
ONE_OF_ERRORS = Thing(
    name="Fault",
    fields={
        "pointer": Text(about=_l("A JSON pointer into what was sent (RFC 6901).")),
        "parameter": Text(about=_l("A parameter of the address.")),
        "header": Text(about=_l("A header.")),
        "detail": Text(),
    },
    optional=frozenset({"pointer", "parameter", "header"}),
)
ALWAYS = (401, 403, 404, 406, 422, 429, 503)
OF_BODIES = (400, 409, 413, 415)
OF_VERSIONS = (412, 428)


def document(app: Flask) -> Schema:
    """The whole document, in the reader's language."""
    operations = operations_of(app)
    paths: dict[str, Schema] = {}
    for operation in operations:
        path = paths.setdefault(_path(operation.rule), {})
        path[operation.kind.verb.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "riskreg", "version": "1", "description": _about()},
        "servers": [{"url": request.script_root or "/"}],
        "security": [{"token": []}],
        "tags": [
            {"name": resource.name, "description": str(resource.about)}
            for resource in app.extensions[RESOURCES]
        ],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {**_schemas(operations), "Problem": _problem()},
            "responses": {f"Error{status}": _error(status) for status in _sentences()},
        },
    }


def statuses_of(operation: Operation) -> list[int]:
    """The errors that an operation can answer."""
    found = list(ALWAYS)
    if operation.body is not None:
        found += OF_BODIES
    if operation.kind in {Kind.CHANGE, Kind.ACT}:
        found += OF_VERSIONS
    return sorted(found)


def _about() -> str:
    return str(
        _(
            "Programs ask with a token: Authorization: Bearer rrk_…. Answers are "
            "{“data”: …}, lists also have “next”, the address of the next page or null. "
            "Errors are problem details (RFC 9457)."
        )
    )


def _operation(operation: Operation) -> Schema:
    found: Schema = {
        "operationId": operation.name,
        "tags": [operation.resource.name],
        "summary": operation.summary,
        "parameters": list(_parameters(operation)),
        "responses": {
            str(201 if operation.kind is Kind.CREATE else 200): _success(operation),
            **{
                str(status): {"$ref": f"#/components/responses/Error{status}"}
                for status in statuses_of(operation)
            },
        },
    }
    if operation.body is not None:
        content = {JSON: {"schema": operation.body.schema()}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _parameters(operation: Operation) -> Iterator[Schema]:
    if "<" in operation.rule:
        yield _parameter(operation.resource.key, "path", Text(high=200), required=True)
    for name, shape in operation.query.items():
        yield _parameter(name, "query", shape)
    if operation.kind in {Kind.CREATE, Kind.ACT}:
        about = _("Sent again with the same key, the same request is done once.")
        key = Text(low=1, high=200, pattern=r"^[!-~]+$", about=about)
        yield _parameter("Idempotency-Key", "header", key)
    if operation.kind in {Kind.CHANGE, Kind.ACT}:
        about = _("The ETag of the version that was seen.")
        seen = Text(low=3, high=12, pattern=r'^"[0-9]{1,9}"$', about=about)
        yield _parameter("If-Match", "header", seen, required=operation.kind is Kind.CHANGE)


def _parameter(name: str, place: str, shape: Shape, *, required: bool = False) -> Schema:
    schema = shape.schema()
    about = schema.pop("description", "")
    return {
        "name": name,
        "in": place,
        "required": required,
        "schema": schema,
        **({"description": about} if about else {}),
    }


def _success(operation: Operation) -> Schema:
    data: Shape = operation.out
    if operation.kind is Kind.INDEX:
        fields: dict[str, Shape] = {"data": Items(of=data), "next": Text(nullable=True)}
        return _response(_("A page of the list."), Thing(fields=fields).schema())
    response = _response(_("It as it is now."), Thing(fields={"data": data}).schema())
    headers = {"ETag": {"schema": {"type": "string"}}}
    if operation.kind is Kind.CREATE:
        headers["Location"] = {"schema": {"type": "string"}}
    return response | {"headers": headers}


def _response(about: str, schema: Schema, kind: str = JSON) -> Schema:
    return {"description": about, "content": {kind: {"schema": schema}}}


def _error(status: int) -> Schema:
    schema = {"$ref": "#/components/schemas/Problem"}
    found = _response(str(_sentences()[status]), schema, PROBLEM)
    if status in {429, 503}:
        found["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
    if status == 401:
        found["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return found


def _sentences() -> dict[int, str]:
    return {
        400: _("What was sent cannot be read."),
        401: _("No token, or none that counts."),
        403: _("The token, or its owner’s role, does not allow it."),
        404: _("There is no such thing, or it may not be seen."),
        406: _("Answers are JSON."),
        409: _("It is in another state, or the same request still runs."),
        412: _("It is another version than the one seen: “stored” and “sent” show both sides."),
        413: _("More than a megabyte was sent."),
        415: _("Bodies are JSON."),
        422: _("Values are refused; “errors” says which and why."),
        428: _("A change names the version that was seen, in If-Match."),
        429: _("Too often; Retry-After says when to come back."),
        503: _("The database does not answer just now."),
    }


def _problem() -> Schema:
    """Open to what an error tells beside."""
    shown = Thing(fields={}).whole() | {"additionalProperties": {"type": "string"}}
    return {
        "type": "object",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": Whole(low=400, high=599).schema(),
            "detail": {"type": "string"},
            "field": {"type": "string"},
            "errors": Items(of=ONE_OF_ERRORS).schema(),
            "stored": shown,
            "sent": shown,
        },
        "required": ["type", "title", "status", "detail"],
    }


def _schemas(operations: Iterable[Operation]) -> dict[str, Schema]:
    things = [ONE_OF_ERRORS]
    things += [operation.out for operation in operations]
    things += [operation.body for operation in operations if operation.body is not None]
    named = (inner for thing in things for inner in thing.named())
    return {thing.name: thing.whole() for thing in named}


def _path(rule: str) -> str:
    return rule.replace("<", "{").replace(">", "}")
