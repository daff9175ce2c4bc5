"""What a PDF tells machines: its tags, where they stand, and where its links and bookmarks lead."""

import re
from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Pdf


def page_numbers(pdf: Pdf) -> dict[Any, int]:
    """Pages by their objects."""
    return {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}


def tree(pdf: Pdf) -> list[Any]:
    """Every element in reading order: how deep, what, on which page, what it says of itself.

    Groups right below the document that say nothing count as not there; parents are checked.
    """
    root, pages = pdf.Root.StructTreeRoot, page_numbers(pdf)
    [document] = root.K
    assert document.P.objgen == root.objgen

    def walk(element: Any, depth: int) -> Iterator[Any]:
        for child in element.K:
            if not hasattr(child, "get"):
                yield depth, "content", pages[element.Pg.objgen], int(child)
            elif child.get("/Type") == "/OBJR":
                yield depth, "link", pages[child.Pg.objgen], str(child.Obj.get("/Dest", ""))
            else:
                assert child.P.objgen == element.objgen
                yield from walk_element(child, depth)

    def walk_element(element: Any, depth: int) -> Iterator[Any]:
        if depth == 0 and "/Pg" not in element:
            yield from walk(element, depth)
            return
        heads = len(element.get("/A", {}).get("/Headers", ()))
        yield depth, str(element.S), pages[element.Pg.objgen], str(element.get("/Alt", "")), heads
        yield from walk(element, depth + 1)

    return list(walk(document, 0))


def elements(pdf: Pdf) -> Iterator[Any]:
    """Every element that can be reached from the root."""
    waiting = list(pdf.Root.StructTreeRoot.K)
    while waiting:
        element = waiting.pop()
        yield element
        waiting += [child for child in element.K if hasattr(child, "get") and "/S" in child]


def parents(pdf: Pdf) -> dict[int, Any]:
    """The tree that leads from pages and links to elements, by their numbers."""
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    return {int(key): value for key, value in zip(numbers[::2], numbers[1::2], strict=True)}


def marked(page: Any) -> list[int]:
    """The numbers of the marked contents of a page."""
    streams = page.obj.Contents if isinstance(page.obj.Contents, Array) else [page.obj.Contents]
    content = b"\n".join(stream.read_bytes() for stream in streams)
    return sorted(int(number) for number in re.findall(rb"/MCID (\d+)", content))


def links(pdf: Pdf) -> list[tuple[int, str, int]]:
    """On which page a link stands, what name it has and which page that is."""
    pages, named = page_numbers(pdf), list(pdf.Root.Names.Dests.Names)
    places = {str(name): pages[place[0].objgen] for name, place in _pairs(named)}
    return [
        (number, str(annotation.Dest), places[str(annotation.Dest)])
        for number, page in enumerate(pdf.pages, start=1)
        for annotation in page.obj.get("/Annots", ())
    ]


def bookmarks(pdf: Pdf) -> list[Any]:
    """Depth, words, page and place of every bookmark, with what it says of those below."""
    pages = page_numbers(pdf)

    def walk(above: Any, depth: int) -> Iterator[Any]:
        item, before = above.get("/First"), None
        while item is not None:
            assert item.Parent.objgen == above.objgen
            assert ("/Prev" in item) == (before is not None)
            place = [float(item.Dest[index]) for index in (2, 3)]
            yield depth, str(item.Title), pages[item.Dest[0].objgen], place, int(item.Count)
            yield from walk(item, depth + 1)
            item, before = item.get("/Next"), item
        assert before is None or above.Last.objgen == before.objgen

    return list(walk(pdf.Root.Outlines, 0))


def _pairs(flat: list[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(flat[::2], flat[1::2], strict=True)
