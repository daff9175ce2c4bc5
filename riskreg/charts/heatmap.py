"""The impact and likelihood matrix with counts, as a picture; pages also draw it as a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from riskreg.charts.palette import band, band_sign
from riskreg.charts.svg import (
    box_path,
    ink,
    label,
    number,
    picture,
    shorten,
    tag,
    text_of,
    width_of,
    wrap,
)

CELL_WIDTH, CELL_HEIGHT, GAP, RADIUS = 92.0, 56.0, 3.0, 5.0
LEFT, FOOT = 112.0, 58.0
PALE = 0.78  # as much of the band's colour is covered where nothing stands, as on pages


@dataclass(frozen=True, kw_only=True)
class MatrixCell:
    """One cell: how many risks stand there now, how many are meant to go there, and its band.

    `likelihood` and `impact` count from 1. `name` is what a screen reader says
    ("Likely × Major, High, 3 risks").
    """

    likelihood: int
    impact: int
    band_rank: int
    count: int = 0
    targets: int = 0
    name: str = ""
    href: str | None = None
    selected: bool = False


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """A grid of 2 to 7 likelihoods by 2 to 7 impacts; labels from the lowest level up."""

    likelihood_labels: Sequence[str]
    impact_labels: Sequence[str]
    cells: Sequence[MatrixCell]
    likelihood_title: str
    impact_title: str

    def rows(self) -> Iterator[tuple[str, list[MatrixCell]]]:
        """Impact label and its cells by likelihood, the highest impact first."""
        ordered = sorted(self.cells, key=lambda cell: (-cell.impact, cell.likelihood))
        for impact, cells in groupby(ordered, key=lambda cell: cell.impact):
            yield self.impact_labels[impact - 1], list(cells)


def heatmap(matrix: Matrix, *, title: str, links: bool = False) -> str:
    """SVG of the matrix: impact up, likelihood to the right, tint and sign by band.

    The count of a cell is large; targets are a dashed ghost in its lower corner. With
    `links` a cell that has an href is a link (never in a pack).
    """
    columns, rows = len(matrix.likelihood_labels), len(matrix.impact_labels)
    width = LEFT + columns * (CELL_WIDTH + GAP)
    height = rows * (CELL_HEIGHT + GAP) + FOOT
    parts = [*_tints(matrix), *_labels(matrix)]
    for cell in matrix.cells:
        drawn = "".join(_content(matrix, cell))
        linked = links and cell.href is not None
        parts.append(_link(matrix, cell, drawn) if linked else drawn)
    any_link = links and any(cell.href for cell in matrix.cells)
    return picture(title, (width, height), parts, role="group" if any_link else "img")


def _corner(matrix: Matrix, cell: MatrixCell) -> tuple[float, float]:
    x = LEFT + (cell.likelihood - 1) * (CELL_WIDTH + GAP)
    y = (len(matrix.impact_labels) - cell.impact) * (CELL_HEIGHT + GAP)
    return x, y


def _tints(matrix: Matrix) -> Iterator[str]:
    """One path for all cells of a band, and a veil over those that hold nothing."""
    for step in sorted({band(cell.band_rank) for cell in matrix.cells}):
        same = [cell for cell in matrix.cells if band(cell.band_rank) == step]
        data = "".join(
            box_path(*_corner(matrix, cell), CELL_WIDTH, CELL_HEIGHT, radius=RADIUS)
            for cell in same
        )
        edge = f"band-{step}-shape" if step < 2 else None
        yield tag("path", d=data, stroke_opacity=0.4, **ink(fill=f"band-{step}", stroke=edge))
    empty = "".join(
        box_path(*_corner(matrix, cell), CELL_WIDTH, CELL_HEIGHT, radius=RADIUS)
        for cell in matrix.cells
        if not cell.count
    )
    if empty:
        yield tag("path", d=empty, fill_opacity=PALE, **ink(fill="surface"))


def _content(matrix: Matrix, cell: MatrixCell) -> Iterator[str]:
    x, y = _corner(matrix, cell)
    token = f"band-{band(cell.band_rank)}"
    sign = band_sign(cell.band_rank)
    written, drawn = (f"{token}-text", f"{token}-shape") if cell.count else ("muted", "muted")
    yield label(sign, x + 7, y + 15, color=drawn, font_size=10)
    middle = x + CELL_WIDTH / 2
    if cell.count:
        yield label(
            cell.count,
            middle,
            y + CELL_HEIGHT / 2 + 8,
            color=written,
            font_size=22,
            font_weight=600,
            text_anchor="middle",
        )
    if cell.targets:
        room = max(18.0, width_of(str(cell.targets)) + 10)
        left, top = x + CELL_WIDTH - room - 5, y + CELL_HEIGHT - 21
        outline = box_path(left, top, room, 16, radius=8)
        dashes = ink(stroke=written)
        yield tag("path", d=outline, stroke_dasharray="2.5 2", **dashes)
        yield label(cell.targets, left + room / 2, top + 12, color=written, text_anchor="middle")


def _link(matrix: Matrix, cell: MatrixCell, drawn: str) -> str:
    x, y = _corner(matrix, cell)
    area = tag("path", d=box_path(x, y, CELL_WIDTH, CELL_HEIGHT), fill="#ffffff", fill_opacity=0)
    name = tag("title", text_of(cell.name))
    return tag("a", name, drawn, area, href=cell.href, aria_label=cell.name)


def _labels(matrix: Matrix) -> Iterator[str]:
    rows = len(matrix.impact_labels)
    for index, words in enumerate(matrix.impact_labels):
        middle = (rows - 1 - index) * (CELL_HEIGHT + GAP) + CELL_HEIGHT / 2
        lines = wrap(words, LEFT - 32)
        for line_number, line in enumerate(lines):
            y = middle + 4 + (line_number - (len(lines) - 1) / 2) * 14
            yield label(line, LEFT - 8, y, text_anchor="end")
    foot = rows * (CELL_HEIGHT + GAP)
    for index, words in enumerate(matrix.likelihood_labels):
        middle = LEFT + index * (CELL_WIDTH + GAP) + CELL_WIDTH / 2
        for line_number, line in enumerate(wrap(words, CELL_WIDTH)):
            yield label(line, middle, foot + 14 + line_number * 14, text_anchor="middle")
    across = len(matrix.likelihood_labels) * (CELL_WIDTH + GAP) - GAP
    strong = {"color": "text", "font_weight": "600", "text_anchor": "middle"}
    words = shorten(matrix.likelihood_title + " →", across)
    yield label(words, LEFT + across / 2, foot + 48, **strong)
    middle_left = (rows * (CELL_HEIGHT + GAP) - GAP) / 2
    turned = f"rotate(-90 12 {number(middle_left)})"
    words = shorten(matrix.impact_title + " →", middle_left * 2)
    yield label(words, 12, middle_left, transform=turned, **strong)
