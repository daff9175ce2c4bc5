"""Packs against plain WeasyPrint on the same HTML: processor time from start to finished file."""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.registers import register
from bench.rows import Row
from riskreg.db import db, transaction
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.queries import root_team
from riskreg.packs.document import pack_html
from riskreg.packs.engine import _environment, render_pdf
from riskreg.packs.kinds import PackKind
from riskreg.packs.services import freeze

# Risks in the register, and about the pages that makes.
SIZES = ((50, 10), (450, 50), (900, 100))
BUDGET = 0.85
ROUNDS = 3
# What one would write without us: the same sheets, fonts and tags, nothing else.
PLAIN = """
import sys, weasyprint
from riskreg.packs.engine import BASE, _fetcher
html = weasyprint.HTML(string=sys.stdin.read(), base_url=BASE, url_fetcher=_fetcher(weasyprint))
html.write_pdf(sys.argv[1], pdf_variant="pdf/ua-1")
"""


def run() -> list[Row]:
    """The better of three rounds each, taken in turns so that a busy moment meets both."""
    rows = []
    for risks, _pages in SIZES:
        html = _html(risks)
        taken = [(_cpu_ms(_ours(html)), _cpu_ms(_plain(html))) for _ in range(ROUNDS)]
        count = render_pdf(html, identifier="bench", made_at=0).page_count
        rows.append(
            Row(
                what=f"pack of {count} pages",
                ours=min(ours for ours, _ in taken),
                baseline=min(plain for _, plain in taken),
                budget=BUDGET,
            )
        )
    return rows


def _html(risks: int) -> str:
    with register(risks) as (app, _client), app.app_context():
        team = root_team()
        assert team is not None
        with transaction():
            snapshot = freeze(SYSTEM_ACTOR, kind=PackKind.REGISTER, team=team)
            db.session.flush()
            return pack_html(snapshot)


def _ours(html: str) -> Callable[[], object]:
    return lambda: render_pdf(html, identifier="bench", made_at=0)


def _plain(html: str) -> Callable[[], object]:
    def make() -> None:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-c", PLAIN, f"{folder}/plain.pdf"]
            environment = _environment(Path(folder), 0)
            subprocess.run(command, input=html, text=True, env=environment, check=True)

    return make


def _cpu_ms(work: Callable[[], object]) -> float:
    """Processor time of the processes that the work starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
