"""Canonical JSON and its hash."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.lib.hashing import canonical_json, digest, sha256


def test_one_form_for_one_value() -> None:
    assert canonical_json({"b": (1, 2.5), "a": None, "c": "\u00e9"}) == (
        b'{"a":null,"b":[1,2.5],"c":"\xc3\xa9"}'
    )


def test_times_are_written_in_utc() -> None:
    noon = datetime(2026, 1, 2, 12, tzinfo=UTC)
    east = noon.astimezone(timezone(timedelta(hours=5)))
    assert canonical_json(noon) == canonical_json(east) == b'"2026-01-02T12:00:00Z"'


def test_days_decimals_and_sets() -> None:
    value = {"day": date(2026, 1, 2), "figure": Decimal("1.50"), "set": {"b", "a"}}
    assert canonical_json(value) == b'{"day":"2026-01-02","figure":"1.50","set":["a","b"]}'


@pytest.mark.parametrize(
    "value", [{1: "a"}, object(), datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None), b"x"]
)
def test_refuses_what_has_no_canonical_form(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_refuses_what_is_not_a_number(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json([value])


def test_known_hash() -> None:
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest({}) == sha256(b"{}")


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers()))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert digest(value) == digest(dict(reversed(value.items())))
