"""Text as people type it: cleaned, limited, compared, shortened."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from enum import StrEnum

SLUG_CHARS_MAX = 60
WORD_CHARS_MAX = 60
ELLIPSIS = "…"

# Characters that reorder what is shown around them, and the byte order mark.
_INVISIBLE = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_JOINER = "\u200d"
# Scripts that put no space between words (Thai to Khmer, kana, Han): each sign is a word.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff])"
)
# Letters that Unicode does not take apart into a base letter and a mark.
_PLAIN_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
        "ħ": "h",
    }
)


class TextFault(StrEnum):
    """Why a text was refused."""

    NUL = "nul"
    SURROGATE = "surrogate"
    TOO_MANY_CHARS = "too_many_chars"
    TOO_MANY_BYTES = "too_many_bytes"


class TextError(ValueError):
    """A text that cannot be kept; `fault` says why, `limit` is the limit it passed, if any."""

    def __init__(self, fault: TextFault, limit: int | None = None) -> None:
        super().__init__(_FAULTS[fault].format(limit=limit))
        self.fault = fault
        self.limit = limit


_FAULTS = {
    TextFault.NUL: "The text contains a NUL character.",
    TextFault.SURROGATE: "The text contains half of a character.",
    TextFault.TOO_MANY_CHARS: "The text has more than {limit} characters.",
    TextFault.TOO_MANY_BYTES: "The text has more than {limit} bytes.",
}


def clean_text(text: str, *, max_chars: int | None = None, max_bytes: int | None = None) -> str:
    """Return a text of several lines as it is stored.

    Line ends become "\\n"; control characters, the byte order mark and the characters that
    turn the direction of what follows are removed; blank ends are cut. Accents and
    everything visible stay as typed. Raises TextError for NUL, for half of a surrogate
    pair, and past a limit.
    """
    _refuse_unstorable(text)
    cleaned = _INVISIBLE.sub("", _CONTROL.sub("", _LINE_ENDS.sub("\n", text))).strip()
    check_length(cleaned, max_chars=max_chars, max_bytes=max_bytes)
    return cleaned


def clean_line(text: str, *, max_chars: int | None = None, max_bytes: int | None = None) -> str:
    """Return a text of one line as it is stored: as `clean_text`, with runs of space as one.

    Raises TextError as `clean_text` does.
    """
    cleaned = " ".join(clean_text(text).split())
    check_length(cleaned, max_chars=max_chars, max_bytes=max_bytes)
    return cleaned


def check_length(text: str, *, max_chars: int | None = None, max_bytes: int | None = None) -> None:
    """Raise TextError when the text has more characters or UTF-8 bytes than allowed."""
    if max_chars is not None and len(text) > max_chars:
        raise TextError(TextFault.TOO_MANY_CHARS, max_chars)
    if max_bytes is not None and byte_length(text) > max_bytes:
        raise TextError(TextFault.TOO_MANY_BYTES, max_bytes)


def byte_length(text: str) -> int:
    """Return the length in UTF-8; half of a surrogate pair counts three bytes."""
    return len(text.encode("utf-8", "surrogatepass"))


def nfc(text: str) -> str:
    """Return the composed form, for comparing names; what is stored stays as typed."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return a key under which texts that people take for the same are equal.

    No case, no accents, no invisible characters, single spaces. Empty when nothing visible
    is left.
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    apart = unicodedata.normalize("NFKD", text).casefold()
    base = unicodedata.normalize("NFKD", apart).translate(_PLAIN_LETTERS)
    visible = "".join(char for char in base if unicodedata.category(char) not in {"Mn", "Cf", "Me"})
    return " ".join(visible.split())


def words_of(text: str) -> list[str]:
    """Return the folded words of a text, each once, in the order they first occur.

    Letters and digits make words, whatever else parts them: "sign-in_2" is three. Of a word
    longer than WORD_CHARS_MAX its beginning counts.
    """
    folded = fold(text)
    if not folded.isascii():
        folded = _UNSPACED.sub(r" \1 ", folded)
    parted = "".join(char if _is_of_word(char) else " " for char in folded)
    return list(dict.fromkeys(word[:WORD_CHARS_MAX] for word in parted.split()))


def is_blank(text: str) -> bool:
    """Whether nothing visible is in the text."""
    return not fold(text)


def slugify(text: str, *, fallback: str = "item", max_chars: int = SLUG_CHARS_MAX) -> str:
    """Return lower-case ASCII letters and digits joined by hyphens, for addresses.

    `fallback` is returned when nothing of the text can be written so.
    """
    words = re.findall("[a-z0-9]+", fold(text))
    return "-".join(words)[:max_chars].strip("-") or fallback


def unique_slug(slug: str, taken: Container[str]) -> str:
    """Return the slug, or the slug with the first free number from 2 behind it."""
    number, free = 1, slug
    while free in taken:
        number += 1
        free = f"{slug}-{number}"
    return free


def truncate(text: str, max_chars: int) -> str:
    """Return the text in at most so many characters, cut between words with an ellipsis.

    A character is never parted from its accents or from what is joined to it. Raises
    ValueError when `max_chars` is below 1.
    """
    if max_chars < 1:
        raise ValueError("At least one character is needed.")
    if len(text) <= max_chars:
        return text
    end = max_chars - 1
    while end > 0 and _continues(text, end):
        end -= 1
    kept = text[:end]
    words = kept.rsplit(maxsplit=1)
    if not text[end].isspace() and len(words) == 2 and len(words[0]) * 2 >= max_chars:
        kept = words[0]
    return kept.rstrip(" \n\t,;:-") + ELLIPSIS


def truncate_bytes(text: str, max_bytes: int) -> str:
    """Return the longest beginning of the text that fits into so many UTF-8 bytes."""
    return text.encode()[:max_bytes].decode("utf-8", "ignore")


def _refuse_unstorable(text: str) -> None:
    """Refuse what one database keeps and another does not."""
    if "\x00" in text:
        raise TextError(TextFault.NUL)
    if _SURROGATE.search(text):
        raise TextError(TextFault.SURROGATE)


def _is_of_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char) == "Mc"


def _continues(text: str, index: int) -> bool:
    """Whether the character at index belongs to the one before it."""
    char = text[index]
    joined = char == _JOINER or text[index - 1] == _JOINER
    return (
        joined or unicodedata.category(char) in {"Mn", "Me"} or "\U0001f3fb" <= char <= "\U0001f3ff"
    )
