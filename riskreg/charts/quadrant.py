"""Severity against effort: one point for each risk, labels that do not collide."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log10
from typing import Final

from riskreg.charts.palette import band
from riskreg.charts.svg import ink, label, number, picture, shorten, tag, text_of, width_of

WIDTH: Final = 720.0
HEIGHT: Final = 480.0
NARROW: Final = (358.0, 440.0)  # the size that fits the window of a phone
LEFT: Final = 56.0
RIGHT: Final = 20.0
TOP: Final = 16.0
FOOT: Final = 48.0
MARK: Final = 6.0
BESIDE: Final = 6.0  # at least so much between two labels of a line

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Point:
    """One risk: effort in person-days (at least 1), severity as exposure (above 0)."""

    ref: str
    effort_days: float
    severity: float
    band_rank: int | None
    href: str | None = None
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Quadrants:
    """The words of the picture and where it is cut in four."""

    effort_title: str
    severity_title: str
    first: str
    plan: str
    quick: str
    later: str
    effort_cut: float = 25
    severity_cut: float = 10


@dataclass(frozen=True, kw_only=True)
class _Scale:
    """Logarithmic from low to high onto start to end."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (log10(max(value, self.low)) - log10(self.low)) / (
            log10(self.high) - log10(self.low)
        )
        return self.start + (self.end - self.start) * min(1.0, share)


def quadrant(
    points: Sequence[Point],
    words: Quadrants,
    *,
    title: str,
    links: bool = False,
    size: tuple[float, float] = (WIDTH, HEIGHT),
) -> str:
    """SVG of the points on two logarithmic scales; points at one place share a mark.

    Labels take the first of eight places around their mark that is free, the most severe first;
    one that finds none is left out (the list beside the picture names every risk).
    """
    width, height = size
    across = _scale(
        [point.effort_days for point in points] + [words.effort_cut], LEFT, width - RIGHT
    )
    upward = _scale([point.severity for point in points] + [words.severity_cut], height - FOOT, TOP)
    parts = [*_ground(words, across, upward), *_ticks(words, across, upward)]
    places: dict[tuple[float, float], list[Point]] = defaultdict(list)
    for point in points:
        x, y = across.at(point.effort_days), upward.at(point.severity)
        places[round(x, 1), round(y, 1)].append(point)
    taken: list[Rectangle] = [_around(x, y) for x, y in places]
    taken += [*_corner_words(words, across, upward), *_cuts(words, across, upward)]
    frame = (LEFT, TOP, width - 2, height - FOOT)
    for (x, y), group in sorted(places.items(), key=_severest_first):
        parts.append(_mark(x, y, group, links=links))
        parts += list(_name((x, y), group, taken, frame))
    any_link = links and any(point.href for point in points)
    return picture(title, size, parts, role="group" if any_link else "img")


def _severest_first(item: tuple[tuple[float, float], list[Point]]) -> tuple[float, float, float]:
    (x, y), group = item
    return -max(point.band_rank or 0 for point in group), y, x


def _scale(values: Sequence[float], start: float, end: float) -> _Scale:
    low, high = max(min(values), 1e-6) / 1.8, max(*values, 1e-6) * 1.8
    return _Scale(low=low, high=max(high, low * 10), start=start, end=end)


def _ground(words: Quadrants, across: _Scale, upward: _Scale) -> Iterator[str]:
    x, y = across.at(words.effort_cut), upward.at(words.severity_cut)
    frame = f"M{number(LEFT)} {number(TOP)}V{number(upward.start)}H{number(across.end)}"
    best = f"M{number(LEFT)} {number(TOP)}H{number(x)}V{number(y)}H{number(LEFT)}z"
    yield tag("path", d=best, **ink(fill="accent-soft"))
    cross = f"M{number(x)} {number(TOP)}V{number(upward.start)}"
    cross += f"M{number(LEFT)} {number(y)}H{number(across.end)}"
    yield tag("path", d=cross, stroke_dasharray="4 3", **ink(stroke="line-strong"))
    yield tag("path", d=frame, **ink(stroke="line-strong"))
    right, bottom = across.end - 8, upward.start - 10
    for text, left, baseline, anchor in (
        (words.first, LEFT + 8, TOP + 18, "start"),
        (words.plan, right, TOP + 18, "end"),
        (words.quick, LEFT + 8, bottom, "start"),
        (words.later, right, bottom, "end"),
    ):
        yield label(text, left, baseline, font_weight=600, text_anchor=anchor)


