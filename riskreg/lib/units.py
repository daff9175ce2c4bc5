"""Effort in person-days, and numbers as people write them in spreadsheets."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

EFFORT_DAYS_MAX = 100_000
DAYS_A_WEEK = 5
DAYS_A_MONTH = 20
HOURS_A_DAY = 8
NUMBER_CHARS_MAX = 60
UNKNOWN = "\u2013"


class EffortSize(StrEnum):
    """T-shirt sizes, smallest first."""

    XS = "XS"
    S = "S"
    M = "M"
    L = "L"
    XL = "XL"


class NumberKind(StrEnum):
    """What a written number says it is."""

    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"


class UnitFault(StrEnum):
    """Why a written quantity was refused."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    AMBIGUOUS = "ambiguous"
    UNKNOWN_UNIT = "unknown_unit"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"


class UnitError(ValueError):
    """A quantity that cannot be read; `fault` says why, `text` is what was written."""

    def __init__(self, fault: UnitFault, text: str) -> None:
        super().__init__(f"{_FAULTS[fault]}: {text[:NUMBER_CHARS_MAX]!r}")
        self.fault = fault
        self.text = text


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """A number as written.

    `value` is the figure itself: 20 for "20 %". `currency` is a code such as CHF, if named.
    `ambiguous` says that the same text could mean another number ("1,234").
    """

    value: Decimal
    kind: NumberKind
    currency: str | None = None
    ambiguous: bool = False

    @property
    def share(self) -> Decimal:
        """The value as a part of one: a percentage divided by 100, else the value itself."""
        return self.value / 100 if self.kind is NumberKind.PERCENT else self.value


EFFORT_DAYS: Mapping[str, int] = {
    EffortSize.XS: 3,
    EffortSize.S: 10,
    EffortSize.M: 25,
    EffortSize.L: 60,
    EffortSize.XL: 150,
}

_FAULTS = {
    UnitFault.EMPTY: "Nothing was written",
    UnitFault.NOT_A_NUMBER: "This is not a number",
    UnitFault.AMBIGUOUS: "This can be read as two different numbers",
    UnitFault.UNKNOWN_UNIT: "This unit is not known",
    UnitFault.TOO_SMALL: "This is less than one person-day",
    UnitFault.TOO_LARGE: f"This is more than {EFFORT_DAYS_MAX} person-days",
}
_SIZE_WORDS = {
    "xs": EffortSize.XS,
    "extra small": EffortSize.XS,
    "x-small": EffortSize.XS,
    "s": EffortSize.S,
    "small": EffortSize.S,
    "m": EffortSize.M,
    "medium": EffortSize.M,
    "l": EffortSize.L,
    "large": EffortSize.L,
    "xl": EffortSize.XL,
    "extra large": EffortSize.XL,
    "x-large": EffortSize.XL,
}
# Parts of a person-day in one unit. A lone "m" is the size and never a month or a minute.
_UNIT_DAYS = {
    "": Decimal(1),
    **dict.fromkeys(("d", "day", "days", "pd", "md"), Decimal(1)),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks", "pw"), Decimal(DAYS_A_WEEK)),
    **dict.fromkeys(("mo", "mos", "month", "months", "pm"), Decimal(DAYS_A_MONTH)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "ph"), 1 / Decimal(HOURS_A_DAY)),
}
_EFFORT = re.compile(r"([-+]?[\d.,' ]*[\d.,])\s*(?:(?:person|man|work|working)[- ]?)?([a-z]*)\.?")
_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
_CURRENCY_WORDS = {
    "dollar": "USD",
    "dollars": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "pound": "GBP",
    "pounds": "GBP",
    "franc": "CHF",
    "francs": "CHF",
    "franken": "CHF",
    "yen": "JPY",
    "fr": "CHF",
    "kr": "SEK",
}
_CURRENCY_CODES = re.compile(
    "AED|ARS|AUD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|"
    "NOK|NZD|PHP|PLN|RON|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR"
)
_DASHES = "\u2212\u2010\u2011\u2012\u2013"
_PERCENT_WORDS = frozenset({"%", "percent", "pct"})
_MULTIPLIERS = {
    "k": 1_000,
    "mio": 1_000_000,
    "million": 1_000_000,
    "mn": 1_000_000,
    "m": 1_000_000,
    "bn": 1_000_000_000,
    "billion": 1_000_000_000,
}
_WRITTEN = re.compile(
    r"""
    (?P<sign> [-+]? ) \s* (?P<before> [^\d,+-]*? ) \s* (?P<inner_sign> [-+]? ) \s*
    (?P<digits> \d [\d.,'\ ]* \d | \d | [.,]\d+ ) (?P<exponent> e[-+]?\d{1,2} )? \s*
    (?P<after> [^\d+,-]* )
    """,
    re.ASCII | re.VERBOSE,
)
_GROUPED = re.compile(r"\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*", re.ASCII)
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}", re.ASCII)


