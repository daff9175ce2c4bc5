"""The API told: as a document for programs, and as a page for people made from the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template
from flask_babel import gettext as _

from riskreg.web.openapi import document
from riskreg.web.security import API, PUBLIC, SELF, requires
from riskreg.web.shapes import INTEGER_MAX, Schema

bp = Blueprint("api_docs", __name__)
REF = "#/components/schemas/"
ERRORS = "#/components/responses/Error"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A field or a parameter in words; `shape` names the shape that `words` lead to."""

    name: str
    words: str
    shape: str
    required: bool
    about: str


@bp.get(f"{API}openapi.json")
@requires(PUBLIC)
def openapi() -> Response:
    """The document: it tells what this program can do, and nothing of what is in it."""
    return jsonify(document(current_app))


@bp.get("/api/docs")
@requires(SELF)
def show() -> str:
    """The same to read."""
    told = document(current_app)
    schemas = told["components"]["schemas"]
    return render_template(
        "api/docs.html",
        about=told["info"]["description"],
        resources=[(tag, list(_operations(told, tag["name"]))) for tag in told["tags"]],
        shapes=[(name, list(_fields(schema))) for name, schema in sorted(schemas.items())],
        errors=[
            (name.removeprefix("Error"), response["description"])
            for name, response in told["components"]["responses"].items()
        ],
    )


def _operations(told: Schema, resource: str) -> Iterator[dict[str, Any]]:
    for path, methods in told["paths"].items():
        for verb, operation in methods.items():
            if resource not in operation["tags"]:
                continue
            status, answer = next(iter(operation["responses"].items()))
            yield {
                "id": operation["operationId"],
                "verb": verb.upper(),
                "path": path,
                "summary": operation["summary"],
                "parameters": [
                    _row(each["name"], each["schema"], each["required"], each.get("description"))
                    for each in operation["parameters"]
                ],
                "body": _named(operation.get("requestBody")),
                "status": status,
                "answer": _named(answer),
                "is_list": _is_list(answer),
                "errors": [each for each in operation["responses"] if each != status],
            }


def _named(content: Schema | None) -> str:
    """The name of the shape that a body has, or that is in its data."""
    if content is None:
        return ""
    schema = next(iter(content["content"].values()))["schema"]
    data = schema.get("properties", {}).get("data", schema)
    return _shape(data)


def _is_list(answer: Schema) -> bool:
    schema = next(iter(answer["content"].values()))["schema"]
    return "items" in schema["properties"]["data"]


def _fields(schema: Schema) -> Iterator[Row]:
    """Where some are optional, the others are said to be needed."""
    required = set(schema.get("required", ()))
    required = required if required < schema["properties"].keys() else set()
    for name, each in schema["properties"].items():
        yield _row(name, each, name in required, each.get("description"))


def _row(name: str, schema: Schema, required: bool, about: str | None) -> Row:
    words, shape = _words(schema), _shape(schema)
    return Row(name=name, words=words, shape=shape, required=required, about=about or "")


def _shape(schema: Schema) -> str:
    """The shape that a schema refers to, itself or in a list or beside null; empty for none."""
    inner = schema.get("items") or next(iter(schema.get("anyOf", ())), schema)
    return str(inner.get("$ref", "")).removeprefix(REF)


def _words(schema: Schema) -> str:
    """What a value is, without the name of its shape."""
    if "anyOf" in schema:
        return str(_("or null"))
    kinds = schema.get("type", "")
    words = _kind(kinds[0] if isinstance(kinds, list) else kinds, schema)
    return str(_("%(kind)s or null", kind=words)) if isinstance(kinds, list) else words


def _kind(kind: str, schema: Schema) -> str:
    if "enum" in schema:
        return ", ".join(each for each in schema["enum"] if each is not None)
    if kind == "array":
        return f"{_('list of')} {_words(schema['items'])}".rstrip()
    if "format" in schema:
        return str({"date": _("day"), "date-time": _("instant")}[schema["format"]])
    if schema.get("maximum", INTEGER_MAX) < INTEGER_MAX:
        low, high = schema["minimum"], schema["maximum"]
        return str(_("whole number, %(low)s to %(high)s", low=low, high=high))
    words = {
        "string": _("text"),
        "integer": _("whole number"),
        "number": _("number"),
        "boolean": _("true or false"),
        "object": _("object"),
    }
    return str(words.get(kind, ""))
