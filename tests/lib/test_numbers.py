"""Numbers, percentages and money as spreadsheets hold them."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.lib.units import NumberKind, UnitError, UnitFault, find_decimal_mark, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", "5"),
        (" -3 ", "-3"),
        ("\u22123", "-3"),
        ("+4", "4"),
        ("(7)", "-7"),
        ("1.5", "1.5"),
        ("1,5", "1.5"),
        (".5", "0.5"),
        ("0,500", "0.500"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1\u202f234.5", "1234.5"),
        ("1'234'567", "1234567"),
        ("1\u2019234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("12,34,567.8", "1234567.8"),
        ("1234567", "1234567"),
        ("1e3", "1000"),
        ("2.5e-3", "0.0025"),
        ("10k", "10000"),
        ("1.5 million", "1500000"),
        ("\uff11\uff12", "12"),
    ],
)
def test_reads_numbers(text: str, value: str) -> None:
    number = parse_number(text)
    assert number.value == Decimal(value)
    assert (number.kind, number.ambiguous) == (NumberKind.NUMBER, False)
    assert number.share == number.value


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("300,000 CHF", "300000", "CHF"),
        ("0 CHF", "0", "CHF"),
        ("CHF -5", "-5", "CHF"),
        ("$1,200.50", "1200.50", "USD"),
        ("US$ 3", "3", "USD"),
        ("-\u20ac5", "-5", "EUR"),
        ("5 \u20ac", "5", "EUR"),
        ("Fr. 20", "20", "CHF"),
        ("20 francs", "20", "CHF"),
        ("$2m", "2000000", "USD"),
        ("2 Mio. EUR", "2000000", "EUR"),
        ("(\u00a310)", "-10", "GBP"),
    ],
)
def test_reads_money(text: str, value: str, currency: str) -> None:
    number = parse_number(text)
    assert (number.value, number.kind) == (Decimal(value), NumberKind.MONEY)
    assert number.currency == currency


@pytest.mark.parametrize("text", ["20%", "20 %", "20.0 percent", "20 per cent", "+20 pct."])
def test_reads_percentages(text: str) -> None:
    number = parse_number(text)
    assert (number.value, number.kind) == (Decimal(20), NumberKind.PERCENT)
    assert number.share == Decimal("0.2")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", UnitFault.EMPTY),
        ("--", UnitFault.NOT_A_NUMBER),
        ("high", UnitFault.NOT_A_NUMBER),
        ("2026-01-02", UnitFault.NOT_A_NUMBER),
        ("3-5", UnitFault.NOT_A_NUMBER),
        ("1,23,4", UnitFault.NOT_A_NUMBER),
        ("1.2,3.4", UnitFault.NOT_A_NUMBER),
        ("1 2", UnitFault.NOT_A_NUMBER),
        ("1" * 61, UnitFault.NOT_A_NUMBER),
        ("nan", UnitFault.NOT_A_NUMBER),
        ("R 12", UnitFault.UNKNOWN_UNIT),
        ("3 apples", UnitFault.UNKNOWN_UNIT),
        ("3 m", UnitFault.UNKNOWN_UNIT),
        ("3 % CHF", UnitFault.UNKNOWN_UNIT),
        ("CHF 3 EUR", UnitFault.UNKNOWN_UNIT),
    ],
)
def test_refuses_other_text(text: str, fault: UnitFault) -> None:
    with pytest.raises(UnitError) as caught:
        parse_number(text)
    assert caught.value.fault is fault


def test_says_when_a_number_can_be_read_in_two_ways() -> None:
    comma, point = parse_number("1,234"), parse_number("1.234")
    assert (comma.value, comma.ambiguous) == (Decimal(1234), True)
    assert (point.value, point.ambiguous) == (Decimal("1.234"), True)


def test_a_known_mark_settles_it() -> None:
    comma = parse_number("1,234", decimal_mark=",")
    assert (comma.value, comma.ambiguous) == (Decimal("1.234"), False)
    assert parse_number("1.234", decimal_mark=",").value == 1234


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1,5", "1.234", "x", ""], ","),
        (["1.5", "300,000 CHF"], "."),
        (["1.234.567"], ","),
        (["1,234", "7"], None),
        (["1,5", "1.5"], None),
        (["1.2.3"], None),
        ([], None),
    ],
)
def test_finds_the_decimal_mark_of_a_column(texts: list[str], mark: str | None) -> None:
    assert find_decimal_mark(texts) == mark


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_reads_every_way_of_writing_the_same(value: Decimal) -> None:
    english = f"{value:,.2f}"
    swapped = english.translate(str.maketrans(",.", ".,"))
    spaced = english.replace(",", " ")
    assert {parse_number(text).value for text in (english, swapped, spaced)} == {value}


@given(st.text(max_size=40))
def test_never_fails_otherwise(text: str) -> None:
    with contextlib.suppress(UnitError):
        parse_number(text)