def parse_effort(
    text: str,
    sizes: Mapping[str, int] = EFFORT_DAYS,
    *,
    decimal_mark: str | None = None,
) -> int:
    """Return the person-days of "3 d", "2w", "1.5 weeks", "16 h", "2 months", "M" or "10".

    A week has 5 person-days, a month 20, a day 8 hours; parts of a day round up. A bare
    number is days. `decimal_mark` as in `parse_number`. Raises UnitError; a range, an empty
    text and a number that can be read in two ways are errors, not guesses.
    """
    plain = _plain(text)
    if plain in _SIZE_WORDS:
        return sizes[_SIZE_WORDS[plain]]
    match = _EFFORT.fullmatch(plain)
    if match is None:
        raise UnitError(UnitFault.NOT_A_NUMBER, text)
    factor = _UNIT_DAYS.get(match[2])
    if factor is None:
        raise UnitError(UnitFault.UNKNOWN_UNIT, text)
    try:
        number = parse_number(match[1], decimal_mark)
    except UnitError as error:
        raise UnitError(error.fault, text) from error
    if number.ambiguous:
        raise UnitError(UnitFault.AMBIGUOUS, text)
    return _whole_days(number.value * factor, text)


def size_days(size: str, sizes: Mapping[str, int] = EFFORT_DAYS) -> int:
    """Return the person-days a size stands for. Raises KeyError for an unknown size."""
    return sizes[size]


def effort_size(days: int | None, sizes: Mapping[str, int] = EFFORT_DAYS) -> EffortSize | None:
    """Return the size nearest to so many days, by ratio; None for unknown effort.

    A size's own days give that size back.
    """
    if days is None:
        return None
    ordered = list(sizes.items())
    for (size, own), (_, larger) in pairwise(ordered):
        if days * days <= own * larger:
            return EffortSize(size)
    return EffortSize(ordered[-1][0])


def format_days(days: int | None) -> str:
    """Return person-days for display, such as "12 d"; an en dash when unknown."""
    return UNKNOWN if days is None else f"{days} d"


def format_percent(share: float | None) -> str | None:
    """Return 27 %, whole and rounded down, so that 100 % means all; None for unknown."""
    return None if share is None else f"{int(share * 100 + 1e-9)}\u00a0%"


def parse_number(text: str, decimal_mark: str | None = None) -> Number:
    """Return the number in a cell such as "300,000 CHF", "12,5 %", "-3" or "$1.5 million".

    Thousands may be parted by comma, point, space or apostrophe. `decimal_mark` ("," or
    ".") settles texts that can be read in two ways; without it "1,234" and "1.234" are
    read the English way and marked ambiguous. Brackets mean negative. Raises UnitError.
    """
    plain = _plain(text)
    bracketed = plain.startswith("(") and plain.endswith(")")
    match = _WRITTEN.fullmatch(plain[1:-1].strip() if bracketed else plain)
    if match is None:
        raise UnitError(UnitFault.NOT_A_NUMBER, text)
    unit = _unit(match["before"], match["after"], text)
    digits, ambiguous = _plain_digits(match["digits"], decimal_mark, text)
    value = Decimal(digits + (match["exponent"] or "")) * unit.factor
    negative = bracketed or "-" in (match["sign"], match["inner_sign"])
    return Number(
        value=-value if negative else value,
        kind=unit.kind,
        currency=unit.currency,
        ambiguous=ambiguous,
    )


def find_decimal_mark(texts: Iterable[str]) -> str | None:
    """Return the decimal mark ("," or ".") that these texts can only be read with.

    None when nothing settles it or when they contradict each other.
    """
    marks = {mark for text in texts if (mark := _certain_mark(text)) is not None}
    return marks.pop() if len(marks) == 1 else None


