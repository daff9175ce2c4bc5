"""Matrix libraries (CISO Assistant YAML): recognised, and refused until riskreg can read them."""

from __future__ import annotations

import re

from riskreg.imports.kinds import Format, ImportRefused, Sheet
from riskreg.imports.texts import gettext as _

_MATRIX_KEY = re.compile(rb"^[ \t]*(?:- )?risk_matrix:", re.MULTILINE)
_OBJECTS_KEY = re.compile(rb"^objects:", re.MULTILINE)
_YAML_SUFFIXES = (".yaml", ".yml")


def recognises(data: bytes, filename: str) -> bool:
    """Any YAML by its name, and a matrix library under any name."""
    if filename.casefold().endswith(_YAML_SUFFIXES):
        return True
    return _OBJECTS_KEY.search(data) is not None and _MATRIX_KEY.search(data) is not None


def read(data: bytes, filename: str) -> tuple[Sheet, ...]:
    """Raise ImportRefused, saying which of the two it is."""
    if _MATRIX_KEY.search(data):
        raise ImportRefused(
            _(
                "This is a matrix library (CISO Assistant); riskreg cannot read it yet. "
                "Nothing was stored."
            )
        )
    raise ImportRefused(
        _("This is a YAML file; riskreg cannot read a register from it yet. Nothing was stored.")
    )


FORMAT = Format(name="matrix-library", rank=6, recognises=recognises, read=read)
