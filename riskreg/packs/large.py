"""A large pack: its parts are printed side by side, or taken from those kept, and then joined."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from riskreg.lib.hashing import digest, sha256
from riskreg.packs import engine
from riskreg.packs.engine import Order, Pdf, Press, Progress, Step, print_order
from riskreg.packs.kept import KeptParts
from riskreg.paths import STATIC

NICE = 5  # on a machine of two cores both would print, and somebody waits for a page


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is printed by itself; `depth` bookmarks of earlier parts stand above its own."""

    html: str
    depth: int


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What depends on the pages of all parts.

    `front` gives cover and contents from the page that each part begins on: `front_pages`, or it
    is printed once more. `feet` gives the models of the pages' feet from the number of all pages.
    """

    front_pages: int
    front: Callable[[Sequence[int]], str]
    feet: Callable[[int], str]


def large_pdf(
    parts: Sequence[Part], frame: Frame, *, kept: KeptParts, progress: Progress | None = None
) -> Pdf:
    """The pack as one PDF; the same parts and frame give the same bytes. Raises as render_pdf."""
    tally = _Tally(progress=progress, laid_out={})
    with tempfile.TemporaryDirectory(prefix="riskreg-pack-") as name:
        folder = Path(name)
        tally.tell(Step.READING)
        with Press(folder, made_at=0, heard=tally.hear, nice=NICE) as press:
            making = _Making(folder=folder, press=press, kept=kept, tally=tally)
            printed = making.print_parts(parts)
            counts = [part.page_count for part in printed]
            front = making.print_front(frame, counts)
            total = front.page_count + sum(counts)
            feet = making.print_alone("feet", frame.feet(total), tagged=False)
            tally.tell(Step.JOINING)
            depths = [0, *(part.depth for part in parts)]
            joined = making.join(list(zip([front, *printed], depths, strict=True)), feet)
        kept.sweep()
        return Pdf(content=joined.read_bytes(), page_count=total)


@dataclass(kw_only=True)
class _Tally:
    """Tells how many pages are laid out, all parts together."""

    progress: Progress | None
    laid_out: dict[str, int]

    def hear(self, order: Order, step: Step, page: int) -> None:
        """A part has come to a page; the feet are none."""
        if step is Step.LAYING_OUT and order.words["tagged"]:
            self.note(order.output.name, page)
            self.tell(step)

    def note(self, name: str, pages: int) -> None:
        """A part has so many pages at least."""
        self.laid_out[name] = max(pages, self.laid_out.get(name, 0))

    def tell(self, step: Step) -> None:
        """Tell the step and all pages so far."""
        if self.progress is not None:
            self.progress(step, sum(self.laid_out.values()))


@dataclass(frozen=True, kw_only=True)
class _Making:
    """The files of one pack while it is made."""

    folder: Path
    press: Press
    kept: KeptParts
    tally: _Tally

    def print_parts(self, parts: Sequence[Part]) -> list["_Printed"]:
        """Bring each part into the folder, printed now or before."""
        base = _base()
        keys = [digest([base, part.html]) for part in parts]
        printed: dict[str, _Printed] = {}
        orders: dict[str, Order] = {}
        for key, part in zip(keys, parts, strict=True):
            found = self.kept.find(key)
            if found is None:
                orders[key] = print_order(self.folder, key, part.html, identifier=key)
            else:
                printed[key] = _Printed(self.folder / f"{key}.pdf", found.page_count)
                printed[key].path.write_bytes(found.content)
                self.tally.note(f"{key}.pdf", found.page_count)
        for order, made in self.press.make(orders.values()):
            key, content = order.output.stem, order.output.read_bytes()
            printed[key] = _Printed(order.output, made.page_count)
            self.kept.keep(key, Pdf(content=content, page_count=made.page_count))
        return [printed[key] for key in keys]

    def print_front(self, frame: Frame, counts: Sequence[int]) -> "_Printed":
        """Cover and contents; longer page numbers add no page, so two rounds are the most."""
        pages = frame.front_pages
        while True:
            begins = list(accumulate(counts, initial=pages + 1))[:-1]
            printed = self.print_alone("front", frame.front(begins))
            if printed.page_count == pages:
                return printed
            pages = printed.page_count

    def print_alone(self, name: str, html: str, *, tagged: bool = True) -> "_Printed":
        """Something that is never kept."""
        [(order, made)] = self.press.make([print_order(self.folder, name, html, tagged=tagged)])
        return _Printed(order.output, made.page_count)

    def join(self, parts: Sequence[tuple["_Printed", int]], feet: "_Printed") -> Path:
        """One file of parts with their depths."""
        listed = [{"path": str(printed.path), "depth": depth} for printed, depth in parts]
        words = {"task": "join", "parts": listed, "feet": str(feet.path)}
        order = Order(output=self.folder / "joined.pdf", words=words)
        [(_order, _made)] = self.press.make([order])
        return order.output


class _Printed(NamedTuple):
    path: Path
    page_count: int


def _base() -> str:
    """What a part's looks depend on beside its HTML: our fonts and sheets, and the engine."""
    files = [*sorted(engine.FONTS.glob("*.ttf")), *sorted((STATIC / "css").glob("pack*.css"))]
    files += [STATIC / "css" / "tokens.css", Path(engine.__file__).with_name("child.py")]
    return digest([version("weasyprint"), *(sha256(file.read_bytes()) for file in files)])
