"""Numbers as people write them."""

from decimal import Decimal

import pytest

from riskreg.imports.amounts import Amount, Unit, amount, decimal_sign
from riskreg.imports.kinds import Cell


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        (4, ".", "4"),
        (0.25, ".", "0.25"),
        ("3", ".", "3"),
        ("-3.5", ".", "-3.5"),
        ("1,234.50", ".", "1234.50"),
        ("1.234,50", ",", "1234.50"),
        ("64,500,000", ".", "64500000"),
        ("64 500 000", ".", "64500000"),
        ("64'500'000", ".", "64500000"),
        ("64\u202f500,5", ",", "64500.5"),
        ("(1,000)", ".", "-1000"),
        ("2k", ".", "2000"),
        ("1,5 Mio", ",", "1500000"),
        ("> 3", ".", "3"),
    ],
)
def test_reads_a_number(cell: Cell, decimal: str, value: str) -> None:
    assert amount(cell, decimal) == Amount(value=Decimal(value))


@pytest.mark.parametrize(
    ("cell", "unit", "value", "currency"),
    [
        ("20%", Unit.PERCENT, "20", ""),
        ("2.5 %", Unit.PERCENT, "2.5", ""),
        ("300,000 CHF", Unit.MONEY, "300000", "CHF"),
        ("-3,150,000 CHF", Unit.MONEY, "-3150000", "CHF"),
        ("€ 1,000", Unit.MONEY, "1000", "€"),
        ("-$5", Unit.MONEY, "-5", "$"),
        ("$-5", Unit.MONEY, "-5", "$"),
        ("US$1.5m", Unit.MONEY, "1500000", "US$"),
        ("Fr. 500.–", Unit.MONEY, "500", "FR."),
    ],
)
def test_reads_the_unit(cell: str, unit: Unit, value: str, currency: str) -> None:
    assert amount(cell) == Amount(value=Decimal(value), unit=unit, currency=currency)


@pytest.mark.parametrize(
    "cell", [None, "", "Likely", "3 - Likely", "1,23", "12,3456", "(5", "3 apples", "1.2.3", ("1",)]
)
def test_anything_else_is_no_number(cell: Cell) -> None:
    assert amount(cell) is None


@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (["1,5"], ","),
        (["1.5"], "."),
        (["1.234,5"], ","),
        (["64,500,000"], "."),
        (["64.500.000"], ","),
        (["0,125"], ","),
        (["300,000"], None),
        (["3", "text", None, 4.5], None),
        (["1,5", "1.5"], None),
        (["1.2.3"], None),
        (["300,000", "1,5"], ","),
    ],
)
def test_the_decimal_sign_needs_a_proof(cells: list[Cell], sign: str | None) -> None:
    assert decimal_sign(cells) == sign
