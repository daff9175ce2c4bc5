"""What holds for any file."""

import csv
import io
import json
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from riskreg.imports.amounts import amount, decimal_sign
from riskreg.imports.days import day, day_order
from riskreg.imports.kinds import ImportRefused
from riskreg.imports.reading import likeliest, read
from riskreg.imports.understand import understand
from riskreg.metrics.default_matrix import DEFAULT_MATRIX
from riskreg.risks.kinds import Kind, Status, Treatment

NAMES = st.sampled_from(
    [
        "Title",
        "Likelihood",
        "Impact",
        "Score",
        "Residual risk",
        "Owner",
        "Due date",
        "Effort",
        "Id",
        "Consequence",
        "Type",
        "Status",
        "Tags",
        "?",
        "",
        "Initial impact",
        "ref",
        "Risk",
    ]
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
CELLS = st.one_of(
    TEXTS,
    st.sampled_from(
        ["3", "20%", "1,5", "-5 CHF", "02/02/2026", "--", "Likely", "M", "'=1", "5 – x"]
    ),
)
# What CSV, JSON and trimming keep as it is.
WORDS = st.from_regex(r"[A-Za-zé][A-Za-z0-9é .]{0,18}[A-Za-z0-9é]", fullmatch=True)
LEVELS = st.none() | st.integers(1, 5)
RECORDS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "ref": st.integers(1, 10**6).map("R-{}".format),
        "title": WORDS,
        "kind": st.sampled_from(list(Kind)).map(str),
        "status": st.sampled_from(list(Status)).map(str),
        "treatment": st.sampled_from(list(Treatment)).map(str),
        "current_likelihood": LEVELS,
        "current_impact": LEVELS,
        "target_likelihood": LEVELS,
        "target_impact": LEVELS,
        "effort_days": st.none() | st.integers(1, 500),
        "identified_on": st.dates(date(1990, 1, 1), date(2060, 1, 1)).map(str),
        "tags": st.lists(WORDS, max_size=3, unique=True),
    }
)


@given(
    st.binary(max_size=300) | st.text(max_size=200).map(str.encode), st.sampled_from(["", ".json"])
)
@settings(max_examples=300)
def test_any_bytes_are_read_or_refused(data: bytes, suffix: str) -> None:
    # Workbooks start a process each; test_xlsx.py has them.
    if not data.startswith((b"PK\x03\x04", b"\xd0\xcf")):
        _understand_or_refuse(data, f"register{suffix}")


@given(st.lists(st.lists(CELLS, max_size=6), max_size=6), st.lists(NAMES, min_size=1, max_size=6))
@settings(max_examples=300)
def test_any_table_is_understood_the_same_twice(rows: list[list[str]], header: list[str]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    data = text.getvalue().encode()
    assert _understand_or_refuse(data, "a.csv") == _understand_or_refuse(data, "a.csv")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists))
def test_any_json_is_read_or_refused(document: Any) -> None:
    _understand_or_refuse(json.dumps({"data": [{"title": document}]}).encode(), "a.json")


@given(
    st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=5),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_a_table_comes_back_whatever_separates_it(rows: list[list[str]], delimiter: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([["Title", "Owner", "Notes"], *rows])
    found = likeliest(read(text.getvalue().encode(), "a.csv"))
    assert [list(row.cells) for row in found.rows] == rows


@given(st.lists(RECORDS, min_size=1, max_size=6, unique_by=lambda record: record["ref"]))
def test_our_own_export_comes_back(records: list[dict[str, Any]]) -> None:
    data = json.dumps({"data": records}).encode()
    found = understand(likeliest(read(data, "risks.json")), DEFAULT_MATRIX)
    assert (found.errors, found.warnings) == ((), ())
    assert len(found.rows) == len(records)
    for row, record in zip(found.rows, records, strict=True):
        title = " ".join(record["title"].split())  # as the register stores it
        assert (row.ref, row.title, row.kind) == (record["ref"], title, record["kind"])
        assert (row.status, row.treatment) == (record["status"], record["treatment"])
        assert row.current.likelihood == record["current_likelihood"]
        assert row.target.impact == record["target_impact"]
        assert row.effort_days == record["effort_days"]
        assert str(row.identified_on) == record["identified_on"]


@given(st.text(max_size=30), st.sampled_from(".,"))
def test_amounts_and_days_never_fail(text: str, decimal: str) -> None:
    amount(text, decimal)
    decimal_sign([text])
    day(text, day_order([text]))


def _understand_or_refuse(data: bytes, filename: str) -> Any:
    try:
        tables = read(data, filename)
    except ImportRefused as refusal:
        assert refusal.message.endswith("Nothing was stored.")  # noqa: PT017 - every refusal says it
        return refusal.message
    table = likeliest(tables)
    assert len(set(table.columns)) == len(table.columns)
    assert all(len(row.cells) == len(table.columns) for row in table.rows)
    found = understand(table, DEFAULT_MATRIX)
    assert len({row.key for row in found.rows}) == len(found.rows)
    return found.as_report()