def _corner_words(words: Quadrants, across: _Scale, upward: _Scale) -> list[Rectangle]:
    right, bottom = across.end, upward.start
    wide = {
        name: width_of(name) + 16 for name in (words.first, words.plan, words.quick, words.later)
    }
    return [
        (LEFT, TOP, LEFT + wide[words.first], TOP + 24),
        (right - wide[words.plan], TOP, right, TOP + 24),
        (LEFT, bottom - 24, LEFT + wide[words.quick], bottom),
        (right - wide[words.later], bottom - 24, right, bottom),
    ]


def _cuts(words: Quadrants, across: _Scale, upward: _Scale) -> list[Rectangle]:
    """The two lines between the quarters, which no label may cross."""
    x, y = across.at(words.effort_cut), upward.at(words.severity_cut)
    return [(x - 1, TOP, x + 1, upward.start), (LEFT, y - 1, across.end, y + 1)]


def _ticks(words: Quadrants, across: _Scale, upward: _Scale) -> Iterator[str]:
    for value in _decades(across):
        yield label(f"{value:g}", across.at(value), upward.start + 16, text_anchor="middle")
    for value in _decades(upward):
        yield label(f"{value:g}", LEFT - 7, upward.at(value) + 4, text_anchor="end")
    middle, height = (LEFT + across.end) / 2, (upward.start + TOP) / 2
    strong = {"color": "text", "font_weight": "600", "text_anchor": "middle"}
    room, tall = across.end - LEFT, upward.start - TOP
    yield label(shorten(words.effort_title + " →", room), middle, upward.start + FOOT - 8, **strong)
    turned = f"rotate(-90 12 {number(height)})"
    yield label(shorten(words.severity_title + " →", tall), 12, height, transform=turned, **strong)


def _decades(scale: _Scale) -> Iterator[float]:
    """1, 3, 10, 30 … inside the scale; only whole decades when it spans many."""
    steps: tuple[float, ...] = (1.0, 3.0) if scale.high / scale.low < 1e4 else (1.0,)
    for power in range(-6, 13):
        for step in steps:
            value = step * 10.0**power
            if scale.low <= value <= scale.high:
                yield value


def _around(x: float, y: float) -> Rectangle:
    return x - MARK - 1, y - MARK - 1, x + MARK + 1, y + MARK + 1


def _mark(x: float, y: float, group: Sequence[Point], *, links: bool) -> str:
    """The band's own shape, so that it reads without colour."""
    worst = max(group, key=lambda point: point.band_rank or 0)
    step = band(worst.band_rank)
    token = "band-4" if step == 4 else f"band-{step}-shape"
    outline = tag(
        "path",
        d=_shape(step, x, y),
        stroke_width=1.5,
        **ink(fill="surface" if step < 2 else token, stroke="surface" if step >= 2 else token),
    )
    names = ", ".join(f"{point.ref} {point.title}".strip() for point in group)
    named = tag("g", tag("title", text_of(names)), outline)
    if links and len(group) == 1 and worst.href:
        return tag("a", named, href=worst.href, aria_label=names)
    return named


def _shape(step: int, x: float, y: float) -> str:
    left, top = number(x), number(y - MARK)
    m = number(MARK)
    if step == 4:
        return f"M{left} {top}l{m} {m}l-{m} {m}l-{m} -{m}z"
    if step == 3:
        return f"M{left} {top}l{m} {number(MARK * 1.8)}h-{number(MARK * 2)}z"
    r, wide = number(MARK - 1), number(2 * MARK - 2)
    half = f"a{r} {r} 0 1 0"
    return f"M{number(x - MARK + 1)} {number(y)}{half} {wide} 0{half} -{wide} 0z"


def _name(
    at: tuple[float, float], group: Sequence[Point], taken: list[Rectangle], frame: Rectangle
) -> Iterator[str]:
    x, y = at
    refs = [point.ref for point in group]
    words = refs[0] if len(refs) == 1 else f"{refs[0]} +{len(refs) - 1}"
    wide, high, away = width_of(words), 13.0, MARK + 4
    for left, middle in (
        (x + away, y),
        (x - away - wide, y),
        (x - wide / 2, y - away - high / 2),
        (x - wide / 2, y + away + high / 2),
        (x + away - 2, y - away - 2),
        (x + away - 2, y + away + 2),
        (x - away - wide + 2, y - away - 2),
        (x - away - wide + 2, y + away + 2),
    ):
        room = (left, middle - high / 2, left + wide, middle + high / 2)
        if _inside(room, frame) and not any(_overlap(room, other) for other in taken):
            taken.append((room[0] - BESIDE, room[1], room[2] + BESIDE, room[3]))
            yield label(words, left, middle + 4, color="text")
            return


def _inside(room: Rectangle, frame: Rectangle) -> bool:
    left, top, right, bottom = frame
    return room[0] > left and room[1] > top and room[2] < right and room[3] < bottom


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
