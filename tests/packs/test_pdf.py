"""Packs on paper: what stands on which page, for eyes, readers and machines."""

import re
from collections import Counter
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import pypdfium2
import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it ships no types

from riskreg.metrics.matrix import Matrix
from riskreg.packs import words
from riskreg.packs.kinds import PackKind
from riskreg.paths import STATIC
from tests.packs import marks, story
from tests.packs.conftest import Print

pytestmark = pytest.mark.pdf

PACKS = [
    *((kind.value, "A4") for kind in PackKind),
    ("leadership", "Letter"),
    ("postmortem", "Letter"),
]
SIZES_MM = {"A4": (210, 297), "Letter": (215.9, 279.4)}

every_pack = pytest.mark.parametrize(("kind", "paper"), PACKS)


@every_pack
def test_nothing_is_clipped_collides_or_leaves_the_page(
    printed: Print, kind: str, paper: str
) -> None:
    document = pypdfium2.PdfDocument(printed(kind, paper=paper).content)
    for number, page in enumerate(document, start=1):
        size = tuple(side / marks.POINTS_PER_MM for side in page.get_size())
        assert size == pytest.approx(SIZES_MM[paper], abs=0.1)
        assert marks.outside(page, 10) == [], f"page {number}"
        assert marks.collisions(page) == [], f"page {number}"
        assert not marks.inked_edge(page, 9), f"page {number}"


@every_pack
def test_the_contents_name_the_pages_where_the_sections_are(
    printed: Print, kind: str, paper: str
) -> None:
    pack = printed(kind, paper=paper)
    reader = pack.reader
    contents = _squeezed(next(page for page in pack.pages if "Contents" in page))
    places = {
        str(entry["/Title"]): (reader.get_destination_page_number(entry) or 0) + 1
        for entry in _outline(reader.outline)
    }
    assert set(pack.data["sections"]) == set(reader.named_destinations) - {"None"}
    numbered = [title for title in places if re.match(r"\d+ ", title)]
    assert len(numbered) == len(pack.data["sections"])
    for title in numbered:
        assert f"{_squeezed(title)}{places[title]}" in contents
        assert _squeezed(title.partition(" ")[2]) in _squeezed(pack.pages[places[title] - 1])


