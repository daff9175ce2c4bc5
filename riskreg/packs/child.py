"""The program that a press starts: prints HTML and joins PDFs, each file in a process of its own.

Its argument says how far it steps back for others. An order is a line of JSON on standard input:
`task`, `output` and what the task needs. What it is at and how it ended goes to standard error, a
line each: progress, pages, font, done. See engine.py.
"""

import ctypes.util
import gc
import json
import logging
import os
import resource
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from riskreg.errors import Unavailable
from riskreg.packs.engine import BASE, FONTS, MEMORY_BYTES, Step, load_weasyprint
from riskreg.paths import STATIC

Words = dict[str, Any]


def main() -> int:
    """Load WeasyPrint once, then do what is asked until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    os.nice(int(sys.argv[1]))
    gc.disable()  # each process is thrown away: a fifth of the time is saved
    if sys.platform == "linux":
        _guess_no_library_names()
    _say(f"progress {Step.READING} 0")
    try:
        weasyprint = load_weasyprint()
    except Unavailable as error:
        _say(error.message)
        return 1
    _listen()
    for line in sys.stdin:
        _say(f"done {_apart(weasyprint, json.loads(line))}")
    return 0


def _apart(weasyprint: Any, words: Words) -> int:
    """Do it in a process of its own, which gives its memory back; how that ended, 0 if well."""
    number = os.fork()
    if number:
        return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
    status = 1
    try:
        _say(f"pages {_do(weasyprint, words)}")
        status = 0
    finally:
        if status:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(status)


def _do(weasyprint: Any, words: Words) -> int:
    """Make the file; how many pages it has."""
    if words["task"] == "join":
        from riskreg.packs.joining import join  # noqa: PLC0415 - most documents need no joining

        return join(words["parts"], feet=Path(words["feet"]), output=Path(words["output"]))
    return print_html(weasyprint, words)


def print_html(weasyprint: Any, words: Words) -> int:
    """One document from HTML; how many pages it has."""
    variant = "pdf/ua-1" if words["tagged"] else None
    html = weasyprint.HTML(
        string=Path(words["html"]).read_text(), base_url=BASE, url_fetcher=fetcher(weasyprint)
    )
    document = html.render(pdf_variant=variant)
    document.write_pdf(
        words["output"],
        pdf_identifier=words["identifier"].encode(),
        pdf_variant=variant,
        finisher=_names_cells(words["identifier"]),
    )
    for font in document.fonts.values():
        _say(f"font {font.family}")
    return len(document.pages)


def _names_cells(identifier: str) -> Callable[[Any, Any], None]:
    """Give the heads of tables names that are theirs also beside those of another document."""

    def finish(_document: Any, pdf: Any) -> None:
        for element in pdf.objects:
            if isinstance(element, dict) and "ID" in element:
                element["ID"].string = f"{identifier[:12]}-{element['ID'].string}"

    return finish


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
        _say(f"progress {Step.LAYING_OUT} {record.args[0]}")
    elif said.startswith("Step 6"):
        _say(f"progress {Step.DRAWING} 0")


def _say(line: str) -> None:
    """Report; when nobody listens any more, the worker was killed, and so this ends too."""
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except BrokenPipeError:
        os._exit(1)


def fetcher(weasyprint: Any) -> Any:
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
