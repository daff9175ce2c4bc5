"""Numbers as people write them: decimal signs, grouping, percent, money."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache

from riskreg.imports.kinds import Cell


class Unit(StrEnum):
    """What a number counts."""

    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """A number with its unit; percent are kept as written (20 for "20%")."""

    value: Decimal
    unit: Unit = Unit.NUMBER
    currency: str = ""


POINT, COMMA = ".", ","
_CURRENCY = (
    r"(?:[A-Z]{2,3}\$|[€$£¥₣₹₽₩]|S?Fr\.?|kr\.?|zł|AED|AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF"
    r"|ILS|INR|JPY|KRW|MXN|NOK|NZD|PLN|RON|RUB|SEK|SGD|THB|TRY|USD|ZAR)"
)
_MULTIPLIERS = {
    "k": 1_000,
    "thousand": 1_000,
    "tsd": 1_000,
    "m": 1_000_000,
    "mn": 1_000_000,
    "mio": 1_000_000,
    "million": 1_000_000,
    "millions": 1_000_000,
    "bn": 1_000_000_000,
    "mrd": 1_000_000_000,
    "billion": 1_000_000_000,
}
_GROUPING = " \u00a0\u202f\u2009'\u2019"
_LENGTH_MAX = 48
_AMOUNT = re.compile(
    rf"(?P<open>\()?[<>≤≥~≈]?\s*(?P<sign>[-\u2212+])?\s*(?P<before>{_CURRENCY})?\s*"
    rf"(?P<sign_after>[-\u2212+])?(?P<digits>\d[\d.,{_GROUPING}]*)"
    rf"(?:\s*(?P<multiplier>{'|'.join(sorted(_MULTIPLIERS, key=len, reverse=True))})\.?(?![a-z]))?"
    rf"\s*(?:(?P<after>{_CURRENCY})|(?P<percent>%))?(?:\.[-\u2013])?\s*(?P<close>\))?",
    re.IGNORECASE,
)


@lru_cache(maxsize=50_000)
def amount(cell: Cell, decimal: str = POINT) -> Amount | None:
    """Read a number with "%", a currency or neither; `decimal` is the decimal sign, "." or ",".

    "(1,000)" and "-1,000" are negative. None when the cell is anything else than one number.
    """
    if isinstance(cell, int | float):
        return Amount(value=Decimal(str(cell)))
    match = _match(cell)
    if match is None:
        return None
    value = _number(match["digits"], decimal)
    if value is None:
        return None
    if match["multiplier"]:
        value *= _MULTIPLIERS[match["multiplier"].casefold()]
    if match["open"] or _is_minus(match["sign"]) or _is_minus(match["sign_after"]):
        value = -value
    if match["percent"]:
        return Amount(value=value, unit=Unit.PERCENT)
    currency = match["before"] or match["after"]
    if currency:
        return Amount(value=value, unit=Unit.MONEY, currency=currency.upper())
    return Amount(value=value)


def decimal_sign(cells: Iterable[Cell]) -> str | None:
    """Return the decimal sign that the numbers prove, "." or ","; None when none or both do.

    "1,234" proves nothing; "1,23", "1,234.5" and "1,234,567" do.
    """
    proofs = {sign for cell in cells if (match := _match(cell)) and (sign := _proof(match))}
    return proofs.pop() if len(proofs) == 1 else None


def _match(cell: Cell) -> re.Match[str] | None:
    if not isinstance(cell, str) or len(cell) > _LENGTH_MAX:
        return None
    match = _AMOUNT.fullmatch(cell.strip())
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    return match


def _is_minus(sign: str | None) -> bool:
    return sign in {"-", "\u2212"}


def _number(digits: str, decimal: str) -> Decimal | None:
    """Take the grouping out; None when the groups do not fit the decimal sign."""
    plain = digits.strip(_GROUPING)
    for sign in _GROUPING:
        plain = plain.replace(sign, "")
    whole, _, fraction = plain.partition(decimal)
    grouping = COMMA if decimal == POINT else POINT
    groups = whole.split(grouping)
    if len(groups) > 1 and (not groups[0] or any(len(group) != 3 for group in groups[1:])):
        return None
    try:
        return Decimal("".join(groups) + (f".{fraction}" if fraction else ""))
    except InvalidOperation:
        return None


def _proof(match: re.Match[str]) -> str | None:
    digits = match["digits"].strip(_GROUPING + POINT + COMMA)
    points, commas = digits.count(POINT), digits.count(COMMA)
    if not points and not commas:
        return None
    if points and commas:
        return POINT if digits.rfind(POINT) > digits.rfind(COMMA) else COMMA
    sign, other = (POINT, COMMA) if points else (COMMA, POINT)
    pieces = digits.split(sign)
    is_grouped = all(len(piece) == 3 for piece in pieces[1:])
    if len(pieces) > 2:
        return other if is_grouped else None
    if not is_grouped or pieces[0] in {"0", ""}:
        return sign
    return None