def _whole_days(days: Decimal, text: str) -> int:
    """Round up to whole person-days and check the range."""
    if days <= 0:
        raise UnitError(UnitFault.TOO_SMALL, text)
    if days > EFFORT_DAYS_MAX:
        raise UnitError(UnitFault.TOO_LARGE, text)
    return math.ceil(days)


def _plain(text: str) -> str:
    """Return the text with one kind of space, minus and apostrophe, in lower case."""
    if len(text) > NUMBER_CHARS_MAX:
        raise UnitError(UnitFault.NOT_A_NUMBER, text)
    plain = unicodedata.normalize("NFKC", text).casefold()
    for mark in _DASHES:
        plain = plain.replace(mark, "-")
    plain = " ".join(plain.replace("\u2019", "'").replace("\u2018", "'").split())
    if not plain:
        raise UnitError(UnitFault.EMPTY, text)
    return plain


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unit:
    """What stands around the digits."""

    kind: NumberKind
    currency: str | None
    factor: int


def _unit(before: str, after: str, text: str) -> _Unit:
    """Read a percent sign, a currency on either side, and a word such as "million"."""
    words = _words(before) + _words(after)
    currencies = [code for word in words if (code := _currency(word)) is not None]
    percents = [word for word in words if word in _PERCENT_WORDS]
    factors = [_MULTIPLIERS[word] for word in words if word in _MULTIPLIERS]
    understood = len(currencies) + len(percents) + len(factors) == len(words)
    if not understood or max(len(currencies), len(percents), len(factors)) > 1:
        raise UnitError(UnitFault.UNKNOWN_UNIT, text)
    if (percents and len(words) > 1) or ("m" in words and not currencies):
        raise UnitError(UnitFault.UNKNOWN_UNIT, text)
    kind = NumberKind.PERCENT if percents else NumberKind.NUMBER
    return _Unit(
        kind=NumberKind.MONEY if currencies else kind,
        currency=currencies[0] if currencies else None,
        factor=factors[0] if factors else 1,
    )


def _words(around: str) -> list[str]:
    """Return the words and signs in the text on one side of the digits."""
    plain = around.replace("per cent", "percent").replace("us$", "$")
    return re.findall(r"[^\W\d_]+|[^\w\s.]", plain)


def _currency(word: str) -> str | None:
    if _CURRENCY_CODES.fullmatch(word.upper()):
        return word.upper()
    return _SYMBOLS.get(word) or _CURRENCY_WORDS.get(word)


def _plain_digits(written: str, decimal_mark: str | None, text: str) -> tuple[str, bool]:
    """Return the digits with a point as decimal mark, and whether another reading exists."""
    mark = decimal_mark or _mark_of(written)
    readable = _joined(written, mark)
    if readable is None:
        raise UnitError(UnitFault.NOT_A_NUMBER, text)
    ambiguous = decimal_mark is None and _is_ambiguous(written)
    return readable, ambiguous


def _joined(written: str, mark: str) -> str | None:
    """Return the digits without thousands separators; None when the groups do not fit."""
    whole, found, part = written.partition(mark)
    if part and not part.isdigit():
        return None
    if whole.isdigit() or not whole:
        return f"{whole or '0'}.{part or '0'}" if found else whole
    if _GROUPED.fullmatch(whole) or (mark == "." and _INDIAN.fullmatch(whole)):
        return "".join(filter(str.isdigit, whole)) + (f".{part}" if part else "")
    return None


def _mark_of(written: str) -> str:
    """Return the decimal mark a number is best read with, the English way when open."""
    comma, point = written.rfind(","), written.rfind(".")
    if comma >= 0 and point >= 0:
        return "," if comma > point else "."
    if written.count(",") == 1 and not _is_ambiguous(written):
        return ","
    if written.count(".") > 1:
        return ","
    return "."


def _is_ambiguous(written: str) -> bool:
    """Whether one comma or point stands before exactly three digits: "1,234", "1.234"."""
    return re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", written, re.ASCII) is not None


def _certain_mark(text: str) -> str | None:
    """Return the mark a text can only be read with; None when it has none or is open."""
    found = re.search(r"\d[\d.,' ]*", text, re.ASCII)
    written = found[0].strip(" .,'") if found else ""
    if not re.search(r"[.,]", written) or _is_ambiguous(written):
        return None
    mark = _mark_of(written)
    return mark if _joined(written, mark) is not None else None
