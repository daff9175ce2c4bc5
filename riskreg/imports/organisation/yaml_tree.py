"""YAML as plain lists, mappings and texts that know their line; nothing in it is ever executed.

It is read event by event. Aliases are refused where they stand, because a few lines of them become
gigabytes, and so is what is nested too deep or too large. Every value stays a text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from riskreg.imports.kinds import ImportRefused
from riskreg.imports.texts import gettext as _

DEPTH_MAX = 30
NODES_MAX = 200_000  # ten thousand entities; read within a second
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Text(str):
    """A value with the line it stands on."""

    __slots__ = ("line",)
    line: int

    def __new__(cls, text: str, line: int) -> Text:
        """The text at a line, counted from 1."""
        made = super().__new__(cls, text)
        made.line = line
        return made


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    line: int
    items: list[Node]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping; of a key given twice the last counts."""

    line: int
    items: dict[str, Node]

    def text(self, key: str) -> Text:
        """The text under a key; empty where there is none."""
        value = self.items.get(key)
        return value if isinstance(value, Text) else Text("", self.line)

    def mapping(self, key: str) -> Mapping:
        """The mapping under a key; an empty one where there is none."""
        value = self.items.get(key)
        return value if isinstance(value, Mapping) else Mapping(self.line, {})

    def nodes(self, key: str) -> list[Node]:
        """What is listed under a key; one value alone is a list of one."""
        value = self.items.get(key)
        if isinstance(value, Sequence):
            return value.items
        return [] if value is None or value == "" else [value]

    def texts(self, key: str) -> list[Text]:
        """The texts among them."""
        return [each for each in self.nodes(key) if isinstance(each, Text) and each]


Node: TypeAlias = Text | Sequence | Mapping


def documents(text: str) -> list[Node]:
    """Every document of a file. Raises ImportRefused."""
    try:
        return list(_Builder(yaml.parse(text, Loader=_LOADER)).documents())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ImportRefused(
            _(
                "This is not YAML that can be read: line %(line)s. Nothing was stored.",
                line=mark.line + 1 if mark else "?",
            )
        ) from error


class _Builder:
    """Turns events into nodes, counting them."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = iter(events)
        self._nodes = 0

    def documents(self) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                yield self._node(next(self._events), 0)

    def _node(self, event: Any, depth: int) -> Node:
        line = event.start_mark.line + 1
        self._nodes += 1
        if isinstance(event, yaml.AliasEvent):
            raise ImportRefused(
                _(
                    "Line %(line)s refers to another place of the file (*%(name)s). Such "
                    "references are not read, because they can hide any amount of data. Write "
                    "the value out. Nothing was stored.",
                    line=line,
                    name=event.anchor,
                )
            )
        if depth > DEPTH_MAX or self._nodes > NODES_MAX:
            raise ImportRefused(
                _(
                    "Line %(line)s: the file is nested too deep or holds too much. Nothing was "
                    "stored.",
                    line=line,
                )
            )
        if isinstance(event, yaml.ScalarEvent):
            is_null = event.implicit[0] and event.value in NULLS
            return Text("" if is_null else event.value, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(line, list(self._items(depth, yaml.SequenceEndEvent)))
        return self._mapping(line, depth)

    def _items(self, depth: int, end: type[Any]) -> Iterator[Node]:
        while not isinstance(event := next(self._events), end):
            yield self._node(event, depth + 1)

    def _mapping(self, line: int, depth: int) -> Mapping:
        flat = list(self._items(depth, yaml.MappingEndEvent))
        pairs = zip(flat[::2], flat[1::2], strict=True)
        return Mapping(line, {str(key): value for key, value in pairs if isinstance(key, Text)})
