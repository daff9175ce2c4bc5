"""Horizontal bars, plain and stacked, each with its words and figure beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from riskreg.charts.palette import BAND_SIGNS, STATE_SIGNS
from riskreg.charts.svg import box_path, ink, label, picture, shorten, tag, width_of, wrap

WIDTH: Final = 640.0
NARROW: Final = 358.0  # the width that fits the window of a phone
ROW: Final = 30.0
THICK: Final = 18.0
LINE: Final = 13.0
NAMES: Final = 168.0
FIGURES: Final = 84.0
_ON: Final = {"sunk": "muted"}


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar; `value` None is unknown and drawn as "?"; `shown` is the figure in words."""

    label: str
    value: float | None
    shown: str = ""
    ink: str = "accent"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a stacked bar: `ink` is a token such as "band-4", "good" or "unknown"."""

    label: str
    value: float
    ink: str


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stacked bar; no parts, or parts that are all 0, draw an empty row."""

    label: str
    parts: Sequence[Part]
    shown: str = ""


@dataclass(frozen=True, kw_only=True)
class _Room:
    """How a width is shared: names at the left, bars, figures at the right."""

    width: float

    @property
    def names(self) -> float:
        return min(NAMES, self.width * 0.36)

    @property
    def figures(self) -> float:
        return min(FIGURES, self.width * 0.16)

    def length(self, value: float, top: float) -> float:
        bar = self.width - self.names - self.figures
        return 0.0 if top <= 0 else max(0.0, value) / top * bar


def bars(rows: Sequence[Bar], *, title: str, unknown: str = "?", width: float = WIDTH) -> str:
    """SVG of horizontal bars in the order given, all from zero on one scale."""
    room = _Room(width=width)
    top = max((row.value or 0.0 for row in rows), default=0.0)
    parts = []
    for index, row in enumerate(rows):
        parts += list(_bar(row, index * ROW, top, unknown, room))
    return picture(title, (width, max(ROW, len(rows) * ROW)), parts)


def stacked_bars(rows: Sequence[Stack], *, title: str, width: float = WIDTH) -> str:
    """SVG of stacked bars on one scale, with the names of the parts on top once."""
    room = _Room(width=width)
    top = max((sum(part.value for part in row.parts) for row in rows), default=0.0)
    parts, head = _key(rows, room)
    for index, row in enumerate(rows):
        parts += list(_stack(row, head + index * ROW, top, room))
    return picture(title, (width, head + max(1, len(rows)) * ROW), parts)


def sign_of(token: str) -> str:
    """The sign that goes with a token, empty for those that carry no meaning.

    >>> sign_of("band-4"), sign_of("good"), sign_of("accent")
    ('◆', '✓', '')
    """
    if token.startswith("band-"):
        return BAND_SIGNS[int(token[5])]
    return STATE_SIGNS.get(token, "")


def edge_of(token: str) -> str:
    """The darker token that outlines a tint so that it shows on white."""
    if token == "sunk":  # noqa: S105 - the name of a colour
        return "line-strong"
    if token == "band-4":  # noqa: S105 - the name of a colour
        return token
    return f"{token}-shape" if sign_of(token) else token


def _bar(row: Bar, y: float, top: float, unknown: str, room: _Room) -> Iterator[str]:
    baseline, x = y + ROW / 2 + 4, room.names
    yield from _named(row.label, x - 10, baseline)
    if row.value is None:
        outline = box_path(x + 0.5, y + (ROW - THICK) / 2, 40, THICK, radius=2)
        yield tag("path", d=outline, stroke_dasharray="3 2", **ink(stroke="unknown-shape"))
        yield label(unknown, x + 20, baseline, text_anchor="middle")
        return
    length = room.length(row.value, top)
    if length > 0:
        shape = box_path(x, y + (ROW - THICK) / 2, max(1.0, length), THICK, radius=2)
        yield tag("path", d=shape, **ink(fill=row.ink, stroke=edge_of(row.ink)))
    words = shorten(row.shown or f"{row.value:g}", room.figures - 8)
    yield label(words, x + length + 7, baseline, color="text", font_weight=600)


def _named(words: str, x: float, baseline: float) -> Iterator[str]:
    """The name at the left of a bar, in two lines where it is long."""
    lines = wrap(words, x - 2)
    for number, line in enumerate(lines):
        y = baseline + (number - (len(lines) - 1) / 2) * LINE
        yield label(line, x, y, text_anchor="end")


def _stack(row: Stack, y: float, top: float, room: _Room) -> Iterator[str]:
    baseline = y + ROW / 2 + 4
    x = room.names
    yield from _named(row.label, x - 10, baseline)
    for part in row.parts:
        length = room.length(part.value, top)
        if length <= 0:
            continue
        shape = box_path(x, y + (ROW - THICK) / 2, length, THICK)
        yield tag("path", d=shape, **ink(fill=part.ink, stroke=edge_of(part.ink)))
        words = f"{part.value:g}"
        if width_of(words) + 6 < length:
            color = f"{part.ink}-text" if sign_of(part.ink) else _ON.get(part.ink, "on-accent")
            yield label(words, x + length / 2, baseline, color=color, text_anchor="middle")
        x += length
    if row.shown:
        words = shorten(row.shown, room.figures - 8)
        yield label(words, x + 7, baseline, color="text", font_weight=600)


def _key(rows: Sequence[Stack], room: _Room) -> tuple[list[str], float]:
    """Names of the parts, each once, in the order they are stacked; and how high they stand."""
    names = {part.label: part.ink for row in rows for part in row.parts}
    drawn: list[str] = []
    start = room.names if room.width >= WIDTH else 1.0
    x, y = start, 0.0
    for words, token in names.items():
        shown = f"{sign_of(token)} {words}".strip()
        wide = 34 + width_of(shown)
        if x > start and x + wide > room.width:
            x, y = start, y + ROW * 2 / 3
        mark = box_path(x + 0.5, y + 7.5, 10, 10, radius=2)
        drawn.append(tag("path", d=mark, **ink(fill=token, stroke=edge_of(token))))
        drawn.append(label(shown, x + 16, y + 17))
        x += wide
    return drawn, y + ROW
