"""HTML to PDF by WeasyPrint, in throw-away processes with limits; knows nothing of riskreg's data.

Importing WeasyPrint costs half of the program's start and a hostile or huge document may take all
memory, so it is only ever imported in riskreg.packs.child, the program that a press starts.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import Any
from xml.sax.saxutils import escape

from riskreg.errors import RiskregError, Unavailable
from riskreg.paths import STATIC

MEMORY_BYTES = 2 * 1024**3  # 450 rows take 0.4 of address space, 2,000 about 0.9
WALL_SECONDS = 300
PROCESSES = 2
FONTS = STATIC / "fonts"
FAMILY = "Inter"
BASE = "https://riskreg.invalid/"  # never asked: what a pack refers to comes from a fixed table
ELSEWHERE = f"{BASE}elsewhere#"  # what a link into another part of a large pack begins with
# WeasyPrint stops at one of these after a space; no form lets them through.
_LINE_ENDS = str.maketrans(dict.fromkeys("\u0085\u2028\u2029", "\n"))
PANGO_ADVICE = (
    "PDFs need the Pango library. On Debian and Ubuntu: "
    "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)
FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


class Step(StrEnum):
    """What the engine is doing."""

    READING = "reading"
    LAYING_OUT = "laying_out"
    DRAWING = "drawing"
    JOINING = "joining"


Progress = Callable[[Step, int], None]


class TooLarge(RiskregError):
    """The document needs more time or memory than a pack may have."""

    status = 422


@dataclass(frozen=True, kw_only=True)
class Pdf:
    """A finished document; `fonts` are the families that its letters are drawn with."""

    content: bytes
    page_count: int
    fonts: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Order:
    """A file for a process to make, from HTML or from other PDFs; `words` say how (child.py)."""

    output: Path
    words: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a process said when the file of an order was finished."""

    page_count: int
    fonts: frozenset[str]


Heard = Callable[[Order, Step, int], None]


