"""Writing SVG text: elements with literal attributes, everything escaped."""

from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from riskreg.charts.palette import FONT, LIGHT

Attributes = dict[str, object]

# XML 1.0 has no place for these even when escaped.
_FORBIDDEN: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
# Width of a glyph relative to the font size: Inter's, rounded up, by kind of letter.
_NARROW: Final = frozenset("fijlrt.,:;!|'()[] I")
_WIDE: Final = frozenset("mwMWQO@%")


def text_of(value: object) -> str:
    """The value as escaped character data."""
    return escape(str(value).translate(_FORBIDDEN))


def number(value: float) -> str:
    """A coordinate with at most two decimals, the same on every machine."""
    rounded = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if rounded in {"-0", ""} else rounded


def tag(name: str, *children: str, **attributes: object) -> str:
    """One element; attribute names take `_` for `-` and lose a trailing one; None leaves it out."""
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        shown = (
            number(value) if isinstance(value, float | int) else str(value).translate(_FORBIDDEN)
        )
        parts.append(f"{key.rstrip('_').replace('_', '-')}={quoteattr(shown)}")
    body = "".join(children)
    opening = " ".join(parts)
    return f"<{opening}>{body}</{name}>" if body else f"<{opening}/>"


def ink(*, fill: str | None = None, stroke: str | None = None) -> Attributes:
    """The colours of an element by token name: literal values, and classes that pages recolour.

    >>> ink(fill="accent")
    {'fill': '#2356d3', 'stroke': None, 'class_': 'f-accent'}
    """
    classes = [f"f-{fill}"] if fill else []
    classes += [f"s-{stroke}"] if stroke else []
    return {
        "fill": LIGHT[fill] if fill else "none",
        "stroke": LIGHT[stroke] if stroke else None,
        "class_": " ".join(classes) or None,
    }


def label(
    content: object, x: float, y: float, *, color: str = "muted", **attributes: object
) -> str:
    """A text element, 12 units high unless told otherwise; y is its baseline."""
    given: Attributes = {"font_size": 12, **ink(fill=color), **attributes}
    return tag("text", text_of(content), x=x, y=y, **given)


def box_path(x: float, y: float, width: float, height: float, *, radius: float = 0) -> str:
    """Path data of a rectangle with round corners."""
    r = min(radius, width / 2, height / 2)
    if r <= 0:
        return f"M{number(x)} {number(y)}h{number(width)}v{number(height)}h{number(-width)}z"
    across, down, arc = number(width - 2 * r), number(height - 2 * r), number(r)
    turn = f"a{arc} {arc} 0 0 1 "
    return (
        f"M{number(x + r)} {number(y)}h{across}{turn}{arc} {arc}v{down}{turn}-{arc} {arc}"
        f"h-{across}{turn}-{arc} -{arc}v-{down}{turn}{arc} -{arc}z"
    )


def hatch(x: float, y: float, width: float, height: float, *, step: float = 6) -> str:
    """Path data of diagonals that fill a rectangle (a pattern needs an id, and ids clash)."""
    parts = []
    offset = step
    while offset < width + height:
        start_x, start_y = max(0.0, offset - height), min(offset, height)
        end_x, end_y = min(offset, width), max(0.0, offset - width)
        parts.append(
            f"M{number(x + start_x)} {number(y + start_y)}L{number(x + end_x)} {number(y + end_y)}"
        )
        offset += step
    return "".join(parts)


def picture(
    title: str, size: tuple[float, float], parts: Iterable[str], *, role: str = "img"
) -> str:
    """The whole drawing: scales to its box and is read aloud by its title.

    The renderer of packs takes the title as alternative text. A drawing with links has the
    role "group", because what is inside an image is not read.
    """
    width, height = size
    return tag(
        "svg",
        tag("title", text_of(title)),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width,
        height=height,
        role=role,
        class_="chart",
        aria_label=title,
        font_family=FONT,
    )


def width_of(content: str, size: float = 12) -> float:
    """About how wide a text is, in the units of the drawing."""
    units = sum(0.36 if c in _NARROW else 0.92 if c in _WIDE else 0.62 for c in content)
    return units * size


def shorten(content: str, room: float, size: float = 12) -> str:
    """The text, cut with an ellipsis when it is wider than the room."""
    if width_of(content, size) <= room:
        return content
    kept = content
    while kept and width_of(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…" if kept else "…"


def wrap(content: str, room: float, size: float = 12, lines: int = 2) -> list[str]:
    """The text in at most so many lines that fit the room; the last is shortened."""
    words, out = content.split(), [""]
    for word in words:
        trial = f"{out[-1]} {word}".strip()
        if out[-1] and width_of(trial, size) > room and len(out) < lines:
            out.append(word)
        else:
            out[-1] = trial
    return [shorten(line, room, size) for line in out]
