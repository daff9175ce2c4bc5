"""Exports of a whole register against a streamed Core query and a bare XlsxWriter."""

import csv
import io
import resource
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from time import process_time
from typing import Any

import xlsxwriter
from sqlalchemy import select

from bench.registers import register
from bench.rows import Row
from riskreg.db import db
from riskreg.exports.kinds import Asked, Book
from riskreg.exports.queries import book_of, known_formats
from riskreg.lib.dates import today
from riskreg.org.models import Person, System, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.models import Assessment, Risk

SIZES = (10_000, 100_000)
MEMORY_MIB = 50
FIRST_BYTE_MS = 100


def run() -> list[Row]:
    """CPU time of CSV and XLSX in their baselines; first byte and memory at 100,000."""
    rows: list[Row] = []
    for size in SIZES:
        with register(size) as (app, _client), app.test_request_context():
            rows += _times(size)
            if size == SIZES[-1]:
                rows += _limits()
    return rows


def _times(size: int) -> list[Row]:
    """The workbook at the smaller size only: a bare one of 100,000 rows takes minutes."""
    small = size == SIZES[0]
    written = (("csv", _plain_csv), ("xlsx", _plain_xlsx)) if small else (("csv", _plain_csv),)
    return [
        Row(
            what=f"{name} of {size:,}",
            ours=min(_cpu_ms(partial(_drain, name)) for _ in range(3)),
            baseline=min(_cpu_ms(baseline) for _ in range(3)),
            budget=1.5,
        )
        for name, baseline in written
    ]


def _limits() -> list[Row]:
    first = Row(
        what="first byte of csv, 100k",
        ours=min(_cpu_ms(_first_piece) for _ in range(3)),
        baseline=FIRST_BYTE_MS,
        budget=1,
    )
    grown = [
        Row(
            what=f"memory of {name}, 100k",
            ours=_grown_mib(partial(_drain, name)),
            baseline=MEMORY_MIB,
            budget=1,
            unit="Mi",
        )
        for name in ("csv", "xlsx")
    ]
    return [first, *grown]


def _book() -> Book:
    asked = Asked(actor=SYSTEM_ACTOR, team=None, today=today(), filters={"status": "all"})
    return book_of("risks", asked)


def _drain(name: str) -> None:
    for _piece in known_formats()[name].write(_book()):
        pass
    db.session.rollback()


def _first_piece() -> None:
    next(known_formats()["csv"].write(_book()))
    db.session.rollback()


def _cpu_ms(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return (process_time() - start) * 1000


def _grown_mib(work: Callable[[], object]) -> float:
    """The most that a process of its own grows above where it began."""
    receiver, sender = Pipe(duplex=False)
    child = get_context("fork").Process(target=_grow, args=(work, sender))
    child.start()
    grown: float = receiver.recv()
    child.join()
    return grown


def _grow(work: Callable[[], object], sender: Connection) -> None:
    db.session.remove()
    db.engine.dispose(close=False)
    before = _most_mib()
    work()
    sender.send(_most_mib() - before)


def _most_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _streamed(table: Any, *joined: Any) -> Iterator[Any]:
    query = select(*table.__table__.columns, *joined)
    if joined:
        query = query.outerjoin(Team, Team.id == Risk.team_id)
        query = query.outerjoin(System, System.id == Risk.system_id)
        query = query.outerjoin(Person, Person.id == Risk.owner_id)
    with db.engine.connect() as connection:
        yield from connection.execution_options(yield_per=1_000).execute(query)


def _risks() -> Iterator[Any]:
    return _streamed(Risk, Team.slug, Team.name, System.key, System.name, Person.email, Person.name)


def _plain_csv() -> None:
    with tempfile.TemporaryFile("w", newline="") as file:
        csv.writer(file).writerows(_risks())


def _plain_xlsx() -> None:
    """The same two long sheets, the cells as they come."""
    book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True, "remove_timezone": True})
    for rows in (_risks(), _streamed(Assessment)):
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            for at, cell in enumerate(row):
                if cell is not None and cell != "":
                    page.write(number, at, cell if isinstance(cell, int | str) else str(cell))
    book.close()
