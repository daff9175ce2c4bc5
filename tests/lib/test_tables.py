"""Tables, and cells that must not run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.lib.tables import Cell, Table, defuse, is_defused, undo_defuse


def test_rows_are_filled_up_to_the_header() -> None:
    table = Table(header=("a", "b"), rows=(("1",), ("1", "2", "3")), lines=(4, 7))
    assert list(table) == [(4, ("1", None)), (7, ("1", "2", "3"))]
    assert len(table) == 2
    assert table.column(1) == (None, "2")


def test_a_table_of_our_own_has_its_header_on_line_one() -> None:
    table = Table.of(["a"], [["1"], ["2"]])
    assert table.lines == (2, 3)
    assert table.rows == (("1",), ("2",))


def test_refuses_rows_without_lines() -> None:
    with pytest.raises(ValueError, match="1 rows but 0 lines"):
        Table(header=("a",), rows=(("1",),), lines=())


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=x", "''@x", " =1", "\uff1d1", "\n1"]
)
def test_defuses_formulas(text: str) -> None:
    assert defuse(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["1", "a=b", "'quoted", "", None, -1, 2.5, True])
def test_leaves_the_rest(cell: Cell) -> None:
    assert defuse(cell) is cell
    assert undo_defuse(cell) is cell
    assert not isinstance(cell, str) or not is_defused(cell)


@given(st.text("'=+-@\t\r\n ab\uff1d\u200b", max_size=6))
def test_the_reverse_is_exact(text: str) -> None:
    assert undo_defuse(defuse(text)) == text
    assert is_defused(text) == (undo_defuse(text) != text)