@dataclass
class _Child:
    """A process and what it is at."""

    process: subprocess.Popen[bytes]
    order: Order | None = None
    deadline: float = 0.0
    said: list[str] = field(default_factory=list)
    unfinished: bytes = b""

    def give(self, order: Order) -> None:
        """Let it make a file; the clock starts."""
        assert self.process.stdin is not None
        self.order, self.deadline = order, monotonic() + WALL_SECONDS
        with suppress(BrokenPipeError):  # it ended early; what it said last tells why
            words = {**order.words, "output": str(order.output)}
            self.process.stdin.write(json.dumps(words).encode() + b"\n")
            self.process.stdin.flush()

    def hear(self) -> list[str]:
        """The lines it has said since; the last is "ended" when it will say no more."""
        assert self.process.stderr is not None
        heard = os.read(self.process.stderr.fileno(), 65_536)
        *lines, self.unfinished = (self.unfinished + heard).split(b"\n")
        if not heard:
            lines += [self.unfinished, b"ended"]
        return [line.decode(errors="replace") for line in lines]

    def kill(self) -> None:
        """End it and whatever it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stderr):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


class Press:
    """At most two processes, or as many as there are cores, that make file after file.

    Each file is made in a process of its own, forked from one that has loaded WeasyPrint already,
    so that memory and time of each are limited and its memory is given back. `made_at` (seconds
    since 1970) is the time that fonts are stamped with, `nice` how far they step back for others.
    """

    def __init__(
        self, folder: Path, *, made_at: int, heard: Heard | None = None, nice: int = 0
    ) -> None:
        self._nice = nice
        self._environment = _environment(folder, made_at)
        self._heard = heard
        self._children: list[_Child] = []
        self._selector = DefaultSelector()

    def __enter__(self) -> "Press":
        return self

    def __exit__(self, *_details: object) -> None:
        for child in self._children:
            child.kill()
        self._selector.close()

    def make(self, orders: Iterable[Order]) -> Iterator[tuple[Order, Made]]:
        """Make the files, in any order of their ends; each is told as it is finished.

        Raises Unavailable without Pango, TooLarge past the limits, RiskregError when it fails.
        """
        waiting = deque(orders)
        while waiting or any(child.order for child in self._children):
            self._hand_out(waiting)
            for child in self._audible():
                for line in child.hear():
                    made = self._take(child, line)
                    if made is not None:
                        yield made

    def _hand_out(self, waiting: deque[Order]) -> None:
        idle = [child for child in self._children if child.order is None]
        while waiting:
            if idle:
                idle.pop().give(waiting.popleft())
            elif len(self._children) < min(PROCESSES, os.cpu_count() or 1):
                idle.append(self._start())
            else:
                return

    def _start(self) -> _Child:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "riskreg.packs.child", str(self._nice)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment,
            process_group=0,
        )
        child = _Child(process=process)
        self._children.append(child)
        self._selector.register(process.stderr, EVENT_READ, child)  # type: ignore[arg-type]
        return child

    def _audible(self) -> list[_Child]:
        """Those that have said something; raises TooLarge when one has taken too long."""
        left = min(child.deadline for child in self._children if child.order) - monotonic()
        if left <= 0:
            raise _failure(["killed"])
        return [key.data for key, _events in self._selector.select(left)]

    def _take(self, child: _Child, line: str) -> tuple[Order, Made] | None:
        """Note a line that a process said; what it has made, when that is what it says."""
        mark, _, rest = line.partition(" ")
        order = child.order
        if mark == "progress" and order is not None:
            step, _, page = rest.partition(" ")
            if self._heard is not None:
                self._heard(order, Step(step), int(page))
        elif mark == "done" and rest == "0" and order is not None:
            made = Made(
                page_count=int(_told(child.said, "pages")[-1]),
                fonts=frozenset(_told(child.said, "font")),
            )
            child.order, child.said = None, []
            return order, made
        elif mark in {"done", "ended"}:
            code = int(rest) if rest else child.process.wait()
            raise _failure([*child.said, *(["killed"] if code < 0 else [])])
        else:
            child.said.append(line)
        return None


def render_pdf(
    html: str, *, identifier: str, made_at: int, progress: Progress | None = None
) -> Pdf:
    """Render one document; the same arguments give the same bytes.

    `identifier` becomes the PDF's id, `made_at` (seconds since 1970) the time that fonts are
    stamped with. `progress` is called with the step and the page it has come to (0: none yet).
    Raises Unavailable without Pango, TooLarge past the limits, RiskregError when rendering fails.
    """

    def heard(_order: Order, step: Step, page: int) -> None:
        if progress is not None:
            progress(step, page)

    with (
        tempfile.TemporaryDirectory(prefix="riskreg-pack-") as name,
        Press(Path(name), made_at=made_at, heard=heard) as press,
    ):
        order = print_order(Path(name), "pack", html, identifier=identifier)
        [(_order, made)] = press.make([order])
        content = order.output.read_bytes()
        return Pdf(content=content, page_count=made.page_count, fonts=made.fonts)


def print_order(
    folder: Path, name: str, html: str, *, identifier: str = "", tagged: bool = True
) -> Order:
    """The order to print HTML, which is put into the folder.

    Without `tagged` nothing of it is told to screen readers. With an identifier of its own each
    table of several documents keeps names that no other has.
    """
    source = folder / f"{name}.html"
    source.write_text(html.translate(_LINE_ENDS))
    words = {"task": "print", "html": str(source), "identifier": identifier, "tagged": tagged}
    return Order(output=folder / f"{name}.pdf", words=words)


def fonts_in_use() -> frozenset[str]:
    """The families that a page in all four of our fonts is really drawn with: ours, if all is well.

    Makes a PDF to find out. Raises as `render_pdf` does.
    """
    styles = ("", "font-style: italic", "font-weight: 600", "font-weight: 700")
    lines = "".join(f'<p style="{style}">Aa Éé 0–9</p>' for style in styles)
    page = f'<html lang="en"><title>Fonts</title><body style="font-family: {FAMILY}">{lines}</html>'
    return render_pdf(page, identifier="fonts", made_at=0).fonts


def load_weasyprint() -> Any:
    """The WeasyPrint module, silent about its steps; raises Unavailable without Pango.

    It reads a sheet of its own while it is imported, and would say so in every command's log.
    """
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
    try:
        import weasyprint  # noqa: PLC0415 - half of the start-up time
    except OSError as error:
        raise Unavailable(PANGO_ADVICE) from error
    return weasyprint


def _environment(folder: Path, made_at: int) -> dict[str, str]:
    """Ours without our secrets, and with our own fonts as the only ones there are.

    WeasyPrint fails where fontconfig finds no font, and what it prints must not depend on those
    of the machine. Reading our four files anew takes a fiftieth of a second, so the cache lies
    in the folder of this one document, where nobody else can have put anything.
    """
    configuration = folder / "fonts.conf"
    configuration.write_text(
        FONTCONFIG.format(fonts=escape(str(FONTS)), cache=escape(str(folder / "cache")))
    )
    ours = os.environ | {
        "FONTCONFIG_FILE": str(configuration),
        "PYTHONHASHSEED": "0",
        "TMPDIR": str(folder),  # what a process leaves when it is ended goes with the folder
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "PYTHONSAFEPATH": "1",
        "SOURCE_DATE_EPOCH": str(made_at),
    }
    return {name: value for name, value in ours.items() if not name.startswith("RISKREG_")}


def _failure(lines: list[str]) -> RiskregError:
    text = "\n".join(lines)
    if PANGO_ADVICE in text:
        return Unavailable(PANGO_ADVICE)
    if "killed" in lines or "MemoryError" in text or "RecursionError" in text:
        return TooLarge(
            "This pack is too large to be made in one piece. Choose fewer rows or a smaller team."
        )
    return RiskregError(
        f"The PDF could not be made: {lines[-1] if lines else 'no reason was given'}"
    )


def _told(lines: list[str], mark: str) -> list[str]:
    """What the child said under a mark."""
    return [line.removeprefix(f"{mark} ") for line in lines if line.startswith(f"{mark} ")]
