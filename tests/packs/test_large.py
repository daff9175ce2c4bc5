"""A large pack is printed in parts and joined: it is what it would be in one piece."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy
import pypdfium2
import pytest
from flask import Flask, render_template
from pikepdf import Pdf

from riskreg.errors import RiskregError
from riskreg.lib.hashing import digest
from riskreg.packs import document
from riskreg.packs.document import kept_parts, pack_html, pack_pdf
from riskreg.packs.engine import Order, Press, Step, TooLarge, print_order, render_pdf
from riskreg.packs.joining import _numbered
from riskreg.packs.kept import KeptParts
from riskreg.packs.large import Frame, Part, large_pdf
from riskreg.packs.models import Snapshot
from riskreg.packs.sections import register
from tests.packs import marks, tags
from tests.packs.conftest import Print

pytestmark = pytest.mark.pdf


@dataclass(frozen=True, kw_only=True)
class Forms:
    """The same pack in one piece and joined."""

    app: Flask
    data: dict[str, Any]
    whole: bytes
    joined: bytes
    steps: list[tuple[Step, int]] = field(default_factory=list)

    @cached_property
    def pdfs(self) -> tuple[Pdf, Pdf]:
        """Both, the whole first."""
        return Pdf.open(BytesIO(self.whole)), Pdf.open(BytesIO(self.joined))

    @cached_property
    def papers(self) -> tuple[pypdfium2.PdfDocument, pypdfium2.PdfDocument]:
        """Both as they look, the whole first."""
        return pypdfium2.PdfDocument(self.whole), pypdfium2.PdfDocument(self.joined)

    def make_again(self, data: dict[str, Any]) -> tuple[bytes, set[str]]:
        """The pack of these values, and the parts that were printed for it."""
        with self.app.app_context():
            folder = kept_parts(self.app.config["SETTINGS"].home).folder
            before = set(os.listdir(folder))
            return pack_pdf(snapshot_of(data)).content, set(os.listdir(folder)) - before


@pytest.fixture(scope="module")
def forms(press: tuple[Flask, int], printed: Print) -> Iterator[Forms]:
    app, data = press[0], printed("register").data
    steps: list[tuple[Step, int]] = []
    with pytest.MonkeyPatch.context() as patch, app.app_context():
        patch.setattr(register, "LONG_ROWS", 20)
        patch.setattr(register, "SLICE_ROWS_MIN", 15)
        patch.setattr(register, "SLICE_ROWS_MAX", 20)
        patch.setattr(document, "SHORT_CONTENTS", 0)  # a page of their own, as in longer packs
        snapshot = snapshot_of(data)
        html = pack_html(snapshot)
        joined = pack_pdf(snapshot, progress=lambda step, page: steps.append((step, page)))
        whole = render_pdf(html, identifier="whole", made_at=0)
        assert joined.page_count == whole.page_count
        yield Forms(app=app, data=data, whole=whole.content, joined=joined.content, steps=steps)


def snapshot_of(data: dict[str, Any]) -> Snapshot:
    return Snapshot(
        id=7,
        kind="register",
        data=data,
        sha256=digest(data),
        made_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    )


def test_reads_as_the_whole_does_page_by_page(forms: Forms) -> None:
    texts = [
        [" ".join(page.get_textpage().get_text_bounded().split()) for page in paper]
        for paper in forms.papers
    ]
    assert texts[0] == texts[1]
    assert len(texts[1]) > 6
    assert texts[1][-1].endswith(f"Page {len(texts[1])} / {len(texts[1])}")
    assert sum("continued" in text for text in texts[1]) >= 1


def test_looks_as_the_whole_does(forms: Forms) -> None:
    """Widths of letters are rounded anew in each document, so they may stand a shade aside."""
    for pages in zip(*forms.papers, strict=True):
        whole, joined = (list(marks.glyphs(page)) for page in pages)
        assert [glyph.char for glyph in joined] == [glyph.char for glyph in whole]
        corners = [
            numpy.array([(glyph.left, glyph.top) for glyph in each]) for each in (whole, joined)
        ]
        assert numpy.abs(corners[0] - corners[1]).max() < 0.1, "points"
        drawn = [page.render(scale=1, grayscale=True).to_numpy().astype(int) for page in pages]
        assert numpy.abs(drawn[0] - drawn[1]).mean() < 1, "of 255 shades of grey"


def test_links_and_bookmarks_lead_where_those_of_the_whole_do(forms: Forms) -> None:
    whole, joined = forms.pdfs
    assert tags.links(joined) == tags.links(whole)
    assert {name for _page, name, _place in tags.links(joined)} == set(forms.data["sections"])
    assert tags.bookmarks(joined) == tags.bookmarks(whole)


def test_has_the_tags_of_the_whole(forms: Forms) -> None:
    whole, joined = forms.pdfs
    assert tags.tree(joined) == tags.tree(whole)
    for key in ("/Lang", "/MarkInfo", "/ViewerPreferences"):
        assert str(joined.Root[key]) == str(whole.Root[key])
    assert joined.Root.Metadata.read_bytes() == whole.Root.Metadata.read_bytes()
    assert dict(joined.docinfo) == dict(whole.docinfo)


def test_every_marked_content_and_link_has_its_element(forms: Forms) -> None:
    _whole, joined = forms.pdfs
    parents = tags.parents(joined)
    assert list(parents) == list(range(len(parents)))
    reached = {element.objgen for element in tags.elements(joined)}
    for page in joined.pages:
        found = parents.pop(int(page.obj.StructParents))
        assert tags.marked(page) == list(range(len(found)))
        heads = [element for element in found if element.objgen not in reached]
        assert len(heads) <= 2, "running heads, which nobody needs read out"
        assert all(_root_of(element).objgen in reached for element in heads)
        for annotation in page.obj.get("/Annots", ()):
            element = parents.pop(int(annotation.StructParent))
            assert element.objgen in reached
    assert parents == {}


def _root_of(element: Any) -> Any:
    while "/Pg" in element:  # neither the document nor a part of it says one
        element = element.P
    return element


def test_heads_of_tables_are_told_apart(forms: Forms) -> None:
    _whole, joined = forms.pdfs
    found = list(tags.elements(joined))
    names = [str(element.ID) for element in found if "/ID" in element]
    assert len(names) == len(set(names)) > 20
    meant = {str(name) for cell in found for name in cell.get("/A", {}).get("/Headers", ())}
    assert meant <= set(names)


def test_progress_counts_the_pages_of_all_parts(forms: Forms) -> None:
    pages = len(forms.pdfs[1].pages)
    assert forms.steps[0] == (Step.READING, 0)
    assert forms.steps[-1] == (Step.JOINING, pages)
    told = [page for _step, page in forms.steps]
    assert told == sorted(told)


def test_made_again_prints_nothing_and_is_the_same_file(forms: Forms) -> None:
    content, new = forms.make_again(forms.data)
    assert new == set()
    assert content == forms.joined


def test_a_changed_row_prints_its_part_and_no_other(forms: Forms) -> None:
    data = deepcopy(forms.data)
    group = data["sections"]["register"]["groups"][1]
    group["rows"][3]["title"] = "Told anew"
    content, new = forms.make_again(data)
    assert len(new) == 1
    paper = pypdfium2.PdfDocument(content)
    texts = [page.get_textpage().get_text_bounded() for page in paper]
    assert sum("Told anew" in text for text in texts) == 1
    assert all(f"Snapshot 7 · {digest(data)[:16]}" in text for text in texts[1:])


def test_a_longer_front_and_a_page_across_are_numbered_too(
    press: tuple[Flask, int], tmp_path: Path
) -> None:
    begins: list[list[int]] = []

    def front(pages: Sequence[int]) -> str:
        begins.append(list(pages))
        return '<html lang="en"><title>Two</title><h1>One</h1><p style="break-before: page">Two'

    def feet(total: int) -> str:
        pack = {"snapshot_id": 7, "sha256": "f" * 64, "paper": "A4"}
        return render_template("packs/feet.html", pack=pack, total=total)

    sheets = "".join(
        f'<link rel="stylesheet" href="static/css/{name}.css">' for name in ("pack", "pack-part")
    )
    part = Part(html=f'<html lang="en">{sheets}<p class="wide">Across', depth=1)
    kept = KeptParts(folder=tmp_path / "parts")
    with press[0].app_context():
        pdf = large_pdf([part], Frame(front_pages=1, front=front, feet=feet), kept=kept)
    assert begins == [[2], [3]]
    *_front, page = pypdfium2.PdfDocument(pdf.content)
    assert page.get_width() > page.get_height()
    text = page.get_textpage().get_text_bounded().split()
    assert " ".join(text) == "Across Snapshot 7 · ffffffffffffffff Page 3 / 3"
    assert not marks.outside(page, 10)


def test_a_killed_process_is_told_and_none_is_left(tmp_path: Path) -> None:
    pages = '<p style="break-after: page">1</p>' * 200
    killed: list[int] = []

    def kill(_order: Order, step: Step, _page: int) -> None:
        if step is Step.LAYING_OUT and not killed:
            killed.append(press._children[0].process.pid)
            os.kill(killed[0], signal.SIGKILL)

    order = print_order(tmp_path, "long", f'<html lang="en">{pages}</html>')
    with Press(tmp_path, made_at=0, heard=kill) as press, pytest.raises(TooLarge):
        list(press.make([order]))
    assert wait_until(lambda: running(killed[0]) == [])


def running(group: int) -> list[int]:
    """Processes of a group that are alive."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, its_group = path.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                found.append(int(path.parent.name))
    return found


def wait_until(condition: Callable[[], bool]) -> bool:
    """Whether it came true within five seconds."""
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def test_a_page_is_numbered_on_its_model() -> None:
    digits = [b"%04x" % (0x2D0 + digit) for digit in range(10)]
    model = b"BT [<00c1>0<02d0>0] TJ [<00c102d002d0>-3<030e>0<02d1>0<02d0>0] TJ ET"
    drawn = b"BT [<00c1>0<02d0>0] TJ [<00c102d402d2>-3<030e>0<02d1>0<02d0>0] TJ ET"
    assert _numbered(model, "42", digits) == drawn
    with pytest.raises(RiskregError, match="no place"):
        _numbered(b"[<00c1>0<02d0>0] TJ", "42", digits)
