"""What a single cell says: cleaned text, unknown, lists, and the folded form used to compare."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date
from functools import lru_cache

from riskreg.imports.kinds import Cell, ImportRefused
from riskreg.imports.texts import gettext as _
from riskreg.lib.tables import undo_defuse

# Ways of writing "we do not know"; folded.
UNKNOWN_WORDS = frozenset(
    {
        *("n a", "na", "nil", "none", "null", "unknown", "unspecified", "undefined", "tbd", "tbc"),
        *("not rated", "unrated", "not assessed", "not set", "not applicable", "not available"),
        *("non evalue", "non renseigne", "non applicable", "inconnu", "inconnue", "aucun", "neant"),
        *(
            "unreviewed",
            "past due",
            "nicht bewertet",
            "unbekannt",
            "keine angabe",
            "k a",
            "entfallt",
        ),
    }
)
_UNKNOWN_LENGTH_MAX = 40
_EMPTY_SIGNS = " -\u2013\u2014?./_\t\r\n"
_NOT_WORD = re.compile(r"[^\w%]+|_")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LIST_SIGNS = re.compile(r"[|;\n\r]+")


def clean(cell: Cell, line: int, *, is_guarded: bool = True) -> Cell:
    """Return the cell trimmed, with the quote that guards a formula taken off; "" becomes None.

    Spreadsheets run formulas, JSON does not: with `is_guarded` false a quote is one of the text.

    Raises ImportRefused on characters that no text may hold (NUL, halves of a character).
    """
    if isinstance(cell, tuple):
        return tuple(str(clean(part, line, is_guarded=is_guarded) or "") for part in cell) or None
    if not isinstance(cell, str):
        return cell
    if "\0" in cell or not _is_writable(cell):
        raise ImportRefused(
            _(
                "Line %(line)s holds a character that is not text, so the file may be damaged or "
                "of another kind. Nothing was stored.",
                line=line,
            )
        )
    text = cell.strip()
    return (str(undo_defuse(text)) if is_guarded else text) or None


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Return the form in which names are compared: no case, accents, signs or doubled blanks.

    "ResidualLikelihood", "residual_likelihood" and "Residual  likelihood:" fold to the same.
    """
    text = _CAMEL.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(character for character in text if not unicodedata.combining(character))
    text = text.casefold()
    return " ".join(_NOT_WORD.sub(" ", text).split())


def text_of(cell: Cell) -> str:
    """Return the cell as text; lists are joined with "; ", days are written 2026-03-31."""
    if cell is None:
        return ""
    if isinstance(cell, tuple):
        return "; ".join(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def is_unknown(cell: Cell) -> bool:
    """Whether the cell is empty or says that nobody knows ("--", "n/a", "not rated")."""
    if cell is None:
        return True
    if not isinstance(cell, str) or len(cell) > _UNKNOWN_LENGTH_MAX:
        return False
    return not cell.strip(_EMPTY_SIGNS) or fold(cell) in UNKNOWN_WORDS


def split_list(
    cell: Cell,
    *,
    at_commas: bool = False,
    known_names: Collection[str] = (),
    is_literal: bool = False,
) -> tuple[str, ...]:
    """Return the values of a cell that holds several, in order, without repeats.

    Lists are split at "|", ";" and line ends. Where none of these is used, commas split when told
    so, or when every part is one of `known_names` (folded). With `is_literal`, "none" is a value.
    """
    parts = list(cell) if isinstance(cell, tuple) else _LIST_SIGNS.split(text_of(cell))
    at_commas = at_commas and len(parts) == 1
    values: dict[str, None] = {}
    for part in parts:
        for value in _at_commas(part, at_commas, known_names):
            if value.strip() and (is_literal or not is_unknown(value)):
                values.setdefault(value.strip())
    return tuple(values)


def _at_commas(part: str, at_commas: bool, known_names: Collection[str]) -> list[str]:
    pieces = part.split(",")
    if at_commas or (len(pieces) > 1 and all(fold(piece) in known_names for piece in pieces)):
        return pieces
    return [part]
