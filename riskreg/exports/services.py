"""Taking a list away is an act: the trail says who took what."""

from collections.abc import Iterator
from dataclasses import dataclass

from riskreg.audit.services import record
from riskreg.exports.kinds import Asked, Exported
from riskreg.exports.queries import book_of, format_named
from riskreg.org.readers import note_taking


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file being made: its name and type, and its bytes, made as they are taken."""

    file_name: str
    mimetype: str
    count: int
    pieces: Iterator[bytes]


def export(asked: Asked, kind: str, format_name: str) -> Download:
    """A file of what the actor may see, and the trail's entries about it and what it holds.

    Nothing of the file is read before the first piece is taken, so that the entry is stored
    first. Raises NotFound, Forbidden or Invalid.
    """
    written = format_named(format_name)
    book = book_of(kind, asked)
    name = f"{book.name}.{written.name}"
    listed = Exported(ref=name, team_id=asked.team.id if asked.team else None)
    record(
        actor=asked.actor,
        action="export.make",
        subject=book.about or listed,
        changes={
            "rows": [None, book.count],
            **{name: [None, value] for name, value in sorted(asked.filters.items())},
        },
    )
    note_taking(asked.actor, book.secrets, name)
    scope = f"{asked.team.slug}-" if asked.team and not asked.ref else ""
    return Download(
        file_name=f"{scope}{book.name}-{asked.today.isoformat()}.{written.name}",
        mimetype=written.mimetype,
        count=book.count,
        pieces=written.write(book),
    )
