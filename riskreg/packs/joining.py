"""Several PDFs of one pack become one: pages, links, bookmarks, tags and the feet of its pages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Page, Pdf, String

from riskreg.errors import RiskregError
from riskreg.lib.hashing import sha256
from riskreg.packs.engine import ELSEWHERE

GLYPH = re.compile(rb"[0-9a-f]{4}(?=[0-9a-f]*>)")
ALONE = re.compile(rb"\[<([0-9a-f]{4})>[-.0-9]*\] TJ")  # a glyph that is a text by itself
FOOT_TAG = b"/Artifact <</Type /Pagination /Subtype /Footer>> BDC"


def join(parts: Sequence[Mapping[str, Any]], *, feet: Path, output: Path) -> int:
    """Write the parts one after another; the number of pages.

    A part has a `path` and a `depth`: below how many bookmarks of the parts before its own hang.
    The first is the front: what it says of language, title and standard is true of the whole, and
    its first page, the cover, has no foot.
    """
    with Pdf.open(parts[0]["path"]) as pdf:
        joined = _Joined(pdf)
        for part in parts[1:]:
            joined.add(Pdf.open(part["path"]), depth=part["depth"])
        joined.finish()
        _put_feet(pdf, Feet(pdf, Pdf.open(feet)))
        pdf.save(
            output,
            min_version="1.7",
            fix_metadata_version=False,
            object_stream_mode=ObjectStreamMode.generate,
            deterministic_id=True,
        )
        return len(pdf.pages)


@dataclass
class _Bookmark:
    item: Any
    below: list["_Bookmark"] = field(default_factory=list)


class _Joined:
    """The whole while it grows out of its front."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._tags = pdf.Root.StructTreeRoot
        self._numbers: list[Any] = list(self._tags.ParentTree.Nums)
        self._children: list[Any] = list(self._tags.K[0].K)
        self._names = _names(pdf)
        self._bookmarks = _bookmarks(pdf.Root.get("/Outlines"))
        self._fonts: dict[str, Any] = {}
        self._share_fonts(pdf.pages[0])

    def add(self, part: Pdf, *, depth: int) -> None:
        """Put a part behind what is there; qpdf keeps it open until the whole is written."""
        before = len(self._pdf.pages)
        self._pdf.pages.extend(part.pages)
        pages = self._pdf.pages[before:]
        self._share_fonts(pages[0])
        self._add_tags(self._pdf.copy_foreign(part.Root.StructTreeRoot), pages)
        for name, place in _names(part).items():
            self._names.setdefault(name, self._pdf.copy_foreign(part.make_indirect(place)))
        if "/Outlines" in part.Root:
            level = self._bookmarks
            for _step in range(depth):
                level = level[-1].below
            level += _bookmarks(self._pdf.copy_foreign(part.Root.Outlines))

    def finish(self) -> None:
        """Write down what was gathered, and let links lead to where their names are now."""
        self._tags.K[0].K = Array(self._children)
        self._tags.ParentTree.Nums = Array(self._numbers)
        self._tags.ParentTreeNextKey = self._next_number()
        named = [item for name in sorted(self._names) for item in (name, self._names[name])]
        self._pdf.Root.Names = Dictionary(Dests=Dictionary(Names=Array(named)))
        if self._bookmarks:
            outlines = self._pdf.make_indirect(Dictionary(Type=Name.Outlines))
            _hang(self._bookmarks, outlines)
            self._pdf.Root.Outlines = outlines
        for page in self._pdf.pages:
            for annotation in page.obj.get("/Annots", ()):
                _lead_inside(annotation)

    def _add_tags(self, tags: Any, pages: Sequence[Page]) -> None:
        """Hang a part's tree below the one that is there; its numbers go on from the last."""
        offset = self._next_number()
        for page in pages:
            page.obj.StructParents = int(page.obj.StructParents) + offset
            for annotation in page.obj.get("/Annots", ()):
                annotation.StructParent = int(annotation.StructParent) + offset
        part = tags.K[0]
        part.S, part.P = Name.NonStruct, self._tags.K[0]  # a group that says nothing of its own
        self._children.append(part)
        numbers = list(tags.ParentTree.Nums)
        for number, elements in zip(numbers[::2], numbers[1::2], strict=True):
            self._numbers += [int(number) + offset, elements]

    def _next_number(self) -> int:
        return int(self._numbers[-2]) + 1 if self._numbers else 0

    def _share_fonts(self, page: Page) -> None:
        """Parts with the same letters of a font share its file, as the pages of a part all do."""
        for font in page.obj.Resources.get("/Font", {}).values():
            described = font.DescendantFonts[0].FontDescriptor
            for key in ("/FontFile2", "/FontFile3"):
                if key in described:
                    content = sha256(described[key].read_raw_bytes())
                    described[key] = self._fonts.setdefault(content, described[key])


