"""Where the glyphs of a PDF stand on its pages."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

POINTS_PER_MM = 72 / 25.4
BUCKET = 24.0  # points
TOUCHING = 0.35  # share of the smaller glyph that may lie under another: italics, kerning


@dataclass(frozen=True, kw_only=True)
class Glyph:
    """A visible character with its box, in points from the lower left corner."""

    char: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def area(self) -> float:
        """In square points."""
        return (self.right - self.left) * (self.top - self.bottom)


def glyphs(page: pypdfium2.PdfPage) -> Iterator[Glyph]:
    """Every visible character of a page."""
    text = page.get_textpage()
    for index in range(text.count_chars()):
        char = chr(pdfium.FPDFText_GetUnicode(text.raw, index))
        left, bottom, right, top = text.get_charbox(index)
        if not char.isspace() and right > left and top > bottom:
            yield Glyph(char=char, left=left, bottom=bottom, right=right, top=top)


def collisions(page: pypdfium2.PdfPage) -> list[str]:
    """Pairs of glyphs of which one lies on the other: text that runs into text."""
    buckets: dict[tuple[int, int], list[Glyph]] = defaultdict(list)
    found = []
    for glyph in glyphs(page):
        column, row = int(glyph.left // BUCKET), int(glyph.bottom // BUCKET)
        for near in (
            (c, r) for c in (column - 1, column, column + 1) for r in (row - 1, row, row + 1)
        ):
            found += [
                f"{other.char}{glyph.char} at {glyph.left:.0f},{glyph.bottom:.0f}"
                for other in buckets[near]
                if _shared(other, glyph) > TOUCHING * min(other.area, glyph.area)
            ]
        buckets[column, row].append(glyph)
    return found


def outside(page: pypdfium2.PdfPage, margin_mm: float) -> list[str]:
    """Glyphs nearer to the edge of the paper than the margin."""
    width, height = page.get_size()
    margin = margin_mm * POINTS_PER_MM
    return [
        f"{glyph.char} at {glyph.left:.0f},{glyph.bottom:.0f}"
        for glyph in glyphs(page)
        if glyph.left < margin
        or glyph.right > width - margin
        or glyph.bottom < margin
        or glyph.top > height - margin
    ]


def inked_edge(page: pypdfium2.PdfPage, margin_mm: float) -> bool:
    """Whether anything, text or drawing, is printed in the outer band of the page."""
    image = page.render(scale=1, grayscale=True).to_numpy()
    band = int(margin_mm * POINTS_PER_MM)
    edges = (image[:band], image[-band:], image[:, :band], image[:, -band:])
    return any(bool((edge < 250).any()) for edge in edges)


def _shared(one: Glyph, other: Glyph) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.top, other.top) - max(one.bottom, other.bottom)
    return width * height if width > 0 and height > 0 else 0.0
