"""Importing ten thousand rows, preview and all, against a bare insert of the same rows."""

import csv
import io
import resource
import tempfile
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import create_engine, insert, select

from bench.registers import register
from bench.rows import Row
from riskreg.db import Base, db, transaction
from riskreg.imports.decisions import Decisions
from riskreg.imports.run import Source
from riskreg.imports.services import import_rows, reading_of, tried
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.queries import root_team
from riskreg.risks.models import Risk

ROWS = 10_000
MOST_SECONDS, MOST_MIB = 20, 300
# What each row is read, checked, rated, ordered and written to the trail for, twice over.
BARE_INSERTS = 60


def run() -> list[Row]:
    """Seconds and MiB of preview and import in a process of its own; CPU time in bare inserts."""
    with register(10) as (app, _client), app.app_context():
        db.session.remove()
        db.engine.dispose()
        receiver, sender = Pipe(duplex=False)
        child = get_context("fork").Process(target=_measure, args=(sender,))
        child.start()
        seconds, cpu_ms, grown_mib = receiver.recv()
        child.join()
        bare_ms = _bare_insert_ms()
    what = "import of 10,000 rows with preview"
    return [
        Row(what=what, ours=seconds, baseline=MOST_SECONDS, budget=1, unit="s"),
        Row(what=f"{what}, memory", ours=grown_mib, baseline=MOST_MIB, budget=1, unit="Mi"),
        Row(what=f"{what}, in inserts", ours=cpu_ms, baseline=bare_ms, budget=BARE_INSERTS),
    ]


def _measure(sender: Connection) -> None:
    data = _file()
    before_mib = _most_mib()
    start, cpu = perf_counter(), process_time()
    with transaction():
        _import(data, is_trial=True)
    with transaction():
        _import(data, is_trial=False)
    taken = perf_counter() - start, (process_time() - cpu) * 1000
    sender.send((*taken, _most_mib() - before_mib))


def _import(data: bytes, *, is_trial: bool) -> None:
    team = root_team()
    assert team is not None
    found = reading_of(data, "bench.csv", Decisions()).found
    source = Source(team=team, file_name="bench.csv", is_trial=is_trial)
    take = tried if is_trial else import_rows
    done = take(SYSTEM_ACTOR, found, source)
    assert not done.outcome.errors, done.outcome.errors[:3]
    assert done.report["created"] == ROWS, done.report


def _file() -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["Title", "Kind", "Cause", "Likelihood", "Impact", "Effort", "Tags", "Description"]
    )
    for n in range(ROWS):
        writer.writerow(
            [
                f"Restore number {n} was never tried",
                ("operational", "security")[n % 2],
                f"nobody owns step {n}",
                1 + n % 5,
                1 + n % 4,
                1 + n % 90,
                f"area-{n % 12}",
                "What happened last time is written down in the review of that week.",
            ]
        )
    return text.getvalue().encode()


def _bare_insert_ms() -> float:
    """CPU time of storing the same risks with one Core statement, without thinking."""
    row = db.session.execute(select(Risk.__table__).limit(1)).one()._asdict()
    rows = [row | {"id": n, "form_key": None} for n in range(1, ROWS + 1)]
    with tempfile.TemporaryDirectory(prefix="riskreg-bench-") as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'bare.db'}")
        Base.metadata.create_all(engine, tables=[Base.metadata.tables["risk"]])
        start = process_time()
        with engine.begin() as connection:
            connection.execute(insert(Base.metadata.tables["risk"]), rows)
        taken = (process_time() - start) * 1000
        engine.dispose()
    return taken


def _most_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
