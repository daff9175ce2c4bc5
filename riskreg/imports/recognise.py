"""Which tool wrote a table, by its column names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from riskreg.discovery import discover
from riskreg.imports import dialects
from riskreg.imports.cells import fold
from riskreg.imports.dialects.generic import DIALECT as GENERIC
from riskreg.imports.kinds import Dialect


@cache
def known_dialects() -> tuple[Dialect, ...]:
    """Return the dialects in the order of their module names.

    Raises SettingsError naming a faulty plug-in.
    """
    found: list[Dialect] = discover(dialects, "DIALECT")
    return tuple(found)


def dialect_of(columns: Sequence[str]) -> Dialect:
    """Return the dialect with the largest signature that the columns fulfil, or the generic one."""
    names = {fold(column) for column in columns}
    fits = [
        (len(signature), dialect)
        for dialect in known_dialects()
        for signature in dialect.signatures
        if signature <= names
    ]
    return max(fits, key=lambda fit: fit[0])[1] if fits else GENERIC
