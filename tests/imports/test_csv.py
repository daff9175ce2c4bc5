"""Text tables: encodings, delimiters, quotes, line ends."""

import pytest

from riskreg.imports.formats.csv import sniffed_delimiter
from riskreg.imports.kinds import ImportRefused
from riskreg.imports.limits import ROWS_MAX
from tests.imports.tables import csv_bytes, table

HEADER = ("Title", "Owner", "Likelihood", "Impact")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_finds_the_delimiter(delimiter: str) -> None:
    found = table(csv_bytes(HEADER, ("Spill; a, b | c", "Ann", 3, 4), delimiter=delimiter))
    assert found.columns == HEADER
    assert found.rows[0].cells == ("Spill; a, b | c", "Ann", "3", "4")


def test_a_delimiter_inside_quotes_does_not_count() -> None:
    text = 'name;controls\nFire;"a,b,c,d,e"\nFlood;"a,b,c,d,e"\n'
    assert sniffed_delimiter(text) == ";"


def test_obeys_a_sep_line_and_still_counts_it() -> None:
    found = table(b"sep=;\nTitle;Owner\nFire;Ann\n")
    assert found.columns == ("Title", "Owner")
    assert [row.line for row in found.rows] == [3]


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_finds_the_encoding_and_shows_it(encoding: str, shown: str) -> None:
    found = table("Titre,Propriétaire\nIncendie,Zoë – Lyon\n".encode(encoding))
    assert found.columns == ("Titre", "Propriétaire")
    assert found.rows[0].cells[1] == "Zoë – Lyon"
    assert found.recognised["encoding"] == shown


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_reads_any_line_end_and_skips_blank_lines(end: str) -> None:
    text = end.join(["Title,Owner", "Fire,Ann", "", " , ", "Flood,Bob", "", ""])
    found = table(text.encode())
    assert [(row.line, row.cells[0]) for row in found.rows] == [(2, "Fire"), (5, "Flood")]


def test_a_row_has_the_line_it_starts_on() -> None:
    found = table(b'Title,Notes\nFire,"one\ntwo\nthree"\nFlood,x\n')
    assert [row.line for row in found.rows] == [2, 5]


def test_trims_cells_and_undoes_the_guard_of_formulas() -> None:
    found = table(csv_bytes(("Title", "Notes"), (" Fire ", "'=1+1"), ("'@home", "'tis")))
    assert [row.cells for row in found.rows] == [("Fire", "=1+1"), ("@home", "'tis")]


def test_refuses_a_quote_that_is_never_closed() -> None:
    with pytest.raises(ImportRefused, match="line 3 is never closed"):
        table(b'Title,Owner\nFire,Ann\nFlood,"Bob\nStorm,Cy\n')


def test_refuses_a_cell_longer_than_a_cell_can_be() -> None:
    with pytest.raises(ImportRefused, match="Line 2 cannot be read"):
        table(b'Title,Owner\n"' + b"x" * 200_000 + b'",Ann\n')


@pytest.mark.parametrize("data", [b"Title,Owner\nFi\0re,Ann\n", b"\xff\xfe\x00", b"\x00\x01\x02"])
def test_refuses_what_is_not_text(data: bytes) -> None:
    with pytest.raises(ImportRefused, match=r"Nothing was stored\.$"):
        table(data)


def test_takes_the_most_rows_and_refuses_one_more() -> None:
    most = b"Title\n" + b"Fire\n" * ROWS_MAX
    assert len(table(most).rows) == ROWS_MAX
    with pytest.raises(ImportRefused, match="rows"):
        table(most + b"Fire\n")
    with pytest.raises(ImportRefused, match="rows"):
        table(most + b"Fire\n" * 100)


def test_one_column_is_a_list() -> None:
    found = table(b"Title\nFire\nFlood\n")
    assert found.columns == ("Title",)
    assert len(found.rows) == 2
