"""Where the table begins and what its columns are called."""

import pytest

from riskreg.imports.kinds import ImportRefused
from tests.imports.tables import csv_bytes, table, xlsx_bytes


def test_titles_above_the_header_are_left_out() -> None:
    found = table(
        csv_bytes(("Register of the Blue Lake Clinic",), (), ("as of", "today"), ("Risk", "Owner"))
        + b"Fire,Ann\n"
    )
    assert found.columns == ("Risk", "Owner")
    assert found.header_line == 4
    assert found.recognised["header in line"] == "4"


def test_without_known_names_the_first_full_row_is_the_header() -> None:
    found = table(csv_bytes(("A list",), ("foo", "bar", "baz"), ("1", "2", "3"), ("4", "5", "6")))
    assert found.columns == ("foo", "bar", "baz")


def test_columns_of_the_same_name_are_kept_apart() -> None:
    found = table(csv_bytes(("Title", "Likelihood", "LIKELIHOOD", "Likelihood"), ("Fire", 1, 2, 3)))
    assert found.columns == ("Title", "Likelihood", "LIKELIHOOD (2)", "Likelihood (3)")


def test_headings_over_groups_of_columns_name_their_members() -> None:
    found = table(
        csv_bytes(
            ("", "Inherent", "", "Residual", ""),
            ("Title", "Likelihood", "Impact", "Likelihood", "Impact"),
            ("Fire", 4, 5, 2, 3),
        )
    )
    assert found.columns == (
        *("Title", "Inherent: Likelihood", "Inherent: Impact"),
        *("Residual: Likelihood", "Residual: Impact"),
    )


def test_empty_columns_are_dropped_and_nameless_ones_numbered() -> None:
    found = table(csv_bytes(("Title", "", "Owner", "", ""), ("Fire", "x", "Ann", "", "")))
    assert found.columns == ("Title", "Column 2", "Owner")


def test_rows_wider_than_the_header_are_told_once() -> None:
    found = table(csv_bytes(("Title", "Owner"), ("a", "b", "c"), ("d", "e"), ("f", "g", "h", "i")))
    assert found.columns == ("Title", "Owner", "Column 3", "Column 4")
    assert [(note.line, note.message[:6]) for note in found.notes] == [(2, "2 rows")]


def test_refuses_more_columns_than_allowed() -> None:
    names = [f"c{number}" for number in range(101)]
    with pytest.raises(ImportRefused, match="101 columns; 100 are allowed"):
        table(csv_bytes(names, names))


def test_the_sheet_with_the_most_known_columns_is_chosen() -> None:
    data = xlsx_bytes(
        {
            "Read me": [["How to use this register"], ["Ask Ann"]],
            "Register": [["Title", "Owner", "Likelihood"], ["Fire", "Ann", 3]],
            "Scales": [["Likelihood", "Meaning"], [1, "rare"]],
        }
    )
    assert table(data, "register.xlsx").name == "Register"
