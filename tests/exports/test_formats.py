"""Each format: exact cells, no formulas, flat memory."""

import csv
import io
import json
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

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("https://example.org","x")',
    "=cmd|' /C calc'!A0",
    "'=1",
    "''=1",
    "-",
    "– a dash",
    "'quoted'",
    "plain",
    "2026-01-31",
    "007",
]


def book_of(rows: list[Row], columns: tuple[str, ...] = ("ref", "title")) -> Book:
    def again() -> Iterator[Row]:
        yield from rows

    return Book(name="test", data=Sheet(name="data", columns=columns, rows=again), count=len(rows))


def written(name: str, book: Book) -> bytes:
    return b"".join(known_formats()[name].write(book))


@pytest.mark.asvs("v5.0.0-1.2.10")
@pytest.mark.parametrize("text", FORMULAS)
def test_csv_has_no_cell_that_runs(text: str) -> None:
    data = written("csv", book_of([("R-1", text)])).decode("utf-8-sig")
    cell = list(csv.reader(io.StringIO(data, newline="")))[1][1]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert undo_defuse(cell) == text


@pytest.mark.asvs("v5.0.0-1.2.10")
@pytest.mark.parametrize("text", [text for text in FORMULAS if text.strip() == text])
def test_a_workbook_has_no_formula(text: str) -> None:
    data = written("xlsx", book_of([("R-1", text)]))
    cell = openpyxl.load_workbook(io.BytesIO(data))["data"]["B2"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert cell.value in {text, f"'{text}"}


@pytest.mark.parametrize("name", ["csv", "xlsx"])
@pytest.mark.parametrize("text", [text for text in FORMULAS if text.strip() == text])
def test_our_own_reader_sees_the_text_as_it_was(name: str, text: str) -> None:
    table = read(written(name, book_of([("R-1", text)])), f"x.{name}")[0]
    assert table.rows[0].cells[1] == text


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
