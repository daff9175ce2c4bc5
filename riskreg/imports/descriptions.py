"""Where the parts of a file that a risk has no field for are kept: headed parts of its description.

The headings are the same in every language, because a row must not depend on who imports it, and
because the parts are found again by them when the register is imported once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Part(StrEnum):
    """The headed parts, in their order."""

    PLANNED = "Planned"
    NOTES = "Notes"
    OTHER = "Also in the file"


_HEADINGS = {f"### {part}": part for part in Part}


def parted(description: str) -> tuple[str, dict[Part, str]]:
    """Return what stands before the first heading of ours, and the text under each heading."""
    own: list[str] = []
    lines: dict[Part, list[str]] = {}
    under = own
    for line in description.split("\n"):
        if line in _HEADINGS:
            under = lines.setdefault(_HEADINGS[line], [])
        else:
            under.append(line)
    texts = {part: "\n".join(kept).strip() for part, kept in lines.items()}
    return "\n".join(own).strip(), {part: text for part, text in texts.items() if text}


def joined(body: str, parts: Mapping[Part, str]) -> str:
    """Return the description with its parts; empty ones leave no heading."""
    headed = [f"### {part}\n\n{parts[part]}" for part in Part if parts.get(part)]
    return "\n\n".join([body, *headed] if body else headed)


def renewed(stored: str, body: str, parts: Mapping[Part, str]) -> str:
    """Return the stored description with what a file says about it now.

    A `body` ("" = the file does not say) takes the place of what stands before our headings; only
    the parts that it holds itself and the `parts` named change: an empty one is taken away.
    """
    if not parts and body in {"", stored}:
        return stored
    own, kept = parted(stored)
    said, said_parts = parted(body)
    return joined(said or own, {**kept, **said_parts, **parts})


def guarded(text: str) -> str:
    """Return a text in which no line is one of our headings."""
    return "\n".join(f" {line}" if line in _HEADINGS else line for line in text.splitlines())


def as_list(values: Mapping[str, str]) -> str:
    """Return named texts as a Markdown list; further lines of a text are indented."""
    return "\n".join(
        f"- {name}: {'  '.join(text.strip().splitlines(keepends=True))}"
        for name, text in values.items()
        if text.strip()
    )
