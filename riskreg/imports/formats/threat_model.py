"""Threat models (OWASP Threat Dragon): recognised, and refused until riskreg can read them."""

from __future__ import annotations

from riskreg.imports.kinds import Format, ImportRefused, Sheet
from riskreg.imports.texts import gettext as _

_MARKS_V1 = (b'"diagramJson"', b'"diagrams"')
_MARKS_V2 = (b'"cells"', b'"diagrams"', b'"threatTop"')


def recognises(data: bytes, filename: str) -> bool:
    """By the names that only a threat model's drawing has."""
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    return all(mark in data for mark in _MARKS_V1) or all(mark in data for mark in _MARKS_V2)


def read(data: bytes, filename: str) -> tuple[Sheet, ...]:
    """Raise ImportRefused: the threats of a drawing are not rows of a register."""
    raise ImportRefused(
        _("This is a threat model (Threat Dragon); riskreg cannot read it yet. Nothing was stored.")
    )


FORMAT = Format(name="threat-model", rank=5, recognises=recognises, read=read)
