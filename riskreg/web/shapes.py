"""The shapes of what programs send and get: each says itself as JSON Schema, and checks a value.

One declaration serves both, so what is documented is what is asked for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeAlias

from flask_babel import gettext as _

Schema: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[str | int, ...]
# Where in the value something is wrong, and a sentence on it.
Fault: TypeAlias = tuple[Place, str]

STORABLE = r"^[^\x00\ud800-\udfff]*$"  # what both databases take
INTEGER_MAX = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Any value; `about` says what it means."""

    about: Any = ""
    nullable: bool = False

    def schema(self) -> Schema:
        """It as JSON Schema."""
        found = self._schema()
        if self.nullable and "$ref" in found:
            found = {"anyOf": [found, {"type": "null"}]}
        elif self.nullable:
            found["type"] = [found["type"], "null"]
            if "enum" in found:
                found["enum"] = [*found["enum"], None]
        return found | ({"description": str(self.about)} if self.about else {})

    def faults(self, value: Any, at: Place = ()) -> Iterator[Fault]:
        """What is wrong with a value; nothing where it fits."""
        if value is None and self.nullable:
            return
        sentence = self._refusal(value)
        if sentence:
            yield at, sentence
        else:
            yield from self._inner(value, at)

    def or_null(self) -> "Shape":
        """The same, or null for unknown."""
        return replace(self, nullable=True)

    def _schema(self) -> Schema:
        raise NotImplementedError

    def _refusal(self, _value: Any) -> str:
        raise NotImplementedError

    def _inner(self, _value: Any, _at: Place) -> Iterable[Fault]:
        return ()


@dataclass(frozen=True, kw_only=True)
class Text(Shape):
    """A text of some length; `pattern` is looked for in it, `words` are all that it can be."""

    low: int = 0
    high: int = 20_000
    pattern: str = STORABLE
    words: tuple[str, ...] = ()
    format: str = ""

    def _schema(self) -> Schema:
        found: Schema = {"type": "string"}
        if self.words:
            return found | {"enum": [str(word) for word in self.words]}
        if self.format:
            return found | {"format": self.format}
        found |= {"minLength": self.low} if self.low else {}
        pattern = {} if self.pattern == STORABLE else {"pattern": self.pattern}
        return found | {"maxLength": self.high} | pattern

    def _refusal(self, value: Any) -> str:
        if not isinstance(value, str):
            return str(_("This is a text."))
        if self.words:
            words = ", ".join(self.words)
            return "" if value in self.words else str(_("This is one of: %(words)s.", words=words))
        if not self.low <= len(value) <= self.high:
            return str(_("It has %(low)s to %(high)s characters.", low=self.low, high=self.high))
        if re.search(STORABLE, value) is None:
            return str(_("It holds a character that cannot be stored."))
        return "" if re.search(self.pattern, value) else str(_("It is not of the form asked for."))


@dataclass(frozen=True, kw_only=True)
class Day(Text):
    """A day such as 2026-11-23."""

    format: str = "date"

    def _refusal(self, value: Any) -> str:
        try:
            fine = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII)
            date.fromisoformat(value if fine else "")
        except ValueError:
            return str(_("This is a day such as 2026-11-23."))
        return ""


@dataclass(frozen=True, kw_only=True)
class Whole(Shape):
    """A whole number."""

    low: int = 0
    high: int = INTEGER_MAX

    def _schema(self) -> Schema:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}

    def _refusal(self, value: Any) -> str:
        whole = isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
        if whole and self.low <= value <= self.high:
            return ""
        return str(
            _("This is a whole number from %(low)s to %(high)s.", low=self.low, high=self.high)
        )


@dataclass(frozen=True, kw_only=True)
class Number(Shape):
    """A number, of what is answered only."""

    def _schema(self) -> Schema:
        return {"type": "number"}


@dataclass(frozen=True, kw_only=True)
class Flag(Shape):
    """Yes or no."""

    def _schema(self) -> Schema:
        return {"type": "boolean"}

    def _refusal(self, value: Any) -> str:
        return "" if isinstance(value, bool) else str(_("This is true or false."))


@dataclass(frozen=True, kw_only=True)
class Items(Shape):
    """A list of things of one shape."""

    of: Shape
    most: int | None = None

    def _schema(self) -> Schema:
        most = {} if self.most is None else {"maxItems": self.most}
        return {"type": "array", "items": self.of.schema()} | most

    def _refusal(self, value: Any) -> str:
        if not isinstance(value, list):
            return str(_("This is a list."))
        if self.most is not None and len(value) > self.most:
            return str(_("At most %(n)s are taken.", n=self.most))
        return ""

    def _inner(self, value: Any, at: Place) -> Iterable[Fault]:
        for place, each in enumerate(value):
            yield from self.of.faults(each, (*at, place))


@dataclass(frozen=True, kw_only=True)
class Thing(Shape):
    """An object with named fields; with a `name` it is documented once, under that name.

    All fields but the `optional` ones are there. `at_least_one`: it is not empty.
    """

    fields: Mapping[str, Shape]
    name: str = ""
    optional: frozenset[str] = field(default=frozenset())
    at_least_one: bool = False

    def _schema(self) -> Schema:
        return {"$ref": f"#/components/schemas/{self.name}"} if self.name else self.whole()

    def whole(self) -> Schema:
        """It as JSON Schema with all its fields."""
        required = [name for name in self.fields if name not in self.optional]
        return {
            "type": "object",
            "properties": {name: shape.schema() for name, shape in self.fields.items()},
            "additionalProperties": False,
            **({"required": required} if required else {}),
            **({"minProperties": 1} if self.at_least_one else {}),
        }

    def _refusal(self, value: Any) -> str:
        if not isinstance(value, dict):
            return str(_("This is an object with named fields."))
        return str(_("Name at least one field.")) if self.at_least_one and not value else ""

    def _inner(self, value: Any, at: Place) -> Iterable[Fault]:
        for name in self.fields:
            if name not in value and name not in self.optional:
                yield (*at, name), str(_("This is missing."))
        for name, each in value.items():
            shape = self.fields.get(name)
            if shape is None:
                yield (*at, name), str(_("There is no such field."))
            else:
                yield from shape.faults(each, (*at, name))

    def named(self) -> Iterator["Thing"]:
        """It and whatever stands in it, as far as it has a name."""
        if self.name:
            yield self
        for shape in self.fields.values():
            inner = shape.of if isinstance(shape, Items) else shape
            if isinstance(inner, Thing):
                yield from inner.named()


def instant(about: Any = "") -> Text:
    """An instant in UTC, of what is answered only."""
    return Text(format="date-time", about=about)


def word_of(words: Iterable[Any], about: Any = "") -> Text:
    """One word of a closed set."""
    return Text(words=tuple(str(getattr(word, "value", word)) for word in words), about=about)


def pointer(at: Place) -> str:
    """A place as a JSON pointer in a URI fragment (RFC 6901)."""
    return "#" + "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in at)
