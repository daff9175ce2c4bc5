"""Packs against plain WeasyPrint on the same HTML, from start to finished file.

Packs of one document by processor time; large ones, which two processes make, by the clock and by
the memory of the largest process: cold, with 2 % of the rows changed, and with nothing changed.
"""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.registers import register
from bench.rows import Row
from riskreg.db import db, transaction
from riskreg.lib.hashing import digest
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.queries import root_team
from riskreg.packs.document import pack_html, pack_pdf
from riskreg.packs.engine import _environment, render_pdf
from riskreg.packs.kinds import PackKind
from riskreg.packs.large import NICE
from riskreg.packs.models import Snapshot
from riskreg.packs.sections import register as section
from riskreg.packs.services import freeze

# Risks in the register; some are closed, and about 15 rows make a page.
SIZES = (50, 450, 900)
BUDGET = 0.85
ROUNDS = 3
CHANGED_SHARE = 0.02
# What one would write without us: the same sheets, fonts and tags, as nice, and nothing else.
PLAIN = """
import os, sys, weasyprint
from riskreg.packs.child import fetcher
from riskreg.packs.engine import BASE
os.nice(int(sys.argv[2]))
html = weasyprint.HTML(string=sys.stdin.read(), base_url=BASE, url_fetcher=fetcher(weasyprint))
html.write_pdf(sys.argv[1], pdf_variant="pdf/ua-1")
"""


@dataclass(frozen=True, kw_only=True)
class Large:
    """How many risks, and what is allowed of plain WeasyPrint's time and memory."""

    risks: int
    cold: float
    changed: float
    same: float
    memory: float


LARGE = (  # about 220 and 1,100 pages
    Large(risks=3_850, cold=0.65, changed=0.3, same=0.12, memory=1.0),
    Large(risks=19_300, cold=0.5, changed=0.2, same=0.08, memory=0.45),
)


def run() -> list[Row]:
    """All sizes."""
    return [*(_one_document(risks) for risks in SIZES), *_large_ones()]


def _one_document(risks: int) -> Row:
    """The better of three rounds, taken in turns so that a busy moment meets both."""
    with register(risks) as (app, _client), app.app_context():
        html = pack_html(_frozen())
    taken = [(_cpu_ms(_ours(html)), _cpu_ms(_plain(html))) for _ in range(ROUNDS)]
    return Row(
        what=f"pack of {risks} risks",
        ours=min(ours for ours, _ in taken),
        baseline=min(plain for _, plain in taken),
        budget=BUDGET,
    )


def _large_ones() -> list[Row]:
    return [row for large in LARGE for row in _large(large)]


def _large(large: Large) -> list[Row]:
    """Cold, then with 2 % of the rows changed, then the same once more, and the most memory."""
    usual, section.ROWS_MAX = section.ROWS_MAX, large.risks
    try:
        with register(large.risks) as (app, _client), app.app_context():
            snapshot = _frozen()
            html = pack_html(snapshot)
            rows = sum(len(group["rows"]) for group in _groups(snapshot.data))
            plain = _taken(_plain(html, nice=NICE))
            cold = _taken(lambda: pack_pdf(snapshot))
            changed = _taken(lambda: pack_pdf(_changed(snapshot)))
            same = _taken(lambda: pack_pdf(snapshot))
    finally:
        section.ROWS_MAX = usual
    what = f"pack of {rows:,} rows"
    return [
        Row(what=f"{what}, cold", ours=cold.ms, baseline=plain.ms, budget=large.cold),
        Row(what=f"{what}, 2 % changed", ours=changed.ms, baseline=plain.ms, budget=large.changed),
        Row(what=f"{what}, unchanged", ours=same.ms, baseline=plain.ms, budget=large.same),
        Row(
            what=f"{what}, largest process",
            ours=max(cold.mib, changed.mib, same.mib),
            baseline=plain.mib,
            budget=large.memory,
            unit="MiB",
        ),
    ]


def _frozen() -> Snapshot:
    """A snapshot of the register, with what it needs of the database already read."""
    team = root_team()
    assert team is not None
    with transaction():
        snapshot = freeze(SYSTEM_ACTOR, kind=PackKind.REGISTER, team=team)
        db.session.flush()
        return _copied(snapshot, snapshot.data)


def _groups(data: dict[str, Any]) -> Any:
    return data["sections"]["register"]["groups"]


def _copied(snapshot: Snapshot, data: dict[str, Any]) -> Snapshot:
    return Snapshot(
        id=snapshot.id,
        kind=snapshot.kind,
        data=data,
        sha256=digest(data),
        made_at=snapshot.made_at,
    )


def _changed(snapshot: Snapshot) -> Snapshot:
    """As it is when 2 % of the rows, side by side in the middle, have another effort."""
    data = deepcopy(snapshot.data)
    rows = [row for group in _groups(data) for row in group["rows"]]
    middle, count = len(rows) // 2, max(1, round(len(rows) * CHANGED_SHARE))
    for row in rows[middle : middle + count]:
        row["effort"] = (row["effort"] or 0) + 1
    return _copied(snapshot, data)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Time by the clock and of processors, and the most memory that a process had."""

    ms: float
    cpu_ms: float
    mib: float


def _taken(work: Callable[[], object]) -> Taken:
    """Do it in a process of its own."""
    start = perf_counter()
    number = os.fork()
    if not number:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    _number, status, usage = os.wait4(number, 0)
    assert status == 0
    return Taken(
        ms=1000 * (perf_counter() - start),
        cpu_ms=1000 * (usage.ru_utime + usage.ru_stime),
        mib=usage.ru_maxrss / 1024,
    )


def _ours(html: str) -> Callable[[], object]:
    return lambda: render_pdf(html, identifier="bench", made_at=0)


def _plain(html: str, *, nice: int = 0) -> Callable[[], object]:
    def make() -> None:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-c", PLAIN, f"{folder}/plain.pdf", str(nice)]
            environment = _environment(Path(folder), 0)
            subprocess.run(command, input=html, text=True, env=environment, check=True)

    return make


def _cpu_ms(work: Callable[[], object]) -> float:
    """Processor time of the processes that the work starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
