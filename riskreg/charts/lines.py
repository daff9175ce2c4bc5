"""Values over time: lines with named areas behind them, and the word-sized sparkline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, log10
from typing import Final

from riskreg.charts.svg import box_path, hatch, ink, label, number, picture, shorten, tag, width_of

WIDTH: Final = 640.0
HEIGHT: Final = 240.0
NARROW: Final = (358.0, 200.0)  # the size that fits the window of a phone
LEFT: Final = 44.0
RIGHT: Final = 108.0
TOP: Final = 12.0
FOOT: Final = 28.0


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line; None is a gap, drawn with "?"."""

    label: str
    values: Sequence[float | None]
    ink: str = "accent"


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A tinted area between two values (None: open end), with its name."""

    label: str
    low: float
    high: float | None
    ink: str


@dataclass(frozen=True, kw_only=True)
class _Plot:
    count: int
    top: float
    width: float
    height: float

    @property
    def end(self) -> float:
        """Where the lines end; their names stand after it."""
        return self.width - min(RIGHT, self.width * 0.2)

    @property
    def foot(self) -> float:
        """Where nothing is."""
        return self.height - FOOT

    def x(self, index: float) -> float:
        across = self.end - LEFT
        return LEFT + (across / 2 if self.count < 2 else across * index / (self.count - 1))

    def y(self, value: float) -> float:
        return TOP + (self.foot - TOP) * (1 - min(max(value, 0.0), self.top) / self.top)


def lines(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    zones: Sequence[Zone] = (),
    running: bool = False,
    size: tuple[float, float] = (WIDTH, HEIGHT),
) -> str:
    """SVG of one or more lines over the same x labels, from zero up.

    With `running` the last step is hatched, because it is not over. The names stand at the
    ends of the lines; zones are tinted and named at the left.
    """
    known = [value for each in series for value in each.values if value is not None]
    edges = [edge for zone in zones for edge in (zone.low, zone.high) if edge is not None]
    top = _nice_top(max([*known, *(e * 1.15 for e in edges), 0.0]))
    plot = _Plot(count=len(labels), top=top, width=size[0], height=size[1])
    parts = [*_zones(zones, plot), *_axis(labels, plot)]
    if running and len(labels) > 1:
        parts.append(_running(plot))
    for each in series:
        parts += list(_line(each, plot))
    parts += list(_ends(series, plot))
    return picture(title, size, parts)


def sparkline(
    values: Sequence[float | None], *, title: str, width: float = 120, height: float = 28
) -> str:
    """SVG of a line the size of a word; gaps stay gaps, the last known value is a dot."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    span = (high - low) or 1.0
    step = (width - 8) / max(1, len(values) - 1)
    points = [
        None
        if value is None
        else (4 + index * step, height - 4 - (height - 8) * (value - low) / span)
        for index, value in enumerate(values)
    ]
    parts = [tag("path", d=data, stroke_width=1.5, **_stroke("muted")) for data in _runs(points)]
    last = next((point for point in reversed(points) if point is not None), None)
    if last is None:
        parts.append(label("?", width / 2, height / 2 + 4, color="faint", text_anchor="middle"))
    else:
        parts.append(tag("circle", cx=last[0], cy=last[1], r=2.5, **ink(fill="accent")))
    return picture(title, (width, height), parts)


def _stroke(token: str) -> dict[str, object]:
    return {**ink(stroke=token), "stroke_linejoin": "round", "stroke_linecap": "round"}


def _nice_top(value: float) -> float:
    """The next of 1, 2, 4, 5, 8, 10 times a power of ten that is not below the value."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= value * 0.999999)


def _zones(zones: Sequence[Zone], plot: _Plot) -> Iterator[str]:
    for zone in zones:
        upper = plot.y(plot.top if zone.high is None else zone.high)
        lower = plot.y(zone.low)
        if lower - upper < 1:
            continue
        area = box_path(LEFT, upper, plot.end - LEFT, lower - upper)
        yield tag("path", d=area, fill_opacity=0.6, **ink(fill=zone.ink))
        if lower - upper > 16:
            yield label(zone.label, LEFT + 6, upper + 14, color=f"{zone.ink}-text")


def _axis(labels: Sequence[str], plot: _Plot) -> Iterator[str]:
    for share in (0, 0.5, 1):
        value = plot.top * share
        y = plot.y(value)
        data = f"M{number(LEFT)} {number(y)}H{number(plot.end)}"
        yield tag("path", d=data, **ink(stroke="line-strong" if share == 0 else "line"))
        yield label(f"{value:g}", LEFT - 8, y + 4, text_anchor="end")
    if not labels:
        return
    widest = max(width_of(words) for words in labels) + 18
    every = max(1, ceil(len(labels) * widest / (plot.end - LEFT)))
    last = len(labels) - 1
    for index, words in enumerate(labels):
        if (last - index) % every == 0:
            yield label(words, plot.x(index), plot.height - 8, text_anchor="middle")


def _running(plot: _Plot) -> str:
    start = plot.x(plot.count - 2)
    width, height = plot.x(plot.count - 1) - start, plot.foot - TOP
    data = hatch(start, TOP, width, height)
    return tag("path", d=data, stroke_opacity=0.45, **ink(stroke="line-strong"))


def _runs(points: Sequence[tuple[float, float] | None]) -> Iterator[str]:
    """Path data of each unbroken run of points; a lonely point is a short dash."""
    for known, group in groupby(points, key=lambda point: point is not None):
        run = [point for point in group if point is not None]
        if not known:
            continue
        if len(run) == 1:
            x, y = run[0]
            yield f"M{number(x - 2)} {number(y)}h4"
        else:
            yield "M" + "L".join(f"{number(x)} {number(y)}" for x, y in run)


def _line(series: Series, plot: _Plot) -> Iterator[str]:
    points = [
        None if value is None else (plot.x(index), plot.y(value))
        for index, value in enumerate(series.values)
    ]
    for data in _runs(points):
        yield tag("path", d=data, stroke_width=2, **_stroke(series.ink))
    for known, group in groupby(enumerate(points), key=lambda pair: pair[1] is not None):
        indexes = [index for index, _point in group]
        if not known:
            yield _gap(points, indexes[0], indexes[-1], plot)


def _gap(points: Sequence[tuple[float, float] | None], first: int, last: int, plot: _Plot) -> str:
    """A "?" in the middle of a gap, at the height of what is known beside it."""
    beside = [points[i] for i in (first - 1, last + 1) if 0 <= i < len(points)]
    heights = [point[1] for point in beside if point is not None]
    y = sum(heights) / len(heights) if heights else (TOP + plot.foot) / 2
    x = (plot.x(first) + plot.x(last)) / 2
    return label("?", x, y + 5, font_size=14, font_weight=600, text_anchor="middle")


def _ends(series: Sequence[Series], plot: _Plot) -> Iterator[str]:
    """A dot, the name and the last figure at the end of each line, pushed apart."""
    ends = []
    for each in series:
        index = next(
            (i for i in reversed(range(len(each.values))) if each.values[i] is not None), -1
        )
        value = each.values[index] if index >= 0 else None
        if value is not None:
            ends.append((plot.y(value), plot.x(index), f"{value:g} {each.label}".strip(), each.ink))
    lowest = TOP
    for y, x, words, token in sorted(ends):
        baseline = max(y + 4, lowest)
        lowest = baseline + 15
        yield tag("circle", cx=x, cy=y, r=3.5, **ink(fill=token))
        room = plot.end - LEFT if x < plot.end else plot.width - plot.end - 12
        shown = shorten(words, room)
        yield label(shown, x + 9, baseline, color="text", font_weight=600)