@every_pack
def test_is_tagged_for_screen_readers(printed: Print, kind: str, paper: str) -> None:
    reader = printed(kind, paper=paper).reader
    root: Any = reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("en", True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    tagged = list(_structure(root["/StructTreeRoot"]))
    tags = Counter(tag for tag, _alt in tagged)
    assert tags["/H1"] == 1
    assert tags["/H2"] >= 2
    assert min(tags["/Table"], tags["/TH"], tags["/TD"]) > 0
    assert all(alt for tag, alt in tagged if tag == "/Figure")
    levels = [int(tag[2]) for tag, _alt in tagged if re.fullmatch(r"/H\d", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


@every_pack
def test_embeds_inter_and_nothing_else(printed: Print, kind: str, paper: str) -> None:
    fonts = [font for page in printed(kind, paper=paper).reader.pages for font in _fonts(page)]
    assert {name for name, _embedded in fonts} <= {
        "Inter", "Inter-Bold", "Inter-Semi-Bold", "Inter-Italic",
    }  # fmt: skip
    assert all(embedded for _name, embedded in fonts)


def test_every_sign_of_our_own_is_in_the_font(printed: Print) -> None:
    known = set(TTFont(STATIC / "fonts/Inter-Regular.ttf").getBestCmap())
    for kind in ("leadership", "postmortem"):
        printed_chars = {ord(char) for page in printed(kind).pages for char in page if char > " "}
        assert {chr(code) for code in printed_chars - known} == set()


@pytest.mark.parametrize(("kind", "paper"), [("leadership", "A4"), ("postmortem", "Letter")])
def test_the_same_snapshot_gives_the_same_bytes(printed: Print, kind: str, paper: str) -> None:
    first, second = (printed(kind, paper=paper, copy=copy) for copy in (1, 2))
    assert first.content == second.content


def test_a_pack_says_what_it_was_made_from(printed: Print) -> None:
    pack = printed("leadership")
    text = " ".join(pack.pages[0].split())
    assert "Leadership pack" in text
    assert "Example works" in text
    assert f"Snapshot {pack.snapshot_id}, SHA-256" in text
    for number, page in enumerate(pack.pages[1:], start=2):
        said = " ".join(page.split())
        assert f"Page {number} / {pack.page_count}" in said
        assert "Leadership pack · Example works" in said
        assert f"Snapshot {pack.snapshot_id} ·" in said


def test_the_leadership_pack_answers_how_we_sleep(printed: Print) -> None:
    text = " ".join(" ".join(printed("leadership").pages).split())
    for said in (
        "How do we sleep?",
        "12 of 12 open promises are past their day",
        "0 of 3 systems are shown to be ready; 2 were never reviewed.",
        "Never reviewed, so unknown: Never looked at, Only begun.",
        "A first review is begun, but not handed in: Only begun.",
        "Not measured here yet, which does not mean that all is well",
        "Unknown is said as unknown",
    ):
        assert said in text


def test_both_heat_maps_stand_on_one_page(printed: Print) -> None:
    for paper in ("A4", "Letter"):
        pages = printed("leadership", paper=paper).pages
        page = " ".join(next(page for page in pages if "dashed, where" in page).split())
        assert page.count("Likelihood →") == page.count("Impact →") == 2
        assert "Open risks by band, a quarter ago and now" in page


def test_every_row_of_the_register_stands_whole_on_one_page(printed: Print) -> None:
    pack = printed("register")
    pages = [_squeezed(page) for page in pack.pages]
    matrix = Matrix.from_definition(pack.data["matrix"])
    rows = [row for group in pack.data["sections"]["register"]["groups"] for row in group["rows"]]
    assert len(rows) == 49
    for row in rows:
        assert any(_squeezed(_printed_row(row, matrix)) in page for page in pages), row["ref"]
    assert sum("Ownerandplan" in page for page in pages) >= 4


def test_hostile_text_is_printed_as_text(printed: Print) -> None:
    text = _squeezed(" ".join(printed("risk").pages))
    assert _squeezed(story.MARKUP) in text
    assert _squeezed(story.LONG_WORD) in text.replace("|", "")


def test_nothing_is_fetched_for_a_picture_in_a_text(
    printed: Print, web: ThreadingHTTPServer
) -> None:
    reader = printed("postmortem").reader
    assert web.asked == []  # type: ignore[attr-defined]
    assert [image for page in reader.pages for image in page.images] == []
    targets = {uri for page in reader.pages for uri in _links(page)}
    assert not any("riskreg.invalid" in uri or uri.startswith("file:") for uri in targets)
    assert "https://example.org/" in targets


def _printed_row(row: dict[str, Any], matrix: Matrix) -> str:
    """What a row of the register reads, cell by cell."""
    kind = {"security": "Security", "operational": "Operational", "both": "Both kinds"}[row["kind"]]
    target = words.band_of_rating(matrix, row["target"])
    cells = (
        f"{row['ref']} {row['title']} {kind} · {row['team']}",
        _printed_rating(matrix, row["band"], row["current"]),
        _printed_rating(matrix, target, row["target"]) if target else "–",
        words.format_days(row["effort"]),
        (row["owner"] or "No owner") + row["treatment"].capitalize(),
    )
    return " ".join(cells)


def _printed_rating(matrix: Matrix, rank: int | None, rating: list[int | None]) -> str:
    band = words.band_of(matrix, rank) or "Unrated"
    return "–○●▲◆"[rank or 0] + band + words.rating_words(matrix, rating)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _outline(entries: Any) -> Iterator[Any]:
    for entry in entries:
        if isinstance(entry, list):
            yield from _outline(entry)
        else:
            yield entry


def _structure(element: Any) -> Iterator[tuple[str, str]]:
    """(tag, alternative text) of every structure element, in reading order."""
    children = element.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        found = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(found, dict) and "/S" in found:
            yield str(found["/S"]), str(found.get("/Alt", ""))
            yield from _structure(found)


def _fonts(page: Any) -> Iterator[tuple[str, bool]]:
    for font in page["/Resources"].get("/Font", {}).values():
        inner = font.get_object()["/DescendantFonts"][0].get_object()
        name = str(inner["/BaseFont"]).partition("+")[2]
        yield (
            name,
            any(key.startswith("/FontFile") for key in inner["/FontDescriptor"].get_object()),
        )


def _links(page: Any) -> Iterator[str]:
    for annotation in page.get("/Annots", []):
        action = annotation.get_object().get("/A", {})
        if "/URI" in action:
            yield str(action["/URI"])
