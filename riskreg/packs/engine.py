"""HTML to PDF by WeasyPrint, in a throw-away process with limits; knows nothing of riskreg's data.

Importing WeasyPrint costs half of the program's start and a hostile or huge document may take all
memory, so it is only ever imported here, and used in the child that this module is when run as a
program: HTML on standard input, PDF on standard output, progress on standard error.
"""

import gc
import logging
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread, Timer
from typing import IO, Any

from riskreg.errors import RiskregError, Unavailable
from riskreg.paths import STATIC

MEMORY_BYTES = 3 * 1024**3
WALL_SECONDS = 600
FONTS = STATIC / "fonts"
STEPS = 7
BASE = "https://riskreg.invalid/"  # never asked: what a pack refers to comes from a fixed table
PANGO_ADVICE = (
    "PDFs need the Pango library. On Debian and Ubuntu: "
    "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)
FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""

Progress = Callable[[int, int | None, str], None]


class TooLarge(RiskregError):
    """The document needs more time or memory than a pack may have."""

    status = 422


@dataclass(frozen=True, kw_only=True)
class Pdf:
    """A finished document."""

    content: bytes
    page_count: int


def render_pdf(
    html: str, *, identifier: str, made_at: int, progress: Progress | None = None
) -> Pdf:
    """Render in a child process; the same arguments give the same bytes.

    `identifier` becomes the PDF's id, `made_at` (seconds since 1970) the time that fonts are
    stamped with. `progress` is called with (pages or steps done, total or None, what is done).
    Raises Unavailable without Pango, TooLarge past the limits, RiskregError when rendering fails.
    """
    with tempfile.TemporaryDirectory(prefix="riskreg-pack-") as folder:
        output = Path(folder) / "pack.pdf"
        command = [sys.executable, "-m", "riskreg.packs.engine", str(output), identifier]
        environ = os.environ | {"SOURCE_DATE_EPOCH": str(made_at), "PYTHONHASHSEED": "0"}
        errors = _run(command, html.encode(), environ, progress)
        if not output.exists():
            raise _failure(errors)
        return Pdf(content=output.read_bytes(), page_count=_page_count(errors))


def load_weasyprint() -> Any:
    """The WeasyPrint module, with our own fonts as the only ones; raises Unavailable without Pango."""
    if "weasyprint" not in sys.modules:
        _use_own_fonts()
    try:
        import weasyprint  # noqa: PLC0415 - half of the start-up time
    except OSError as error:
        raise Unavailable(PANGO_ADVICE) from error
    return weasyprint


def _use_own_fonts() -> None:
    """WeasyPrint fails when fontconfig finds no font, and must not depend on the machine's fonts."""
    folder = Path(tempfile.gettempdir()) / f"riskreg-fonts-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    configuration = folder / "fonts.conf"
    text = FONTCONFIG.format(fonts=FONTS, cache=folder / "cache")
    if not configuration.exists() or configuration.read_text() != text:
        configuration.write_text(text)
    os.environ["FONTCONFIG_FILE"] = str(configuration)


def _run(
    command: list[str], html: bytes, environ: dict[str, str], progress: Progress | None
) -> list[str]:
    lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environ
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
                lines.append(line)
                _report(line, progress)
        except BaseException:
            child.kill()
            raise
        finally:
            timer.cancel()
    if child.returncode < 0:
        lines.append("killed")
    return lines[-200:]


def _feed(stdin: IO[bytes], html: bytes) -> None:
    try:
        stdin.write(html)
        stdin.close()
    except BrokenPipeError:
        pass  # the child ended early; its exit status says why


def _report(line: str, progress: Progress | None) -> None:
    if progress is None or not line.startswith("progress "):
        return
    step = line.removeprefix("progress Step ")
    if "Page " in step:
        page = step.rpartition("Page ")[2]
        progress(int(page) if page.isdigit() else 0, None, f"Laying out page {page}")
    elif step[:1].isdigit():
        progress(int(step[0]), STEPS, "Making the PDF")


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


def _page_count(lines: list[str]) -> int:
    counts = [line.removeprefix("pages ") for line in lines if line.startswith("pages ")]
    return int(counts[-1])


def main() -> int:
    """The child: read HTML, write the PDF, report on standard error."""
    output, identifier = Path(sys.argv[1]), sys.argv[2]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    gc.disable()
    html = sys.stdin.buffer.read().decode()
    try:
        weasyprint = load_weasyprint()
    except Unavailable as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("progress %(message)s"))
    logger = logging.getLogger("weasyprint.progress")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    document = weasyprint.HTML(string=html, base_url=BASE, url_fetcher=_fetcher(weasyprint)).render(
        pdf_variant="pdf/ua-1"
    )
    sys.stderr.write(f"pages {len(document.pages)}\n")
    content = document.write_pdf(pdf_identifier=identifier.encode(), pdf_variant="pdf/ua-1")
    output.write_bytes(content)
    return 0


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
            return weasyprint.urls.URLFetcherResponse(url, path.read_bytes(), {"Content-Type": mime})

    return Fetcher(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)


if __name__ == "__main__":
    sys.exit(main())
