"""Which risks hold some words: the full-text index of each database behind one interface.

A risk holds a word when one of its own words begins with it. Both databases are given the words
as `lib.text` parts them, with single spaces between, so neither has an opinion of its own.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Dialect, String, bindparam, false, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from riskreg.db import db
from riskreg.lib.text import words_of
from riskreg.risks.models import Risk

WORDS_MAX = 8
SEARCH_CHARS_MAX = 20_000
# Words that more risks hold than this are looked for along an ordered index.
FEW = 1_000

# As the indexes of the migration have it; PostgreSQL takes an index for the same expression only.
SQLITE = "SELECT rowid FROM risk_words WHERE risk_words MATCH"
POSTGRESQL = "array_to_tsvector(array_remove(string_to_array(risk.search_text, ' '), '')) @@"


class Words(TypeDecorator[tuple[str, ...]]):
    """Words that all have to be there, in the query language of each database."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        """Letters and digits in quotes: nothing in them is taken for an operator."""
        if dialect.name == "sqlite":
            return " AND ".join(f'"{word}" *' for word in value or ())
        return " & ".join(f"'{word}':*" for word in value or ())


class Holding(FunctionElement[bool]):
    """Whether the risk of an id is found by words in the index."""

    inherit_cache = True
    type = Boolean()


@compiles(Holding, "sqlite")
def _in_sqlite(element: Holding, compiler: SQLCompiler, **options: Any) -> str:
    number, words = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{number} IN ({SQLITE} {words})"


@compiles(Holding, "postgresql")
def _in_postgresql(element: Holding, compiler: SQLCompiler, **options: Any) -> str:
    _, words = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{POSTGRESQL} CAST({words} AS tsquery)"


def searchable(texts: str) -> str:
    """What is stored to be searched: each word once, with a space before it."""
    return "".join(f" {word}" for word in words_of(texts))[:SEARCH_CHARS_MAX]


def asked_words(asked: str) -> tuple[str, ...]:
    """The words that people ask for: the first eight; none of a text without letters or digits."""
    return tuple(words_of(asked)[:WORDS_MAX])


def holds(words: tuple[str, ...]) -> ColumnElement[bool]:
    """Every word, by the index; no risk holds no words."""
    return Holding(Risk.id, bindparam(None, words, Words())) if words else false()


def hold_each(words: Sequence[str]) -> list[ColumnElement[bool]]:
    """The same of a row at hand, for whoever walks along another index."""
    return [Risk.search_text.contains(f" {word}") for word in words] or [false()]


def are_common(words: tuple[str, ...]) -> bool:
    """Whether more than a few risks hold every word, in whatever team."""
    if not words:
        return False
    counting = _COUNTING[db.engine.dialect.name]
    found = db.session.connection().scalar(counting, {"words": words, "most": FEW + 1})
    return bool(found and found > FEW)


_COUNTING = {
    name: text(f"SELECT count(*) FROM ({found} LIMIT :most) AS found").bindparams(  # noqa: S608 - our own words
        bindparam("words", type_=Words())
    )
    for name, found in {
        "sqlite": f"{SQLITE} :words",
        "postgresql": f"SELECT 1 FROM risk WHERE {POSTGRESQL} CAST(:words AS tsquery)",  # noqa: S608 - our own words
    }.items()
}