class Feet:
    """The feet of the pages, as WeasyPrint draws them on models of the same size.

    For each size of page the document of feet has one page for each length that a page's number may
    have, on which noughts stand for the number, and then one that shows the ten digits in a column.
    """

    def __init__(self, pdf: Pdf, models: Pdf) -> None:
        self._pdf = pdf
        self._resources = pdf.copy_foreign(models.pages[0].obj.Resources)
        self._models: dict[tuple[float, ...], list[bytes]] = {}
        self._digits: dict[tuple[float, ...], list[bytes]] = {}
        for page in models.pages:
            content = page.obj.Contents.read_bytes()
            digits = ALONE.findall(content)
            if digits:
                self._digits[_size(page)] = digits
            else:
                self._models.setdefault(_size(page), []).append(content)

    def draw(self, page: Page, number: int) -> Any:
        """The foot of a page of this size, as a form."""
        said, size = str(number), _size(page)
        form = self._pdf.make_stream(
            _numbered(self._models[size][len(said) - 1], said, self._digits[size])
        )
        form.Type, form.Subtype = Name.XObject, Name.Form
        form.BBox, form.Resources = Array(page.mediabox), self._resources
        return form


def _numbered(model: bytes, number: str, digits: Sequence[bytes]) -> bytes:
    """A model with the number for its first noughts; what it draws last is the page's number."""
    before, mark, last = model.rpartition(b"[")
    left = [digits[int(digit)] for digit in reversed(number)]

    def put(glyph: re.Match[bytes]) -> bytes:
        return left.pop() if left and glyph[0] == digits[0] else glyph[0]

    drawn = GLYPH.sub(put, last)
    if left:
        raise RiskregError("The number of a page has no place in its foot.")
    return before + mark + drawn


def _put_feet(pdf: Pdf, feet: Feet) -> None:
    """Draw the foot of each page but the cover, which screen readers pass over."""
    opening = pdf.make_stream(b"q")
    for number, page in enumerate(pdf.pages, start=1):
        if number == 1:
            continue
        name = f"/Foot{number}"
        page.obj.Resources.XObject[name] = feet.draw(page, number)
        closing = pdf.make_stream(b"Q\n%b\n%b Do\nEMC" % (FOOT_TAG, name.encode()))
        page.obj.Contents = Array([opening, page.obj.Contents, closing])


def _size(page: Page) -> tuple[float, ...]:
    return tuple(round(float(side), 2) for side in page.mediabox)


def _names(pdf: Pdf) -> dict[str, Any]:
    """Where each named place is."""
    found = pdf.Root.get("/Names", Dictionary()).get("/Dests", Dictionary()).get("/Names", Array())
    pairs = list(found)
    return {str(name): place for name, place in zip(pairs[::2], pairs[1::2], strict=True)}


def _lead_inside(annotation: Any) -> None:
    """A link into another part leads to the name that it says."""
    address = str(annotation.get("/A", Dictionary()).get("/URI", ""))
    if address.startswith(ELSEWHERE):
        del annotation.A
        annotation.Dest = annotation.Contents = String(address.removeprefix(ELSEWHERE))


def _bookmarks(outlines: Any) -> list[_Bookmark]:
    return [_Bookmark(item, _bookmarks(item)) for item in _items(outlines)]


def _items(outlines: Any) -> Iterator[Any]:
    item = outlines.get("/First") if outlines is not None else None
    while item is not None:
        yield item
        item = item.get("/Next")


def _hang(bookmarks: Sequence[_Bookmark], above: Any) -> int:
    """Link bookmarks with each other and the one above; how many there are, all levels together."""
    items = [bookmark.item for bookmark in bookmarks]
    for index, bookmark in enumerate(bookmarks):
        item = bookmark.item
        for key in ("/Prev", "/Next", "/First", "/Last"):
            if key in item:
                del item[key]
        item.Parent = above
        if index:
            item.Prev = items[index - 1]
        if index + 1 < len(items):
            item.Next = items[index + 1]
        _hang(bookmark.below, item)
    if items:
        above.First, above.Last = items[0], items[-1]
    above.Count = len(items) + sum(int(item.Count) for item in items)
    return int(above.Count)
