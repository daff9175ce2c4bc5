"""Text: what is kept, refused, equal, shortened."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.lib.text import (
    TextError,
    TextFault,
    byte_length,
    check_length,
    clean_line,
    clean_text,
    fold,
    is_blank,
    nfc,
    slugify,
    truncate,
    truncate_bytes,
    unique_slug,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  two\r\nlines\r ", "two\nlines"),
        ("a\u2028b\u0085c", "a\nb\nc"),
        ("tab\tkept", "tab\tkept"),
        ("bell\x07 and\x1b[31m", "bell and[31m"),
        ("abc\u202efdp.exe", "abcfdp.exe"),
        ("\ufeffstart", "start"),
        ("e\u0301 stays", "e\u0301 stays"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("a\u200fb", "a\u200fb"),
    ],
)
def test_cleans_text(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


def test_a_line_has_no_line_ends() -> None:
    assert clean_line(" one\n\ttwo  three\u00a0four ") == "one two three four"


@pytest.mark.parametrize(
    ("text", "fault"), [("a\x00b", TextFault.NUL), ("a\ud800b", TextFault.SURROGATE)]
)
def test_refuses_what_cannot_be_stored(text: str, fault: TextFault) -> None:
    for clean in (clean_text, clean_line):
        with pytest.raises(TextError) as caught:
            clean(text)
        assert (caught.value.fault, caught.value.limit) == (fault, None)


def test_counts_characters_and_bytes() -> None:
    assert clean_line("\u00e9\u00e9", max_chars=2, max_bytes=4) == "\u00e9\u00e9"
    with pytest.raises(TextError, match="more than 1 characters") as chars:
        clean_line("\u00e9\u00e9", max_chars=1)
    with pytest.raises(TextError, match="more than 3 bytes") as encoded:
        clean_text("\u00e9\u00e9", max_bytes=3)
    assert chars.value.fault is TextFault.TOO_MANY_CHARS
    assert (encoded.value.fault, encoded.value.limit) == (TextFault.TOO_MANY_BYTES, 3)


def test_a_limit_is_optional() -> None:
    check_length("x" * 1000)
    assert byte_length("\ud800") == 3


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        cleaned = clean_text(text)
    except TextError:
        return
    assert clean_text(cleaned) == cleaned
    assert clean_line(clean_line(cleaned)) == clean_line(cleaned)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u00c9t\u00e9", "ETE"),
        ("Stra\u00dfe", "STRASSE"),
        ("\u0130stanbul", "istanbul"),
        ("Bal\u0131k", "balik"),
        ("S\u00f8ren \u0141uk\u00c6", "soren lukae"),
        ("a \t b", " A B "),
        ("zero\u200bwidth", "zerowidth"),
        ("\uff26ull", "full"),
        ("e\u0301", "\u00e9"),
    ],
)
def test_people_take_these_for_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_nfc_composes() -> None:
    assert nfc("e\u0301") == "\u00e9"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(("text", "blank"), [("", True), (" \u200b\u2060 ", True), ("x", False)])
def test_blank_is_what_nobody_sees(text: str, blank: bool) -> None:
    assert is_blank(text) is blank


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Payments & Checkout", "payments-checkout"),
        ("\u00dcber--Team", "uber-team"),
        ("\u6771\u4eac", "item"),
        ("", "item"),
        ("x" * 70, "x" * 60),
        ("x" * 59 + " y", "x" * 59),
    ],
)
def test_slugs(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_a_taken_slug_gets_a_number() -> None:
    assert unique_slug("core", set()) == "core"
    assert unique_slug("core", {"core", "core-2"}) == "core-3"


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("short", 10, "short"),
        ("a sentence with words", 14, "a sentence\u2026"),
        ("a sentence with words", 11, "a sentence\u2026"),
        ("unbreakable", 5, "unbr\u2026"),
        ("one, two", 6, "one\u2026"),
        ("ab e\u0301x", 5, "ab\u2026"),
        ("ab", 1, "\u2026"),
        ("abc\U0001f44d\U0001f3fdx", 5, "abc\u2026"),
        ("ab\U0001f468\u200d\U0001f469x", 5, "ab\u2026"),
        ("\u0301\u0301\u0301", 2, "\u2026"),
    ],
)
def test_truncates_between_words_and_never_in_a_character(
    text: str, limit: int, short: str
) -> None:
    assert truncate(text, limit) == short


def test_refuses_no_room_at_all() -> None:
    with pytest.raises(ValueError, match="At least one"):
        truncate("abc", 0)


@given(st.text(), st.integers(1, 50))
def test_truncated_text_fits(text: str, limit: int) -> None:
    assert len(truncate(text, limit)) <= limit


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 50))
def test_truncated_bytes_fit(text: str, limit: int) -> None:
    short = truncate_bytes(text, limit)
    assert byte_length(short) <= limit
    assert text.startswith(short)


def test_a_thousand_accents_are_no_trouble() -> None:
    text = "a" + "\u0301" * 1000
    assert fold(text) == "a"
    assert unicodedata.normalize("NFC", clean_text(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sign-in_2 fails; sign-in!", ["sign", "in", "2", "fails"]),
        ("Über CAFÉ", ["uber", "cafe"]),
        ("東京 server", ["東", "京", "server"]),
        ("x" * 70, ["x" * 60]),
        ("  — ; ", []),
    ],
)
def test_takes_a_text_apart_into_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_words_taken_apart_again_stay_as_they_are(text: str) -> None:
    words = words_of(text)
    assert words_of(" ".join(words)) == words
