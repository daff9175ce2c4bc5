"""Each format: exact cells, no formulas, flat memory."""

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.exports.commands import FORMATS, KINDS
from riskreg.exports.kinds import Book, Row, Sheet
from riskreg.exports.queries import known_formats, known_tables
from riskreg.imports.reading import read
from riskreg.lib.tables import undo_defuse
from tests.corpora import cases

FORMULAS = cases("formulas")
# As a spreadsheet looks at a cell, after all that it leaves out.
BEGIN = re.compile(r"[\t\r\n]|[^\w'\"({\u2013]*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def book_of(rows: list[Row], columns: tuple[str, ...] = ("ref", "title")) -> Book:
    def again() -> Iterator[Row]:
        yield from rows

    return Book(name="test", data=Sheet(name="data", columns=columns, rows=again), count=len(rows))


def written(name: str, book: Book) -> bytes:
    return b"".join(known_formats()[name].write(book))


@pytest.mark.asvs("v5.0.0-1.2.10")
def test_csv_has_no_cell_that_runs() -> None:
    data = written("csv", book_of([(text, text) for text in FORMULAS])).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data, newline="")))[1:]
    assert [cell for row in rows for cell in row if BEGIN.match(cell)] == []
    assert [[undo_defuse(cell) for cell in row] for row in rows] == [
        [text] * 2 for text in FORMULAS
    ]
    assert len([text for text in FORMULAS if BEGIN.match(text)]) >= 40


@pytest.mark.asvs("v5.0.0-1.2.10")
def test_a_workbook_has_no_formula() -> None:
    data = written("xlsx", book_of([("R-1", text) for text in FORMULAS]))
    sheet = openpyxl.load_workbook(io.BytesIO(data))["data"]
    cells = [row[1] for row in sheet.iter_rows(min_row=2)]
    assert {(cell.data_type, cell.hyperlink) for cell in cells} == {("s", None)}
    assert len(cells) == len(FORMULAS)


@pytest.mark.parametrize("name", ["csv", "json", "xlsx"])
def test_our_own_reader_sees_the_texts_as_they_were(name: str) -> None:
    texts = [text for text in FORMULAS if text.strip() == text and "\r" not in text]
    table = read(written(name, book_of([("R-1", text) for text in texts])), f"x.{name}")[0]
    assert [row.cells[1] for row in table.rows] == texts


def test_a_number_stays_one() -> None:
    assert written("csv", book_of([(-1, -2.5)])).endswith(b"\r\n-1,-2.5\r\n")


def test_types_are_kept() -> None:
    row: Row = (
        1,
        2.5,
        True,
        date(2026, 1, 31),
        datetime(2026, 1, 31, 9, 5, tzinfo=UTC),
        ("a", "b"),
    )
    columns = ("int", "float", "yes", "on", "at", "list")
    book = book_of([row, (None,) * 6], columns)
    first, empty = json.loads(written("json", book))["data"]
    assert list(first.values()) == [
        *(1, 2.5, True, "2026-01-31", "2026-01-31T09:05:00+00:00", ["a", "b"])
    ]
    assert set(empty.values()) == {None}
    lines = written("csv", book).decode("utf-8-sig").splitlines()
    assert lines[1] == "1,2.5,yes,2026-01-31,2026-01-31T09:05:00+00:00,a; b"
    sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx", book)))["data"]
    assert [cell.value for cell in sheet[2]] == [
        *(1, 2.5, "yes", datetime(2026, 1, 31), datetime(2026, 1, 31, 9, 5), "a; b")  # noqa: DTZ001
    ]
    assert sheet.freeze_panes == "B2"


def test_an_empty_list_is_a_file_too() -> None:
    assert json.loads(written("json", book_of([]))) == {"data": []}
    assert written("csv", book_of([])) == b"\xef\xbb\xbfref,title\r\n"


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")))))
def test_csv_gives_every_text_back(texts: list[str]) -> None:
    data = written("csv", book_of([("R-1", text) for text in texts])).decode("utf-8-sig")
    cells = [row[1] for row in csv.reader(io.StringIO(data, newline=""))][1:]
    assert [undo_defuse(cell) for cell in cells] == texts


@pytest.mark.parametrize("name", ["csv", "json", "xlsx"])
def test_memory_does_not_grow_with_the_rows(name: str) -> None:
    def peak(count: int) -> int:
        def rows() -> Iterator[Row]:
            for number in range(count):
                yield (f"R-{number}", "A title of a usual length, some forty letters")

        sheet = Sheet(name="data", columns=("ref", "title"), rows=rows)
        tracemalloc.start()
        for _piece in known_formats()[name].write(Book(name="x", data=sheet, count=count)):
            pass
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    assert peak(20_000) < peak(2_000) + 1_000_000


def test_the_command_names_every_kind_and_format() -> None:
    assert sorted(known_tables()) == sorted(KINDS)
    assert sorted(known_formats()) == sorted(FORMATS)
