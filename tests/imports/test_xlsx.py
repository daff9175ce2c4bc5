"""Workbooks, and files that only pretend to be one."""

import io
import zipfile
import zlib
from datetime import date, datetime

import pytest
import xlsxwriter

from riskreg.imports.formats.xlsx import OLE_MAGIC
from riskreg.imports.kinds import ImportRefused
from riskreg.imports.limits import MEMBERS_MAX
from riskreg.imports.reading import likeliest, read
from tests.imports.tables import table, xlsx_bytes

HEADER = ["Title", "Likelihood", "Impact"]
ODS_TABLE = (
    '<?xml version="1.0"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="Risks">{rows}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)


def test_reads_numbers_days_and_row_numbers() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.merge_range(0, 0, 0, 3, "The register of Larkmere")
        sheet.write_row(1, 0, ["Title", "Likelihood", "Effort", "Due date"])
        sheet.write_row(3, 0, ["Fire", 3, 2.5])
        sheet.write_datetime(3, 3, datetime(2026, 3, 31, 12, 30), day)  # noqa: DTZ001 - as Excel
    found = table(buffer.getvalue())
    assert found.header_line == 2
    assert [row.line for row in found.rows] == [4]
    assert found.rows[0].cells == ("Fire", 3, 2.5, date(2026, 3, 31))
    assert found.recognised["sheet"] == "Sheet1"


def test_leaves_hidden_and_empty_sheets_out() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        workbook.add_worksheet("Open").write_row(0, 0, HEADER)
        workbook.add_worksheet("Empty")
        hidden = workbook.add_worksheet("Hidden")
        hidden.write_row(0, 0, HEADER)
        hidden.hide()
    assert [found.name for found in read(buffer.getvalue(), "a.xlsx")] == ["Open"]


def test_names_the_sheets_when_the_asked_one_is_missing() -> None:
    tables = read(xlsx_bytes({"One": [HEADER], "Two": [HEADER]}), "a.xlsx")
    assert likeliest(tables, "Two").name == "Two"
    with pytest.raises(ImportRefused, match="it has: One, Two"):
        likeliest(tables, "Three")


def test_reads_open_document_sheets() -> None:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in HEADER
    )
    data = _zip(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": ODS_TABLE.format(rows=f"<table:table-row>{cells}</table:table-row>"),
            "META-INF/manifest.xml": "<manifest/>",
        }
    )
    assert list(table(data, "a.ods").columns) == HEADER


def test_one_cell_in_the_last_corner_is_refused_and_harms_nobody() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write(1_048_575, 16_383, "here")
    with pytest.raises(ImportRefused, match="needs more memory or time"):
        table(buffer.getvalue())


def test_refuses_more_rows_than_allowed() -> None:
    data = xlsx_bytes({"Register": [HEADER, *([f"Fire {row}", 1, 1] for row in range(20_060))]})
    with pytest.raises(ImportRefused, match="“Register” has more than 20000 rows"):
        table(data)


def test_refuses_too_many_parts() -> None:
    with pytest.raises(ImportRefused, match=f"holds {MEMBERS_MAX + 1} parts"):
        table(_zip({f"part{number}": "x" for number in range(MEMBERS_MAX + 1)}))


@pytest.mark.asvs("v5.0.0-5.2.3")
def test_refuses_what_grows_more_than_a_hundred_times() -> None:
    with pytest.raises(ImportRefused, match="more than 100 times"):
        table(_zip({"xl/worksheets/sheet1.xml": " " * 5_000_000}))


def test_refuses_a_directory_that_lies_about_the_size() -> None:
    honest = _zip({"xl/worksheets/sheet1.xml": " " * 5_000_000})
    size = (5_000_000).to_bytes(4, "little")
    forged = honest.replace(size, (50).to_bytes(4, "little"))
    assert forged != honest
    with pytest.raises(ImportRefused, match="damaged"):
        table(forged)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_refuses_a_document_type_declaration(encoding: str) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'.encode(encoding)
    with pytest.raises(ImportRefused, match="document type declaration"):
        table(_zip({"xl/workbook.xml": bomb}))


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04",
        b"PK\x03\x04" + bytes(100),
        OLE_MAGIC + bytes(2_000),
        xlsx_bytes({"A": [HEADER]})[:-200],
        zlib.compress(b"x") + b"PK\x03\x04",
    ],
)
def test_refuses_damaged_workbooks(data: bytes) -> None:
    with pytest.raises(ImportRefused, match=r"Nothing was stored\.$"):
        table(data, "a.xlsx")


def test_refuses_a_workbook_without_a_table() -> None:
    with pytest.raises(ImportRefused, match="no table"):
        table(xlsx_bytes({"Empty": []}))


def _zip(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()
