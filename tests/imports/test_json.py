"""JSON: our own export and lists of flat records."""

import json

import pytest

from riskreg.imports.kinds import ImportRefused
from tests.imports.tables import table


def test_reads_our_own_shape() -> None:
    data = json.dumps({"data": [{"ref": "R-1", "tags": ["a", "b"]}, {"ref": "R-2", "title": "x"}]})
    found = table(data.encode(), "risks.json")
    assert found.columns == ("ref", "tags", "title")
    assert [row.cells for row in found.rows] == [("R-1", ("a", "b"), None), ("R-2", None, "x")]
    assert [row.line for row in found.rows] == [1, 2]


def test_reads_a_bare_list_and_one_wrapped_twice() -> None:
    assert table(b'[{"title": "Fire"}]', "x").columns == ("title",)
    assert table(b'{"results": {"data": [{"title": "Fire"}]}}', "x").columns == ("title",)


def test_flattens_records_and_tells_what_is_nested_deeper() -> None:
    item = {"title": "Fire", "current": {"likelihood": 3}, "history": [{"at": "2026"}], "on": True}
    found = table(json.dumps([item]).encode(), "x.json")
    assert found.columns == ("title", "current.likelihood", "history", "on")
    assert found.rows[0].cells == ("Fire", 3, None, "yes")
    assert [(note.column, note.message) for note in found.notes] == [
        ("history", "Nested records are not read.")
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"data": [{"title": "Fi', "broken in line 1, column"),
        ('{"event": {"id": 1}}', "not a list of records"),
        ("[1, 2]", "not a list of records"),
        ("[" * 100_000, "too deep"),
        ("[" + "9" * 5_000 + "]", "too long"),
        ('[{"title": "\\ud800"}]', "Line 1 holds a character that is not text"),
        ('[{"title": "a\\u0000b"}]', "Line 1 holds a character that is not text"),
        ("[]", "no table"),
        ("[{}]", "no table"),
    ],
)
def test_refuses_what_is_no_list_of_records(text: str, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason):
        table(text.encode(), "x.json")


def test_refuses_too_many_records_or_fields() -> None:
    with pytest.raises(ImportRefused, match="more than 20000 records"):
        table(json.dumps([{"title": "x"}] * 20_001).encode(), "x.json")
    with pytest.raises(ImportRefused, match="101 different fields"):
        table(json.dumps([{f"f{number}": 1 for number in range(101)}]).encode(), "x.json")


def test_a_csv_may_begin_with_a_bracket() -> None:
    assert table(b"[Title],Owner\nFire,Ann\n", "x.csv").columns == ("[Title]", "Owner")
