"""Whether a password is one of those that are tried first.

Guessing programs begin with the passwords that are used most, and join common words, names, years,
runs and keyboard walks. A password is read the same way here, twice: it is guessable when few such
pieces make it up, and when zxcvbn, which brings lists of the most used ones, guesses it early. That
needs no connection to anybody.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from riskreg.lib.text import fold, words_of

WORDS = Path(__file__).with_name("content") / "common_words.txt"
PIECES_MAX = 3  # so many pieces are still guessed early: my + dog + 2026
PIECE_CHARS_MIN = 3
WORD_CHARS_MAX = 30
GUESSES_MIN = 10**8  # as many as zxcvbn gives eight letters of chance
ENDINGS = "!?*#$%&=@"  # put at the end where a sign is asked for; they add nothing
READ_CHARS_MAX = 64  # longer ones are judged by their beginning
ROWS = (
    *("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop"),
    *("qsdfghjklm", "wxcvbn", "abcdefghijklmnopqrstuvwxyz", "0123456789", "!@#$%^&*()"),
    *("1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "147258369", "159357"),
    "1q2w3e4r5t6y7u8i9o0p",
)
_FOR_LETTERS = str.maketrans("013457@$!8", "oleastasib")
_YEAR_OR_DAY = re.compile(r"(19|20)\d\d|\d{1,4}|[0-3]\d[01]\d(19|20)?\d\d|(19|20)\d\d[01]\d[0-3]\d")
_BETWEEN = re.compile(r"[\s._\-+/,:;]+")


def is_guessable(password: str, *, about: Iterable[str] = ()) -> bool:
    """Whether the password is made up of very few common pieces.

    `about` are texts that belong to the person and the organisation: names, the e-mail address.
    """
    plain, own = _once(_BETWEEN.sub("", fold(password)))[:READ_CHARS_MAX], _own_words(about)
    return _pieces(plain.rstrip(ENDINGS), own) <= PIECES_MAX or _guesses(plain, own) < GUESSES_MIN


def _guesses(plain: str, own: frozenset[str]) -> int:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - most pages set none

    return int(zxcvbn(plain, user_inputs=sorted(own))["guesses"])


def _once(plain: str) -> str:
    """The part that the password only repeats; else all of it."""
    period = (plain + plain).find(plain, 1)
    return plain[:period] if 0 < period < len(plain) else plain


def _pieces(plain: str, own: frozenset[str]) -> int:
    """The least number of pieces that make up the text; what is no piece counts by character."""
    letters = plain.translate(_FOR_LETTERS)
    known = _common_words() | own
    fewest = [0] * (len(plain) + 1)
    for end in range(1, len(plain) + 1):
        fewest[end] = fewest[end - 1] + 1
        for start in range(max(0, end - WORD_CHARS_MAX), end - 1):
            if fewest[start] + 1 < fewest[end] and (
                _is_piece(plain[start:end]) or _is_word(letters[start:end], plain, start, known)
            ):
                fewest[end] = fewest[start] + 1
    return fewest[-1]


def _is_word(letters: str, plain: str, start: int, known: frozenset[str]) -> bool:
    """A known word, as it is written or with digits and signs for letters."""
    return letters in known or plain[start : start + len(letters)] in known


@lru_cache(maxsize=4096)
def _is_piece(text: str) -> bool:
    """A year, a day, one sign over and over, or a walk along the keyboard or the alphabet."""
    if len(set(text)) == 1 or _YEAR_OR_DAY.fullmatch(text):
        return True
    return len(text) >= PIECE_CHARS_MIN and all(pair in _neighbours() for pair in pairwise(text))


@cache
def _neighbours() -> frozenset[tuple[str, str]]:
    """Two signs that follow each other in a row, forwards or backwards."""
    return frozenset(
        pair
        for row in ROWS
        for one, other in pairwise(row)
        for pair in ((one, other), (other, one))
    )


@cache
def _common_words() -> frozenset[str]:
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _own_words(about: Iterable[str]) -> frozenset[str]:
    """Each text as a whole and its words, without signs between."""
    found: set[str] = set()
    for text in about:
        words = words_of(text)
        found |= {word for word in words if len(word) >= PIECE_CHARS_MIN}
        found |= {"".join(words), _BETWEEN.sub("", fold(text))}
    return frozenset(found - {""})
