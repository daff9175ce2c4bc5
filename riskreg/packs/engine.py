"""HTML to PDF by WeasyPrint, in a throw-away process with limits; knows nothing of riskreg's data.

Importing WeasyPrint costs half of the program's start and a hostile or huge document may take all
memory, so it is only ever imported here, and used in the child that this module is when run as a
program: HTML on standard input, PDF on standard output, progress on standard error.
"""

import ctypes.util
import gc
import logging
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Thread, Timer
from typing import IO, Any
from xml.sax.saxutils import escape

from riskreg.errors import RiskregError, Unavailable
from riskreg.paths import STATIC

MEMORY_BYTES = 2 * 1024**3  # 450 rows take 0.4 of address space, 2,000 about 0.9
WALL_SECONDS = 300
FONTS = STATIC / "fonts"
FAMILY = "Inter"
BASE = "https://riskreg.invalid/"  # never asked: what a pack refers to comes from a fixed table
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


def render_pdf(
    html: str, *, identifier: str, made_at: int, progress: Progress | None = None
) -> Pdf:
    """Render in a child process; the same arguments give the same bytes.

    `identifier` becomes the PDF's id, `made_at` (seconds since 1970) the time that fonts are
    stamped with. `progress` is called with the step and the page it has come to (0: none yet).
    Raises Unavailable without Pango, TooLarge past the limits, RiskregError when rendering fails.
    """
    with tempfile.TemporaryDirectory(prefix="riskreg-pack-") as name:
        folder = Path(name)
        output = folder / "pack.pdf"
        command = [sys.executable, "-m", "riskreg.packs.engine", str(output), identifier]
        lines = _run(command, html.encode(), _environment(folder, made_at), progress)
        if not output.exists():
            raise _failure(lines)
        return Pdf(
            content=output.read_bytes(),
            page_count=int(_told(lines, "pages")[-1]),
            fonts=frozenset(_told(lines, "font")),
        )


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
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "PYTHONSAFEPATH": "1",
        "SOURCE_DATE_EPOCH": str(made_at),
    }
    return {name: value for name, value in ours.items() if not name.startswith("RISKREG_")}


def _run(
    command: list[str], html: bytes, environment: dict[str, str], progress: Progress | None
) -> list[str]:
    """What the child said, a line each; the last is "killed" when it did not end by itself."""
    lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as child:
        assert child.stdin is not None
        assert child.stderr is not None
        timer = Timer(WALL_SECONDS, child.kill)
        feeder = Thread(target=_feed, args=(child.stdin, html), daemon=True)
        timer.start()
        feeder.start()
        try:
            for raw in child.stderr:
                line = raw.decode(errors="replace").rstrip()
                if not _report(line, progress):
                    lines.append(line)
        except BaseException:
            child.kill()
            raise
        finally:
            timer.cancel()
    if child.returncode < 0:
        lines.append("killed")
    return lines


def _feed(stdin: IO[bytes], html: bytes) -> None:
    try:
        stdin.write(html)
        stdin.close()
    except BrokenPipeError:
        pass  # the child ended early; its exit status says why


def _report(line: str, progress: Progress | None) -> bool:
    """Pass a line of progress on; False for any other line."""
    mark, _, rest = line.partition(" ")
    if mark != "progress":
        return False
    step, _, page = rest.partition(" ")
    if progress is not None:
        progress(Step(step), int(page))
    return True


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


def main() -> int:
    """The child: read HTML, write the PDF, report on standard error."""
    output, identifier = Path(sys.argv[1]), sys.argv[2]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    gc.disable()  # the process is thrown away: a fifth of the time is saved
    if sys.platform == "linux":
        _guess_no_library_names()
    _say(Step.READING, 0)
    html = sys.stdin.buffer.read().decode()
    try:
        weasyprint = load_weasyprint()
    except Unavailable as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    _listen()
    document = weasyprint.HTML(string=html, base_url=BASE, url_fetcher=_fetcher(weasyprint)).render(
        pdf_variant="pdf/ua-1"
    )
    sys.stderr.write(f"pages {len(document.pages)}\n")
    content = document.write_pdf(pdf_identifier=identifier.encode(), pdf_variant="pdf/ua-1")
    for font in document.fonts.values():
        sys.stderr.write(f"font {font.family}\n")
    output.write_bytes(content)
    return 0


def _guess_no_library_names() -> None:
    """Save a sixth of a second where libraries are found by their full names.

    For each name that WeasyPrint tries in vain Python would start ldconfig and a compiler.
    """

    def find_none(name: str) -> str | None:
        return None

    ctypes.util.find_library = find_none


def _listen() -> None:
    """Pass on what WeasyPrint says of its progress."""
    handler = logging.Handler()
    handler.emit = _heard  # type: ignore[method-assign]
    logger = logging.getLogger("weasyprint.progress")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)


def _heard(record: logging.LogRecord) -> None:
    said = record.getMessage()
    if said.startswith("Step 5 - Creating layout - Page") and isinstance(record.args, tuple):
        _say(Step.LAYING_OUT, int(str(record.args[0])))
    elif said.startswith("Step 6"):
        _say(Step.DRAWING, 0)


def _say(step: Step, page: int) -> None:
    """Report; when nobody listens any more, the worker was killed, and so this ends too."""
    try:
        sys.stderr.write(f"progress {step} {page}\n")
        sys.stderr.flush()
    except BrokenPipeError:
        os._exit(1)


def _fetcher(weasyprint: Any) -> Any:
    """Nothing is fetched but our own fonts and sheets, by name from a fixed table."""
    own = {
        f"{BASE}static/{path.relative_to(STATIC)}": path
        for path in [*FONTS.glob("*.ttf"), *(STATIC / "css").glob("*.css")]
    }

    class Fetcher(weasyprint.urls.URLFetcher):  # type: ignore[misc]  # it ships no types
        """Serves the table, then data: addresses; refuses all else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            path = own.get(url)
            if path is None:
                return super().fetch(url, headers)
            mime = "text/css" if path.suffix == ".css" else "font/ttf"
            return weasyprint.urls.URLFetcherResponse(
                url, path.read_bytes(), {"Content-Type": mime}
            )

    return Fetcher(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)


if __name__ == "__main__":
    sys.exit(main())
