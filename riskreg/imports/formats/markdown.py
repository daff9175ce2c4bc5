"""Markdown texts (post-mortems, checklists): known, and refused until riskreg can read them."""

from __future__ import annotations

from riskreg.imports.kinds import Format, ImportRefused, Sheet
from riskreg.imports.texts import gettext as _

_NAMES = (".md", ".markdown", ".mdx")
_STARTS = (b"# ", b"## ")


def recognises(data: bytes, filename: str) -> bool:
    """By the name, or by a heading at the very beginning."""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    return filename.lower().endswith(_NAMES) or start.startswith(_STARTS)


def read(data: bytes, filename: str) -> tuple[Sheet, ...]:
    """Raise ImportRefused: a text is no table."""
    raise ImportRefused(
        _(
            "This is a Markdown text, not a register; riskreg cannot read post-mortems and "
            "checklists yet. Nothing was stored."
        )
    )


FORMAT = Format(name="markdown", rank=8, recognises=recognises, read=read)
