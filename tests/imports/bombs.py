"""Small files that want to become large, deep or something else; each is made when asked for."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping

from riskreg.imports.formats.xlsx import OLE_MAGIC
from tests.imports.tables import xlsx_bytes
from tests.imports.test_xlsx import ODS_TABLE

SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = "<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;&b;'>]><a>&c;</a>"
OUTSIDE = "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"
ALIASES = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\n"
ENTITY = "apiVersion: backstage.io/v1alpha1\nkind: Group\n"
BOOK = xlsx_bytes({"A": [["Title", "Impact"], ["Fire", 1]]})
CELL = '<table:table-cell office:value-type="string"{}><text:p>x</text:p></table:table-cell>'


def packed(members: Mapping[str, str | bytes]) -> bytes:
    """A zip with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def changed(member: str, old: str, new: str) -> bytes:
    """A good workbook with something else in one member."""
    with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    text = str(members[member], "utf-8")
    assert old in text
    return packed({**members, member: text.replace(old, new).encode()})


def ods(rows: str) -> bytes:
    """A sheet of OpenDocument."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": kind, "content.xml": ODS_TABLE.format(rows=rows)})


WORKBOOKS: dict[str, Callable[[], bytes]] = {
    "zeros.xlsx": lambda: packed({SHEET: b"0" * 30_000_000}),
    "many-members.xlsx": lambda: packed({f"p{number}": "x" for number in range(1_001)}),
    "zip-in-zip.xlsx": lambda: packed({"a.xlsx": packed({SHEET: b"0" * 1_000_000}) * 9}),
    "climbing.xlsx": lambda: packed({"../../../../tmp/x": "x", "/etc/passwd": "x"}),
    "laughs.xlsx": lambda: packed({"xl/workbook.xml": LAUGHS}),
    "laughs-utf-16.xlsx": lambda: packed({"xl/workbook.xml": LAUGHS.encode("utf-16")}),
    "outside.xlsx": lambda: packed({"xl/sharedStrings.xml": OUTSIDE}),
    "laughs.ods": lambda: packed({"content.xml": LAUGHS}),
    "deep.ods": lambda: packed({"content.xml": "<a b='" + "'><a b='".join(map(str, range(9**4)))}),
    "no-members.xlsx": lambda: packed({}),
    "cut.xlsx": lambda: BOOK[: len(BOOK) // 2],
    "no-directory.xlsx": lambda: BOOK[:-22],
    "wrong-crc.xlsx": lambda: BOOK.replace(BOOK[14:18], b"\1\2\3\4"),
    "last-corner.xlsx": lambda: changed(SHEET, 'r="B2"', 'r="XFD1048576"'),
    "past-the-corner.xlsx": lambda: changed(SHEET, 'r="B2"', 'r="ZZZZZZ99999999999"'),
    "no-such-string.xlsx": lambda: changed(SHEET, "<v>0</v>", "<v>4294967295</v>"),
    "columns-repeated.ods": lambda: ods(
        "<table:table-row>"
        + CELL.format(' table:number-columns-repeated="99999999"')
        + "</table:table-row>"
    ),
    "rows-repeated.ods": lambda: ods(
        '<table:table-row table:number-rows-repeated="99999999">'
        + CELL.format("")
        + "</table:table-row>"
    ),
    "garbage.xls": lambda: OLE_MAGIC + bytes(range(256)) * 40,
    "full.xls": lambda: OLE_MAGIC + b"\xff" * 10_000,
    "empty.xls": lambda: OLE_MAGIC,
}
TEXTS: dict[str, Callable[[], bytes]] = {
    "deep-lists.json": lambda: b"[" * 200_000,
    "deep-records.json": lambda: b'{"data":' * 100_000,
    "long-number.json": lambda: b'[{"title": ' + b"9" * 100_000 + b"}]",
    "many-fields.json": lambda: json.dumps([{f"f{number}": 1 for number in range(101)}]).encode(),
    "half-a-sign.json": lambda: b'[{"title": "\\ud83d"}]',
    "nul.json": lambda: b'[{"title": "\\u0000"}]',
    "text.json": lambda: b'"only a text"',
    "numbers.json": lambda: b"[1, 2, 3]",
    "huge-cell.csv": lambda: b"title,impact\n" + b"x" * 1_000_000 + b",1\n",
    "open-quote.csv": lambda: b'title,impact\n"' + b"x,1\n" * 20_000,
    "many-rows.csv": lambda: b"title,impact\n" + b"x,1\n" * 20_100,
    "nul.csv": lambda: b"title,impact\nFire\0,1\n",
    "only-nuls.csv": lambda: bytes(100_000),
    "half-utf-16.csv": lambda: b"\xff\xfet\0i\0t",
    "no-utf-32.csv": lambda: b"\xff\xfe\0\0" + b"\xff" * 400,
    "lone-half.csv": lambda: b"\xff\xfe" + b"\x3d\xd8\x41\0" * 40,
    "too-large.csv": lambda: bytes(10 * 1024 * 1024 + 1),
    "picture.csv": lambda: b"\x89PNG\r\n\x1a\n,title\n1,2\n",
    "paper.xlsx": lambda: b"%PDF-1.7\n" + BOOK,
    "page.xls": lambda: b"<html><script>alert(1)</script><table><tr><td>title",
    "laughs.xml": lambda: b'<?xml version="1.0"?>' + LAUGHS.encode(),
    "aliases.yaml": lambda: ALIASES.encode(),
}
CATALOGUES: dict[str, Callable[[], bytes]] = {
    "aliases.yaml": lambda: (ENTITY + ALIASES).encode(),
    "itself.yaml": lambda: (ENTITY + "spec: &a [*a]\n").encode(),
    "merged.yaml": lambda: (ENTITY + "x: &x {a: b}\nspec: {<<: *x}\n").encode(),
    "deep.yaml": lambda: (ENTITY + "spec: " + "[" * 5_000 + "]" * 5_000).encode(),
    "many.yaml": lambda: (ENTITY + "spec: [" + "x," * 200_001 + "]\n").encode(),
    "open.yaml": lambda: (ENTITY + 'spec: "never closed\n').encode(),
    "nul.yaml": lambda: (ENTITY + "spec: a\0b\n").encode(),
}
