"""Horizontal bars, plain and stacked, each with its words and figure beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from riskreg.charts.palette import BAND_SIGNS, STATE_SIGNS
from riskreg.charts.svg import box_path, ink, label, picture, shorten, tag, width_of

WIDTH: Final = 640.0
ROW: Final = 30.0
THICK: Final = 18.0
NAMES: Final = 168.0
FIGURES: Final = 84.0


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


def bars(rows: Sequence[Bar], *, title: str, unknown: str = "?") -> str:
    """SVG of horizontal bars in the order given, all from zero on one scale."""
    top = max((row.value or 0.0 for row in rows), default=0.0)
    parts = []
    for index, row in enumerate(rows):
        parts += list(_bar(row, index * ROW, top, unknown))
    return picture(title, (WIDTH, max(ROW, len(rows) * ROW)), parts)


def stacked_bars(rows: Sequence[Stack], *, title: str) -> str:
    """SVG of stacked bars on one scale, with the names of the parts on top once."""
    top = max((sum(part.value for part in row.parts) for row in rows), default=0.0)
    parts = list(_key(rows))
    for index, row in enumerate(rows):
        parts += list(_stack(row, ROW + index * ROW, top))
    return picture(title, (WIDTH, ROW + max(1, len(rows)) * ROW), parts)


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
    if token == "band-4":  # noqa: S105 - the name of a colour
        return token
    return f"{token}-shape" if sign_of(token) else token


def _length(value: float, top: float) -> float:
    return 0.0 if top <= 0 else max(0.0, value) / top * (WIDTH - NAMES - FIGURES)


def _bar(row: Bar, y: float, top: float, unknown: str) -> Iterator[str]:
    baseline = y + ROW / 2 + 4
    yield label(shorten(row.label, NAMES - 12), NAMES - 10, baseline, text_anchor="end")
    if row.value is None:
        outline = box_path(NAMES + 0.5, y + (ROW - THICK) / 2, 40, THICK, radius=2)
        yield tag("path", d=outline, stroke_dasharray="3 2", **ink(stroke="unknown-shape"))
        yield label(unknown, NAMES + 20, baseline, text_anchor="middle")
        return
    length = _length(row.value, top)
    if length > 0:
        shape = box_path(NAMES, y + (ROW - THICK) / 2, max(1.0, length), THICK, radius=2)
        yield tag("path", d=shape, **ink(fill=row.ink, stroke=edge_of(row.ink)))
    words = shorten(row.shown or f"{row.value:g}", FIGURES - 8)
    yield label(words, NAMES + length + 7, baseline, color="text", font_weight=600)


def _stack(row: Stack, y: float, top: float) -> Iterator[str]:
    baseline = y + ROW / 2 + 4
    yield label(shorten(row.label, NAMES - 12), NAMES - 10, baseline, text_anchor="end")
    x = NAMES
    for part in row.parts:
        length = _length(part.value, top)
        if length <= 0:
            continue
        shape = box_path(x, y + (ROW - THICK) / 2, length, THICK)
        yield tag("path", d=shape, **ink(fill=part.ink, stroke=edge_of(part.ink)))
        words = f"{part.value:g}"
        if width_of(words) + 6 < length:
            color = f"{part.ink}-text" if sign_of(part.ink) else "on-accent"
            yield label(words, x + length / 2, baseline, color=color, text_anchor="middle")
        x += length
    if row.shown:
        words = shorten(row.shown, FIGURES - 8)
        yield label(words, x + 7, baseline, color="text", font_weight=600)


def _key(rows: Sequence[Stack]) -> Iterator[str]:
    """Names of the parts, each once, in the order they are stacked."""
    names = {part.label: part.ink for row in rows for part in row.parts}
    x = NAMES
    for words, token in names.items():
        mark = box_path(x + 0.5, 7.5, 10, 10, radius=2)
        yield tag("path", d=mark, **ink(fill=token, stroke=edge_of(token)))
        shown = f"{sign_of(token)} {words}".strip()
        yield label(shown, x + 16, 17)
        x += 34 + width_of(shown)
