"""Files on their way into a register made for a test; every import here is committed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.imports.decisions import Decisions
from riskreg.imports.run import Source
from riskreg.imports.services import Imported, import_at_once, reading_of, tried
from riskreg.org.models import Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.models import Risk
from riskreg.risks.services import install_matrix
from tests.factories import actor
from tests.imports.tables import csv_bytes

HEADER = ("id", "title", "likelihood", "impact", "kind")


def brought(
    team: Team,
    *rows: Sequence[object],
    by: Person | None = None,
    decisions: Decisions | None = None,
) -> Imported:
    """Import a CSV file with these rows, the first being the header, as a command does."""
    return brought_file(team, csv_bytes(*rows), by=by, decisions=decisions)


def brought_file(
    team: Team,
    content: bytes,
    name: str = "register.csv",
    *,
    by: Person | None = None,
    decisions: Decisions | None = None,
) -> Imported:
    """Import a file as a command does."""
    decisions = decisions or Decisions()
    with transaction():
        install_matrix(SYSTEM_ACTOR)
        doer = actor(by) if by else SYSTEM_ACTOR
        found = reading_of(content, name, decisions).found
        source = Source(team=db.session.get_one(Team, team.id), file_name=name)
        return import_at_once(doer, found, source, content=content, decisions=decisions)


def tried_file(team: Team, content: bytes, name: str = "register.csv") -> Imported:
    """Try a file; the transaction around the trial is committed."""
    with transaction():
        install_matrix(SYSTEM_ACTOR)
        found = reading_of(content, name, Decisions()).found
        source = Source(team=db.session.get_one(Team, team.id), file_name=name, is_trial=True)
        return tried(SYSTEM_ACTOR, found, source)


def counts(done: Imported) -> tuple[int, int, int]:
    """Created, updated, unchanged."""
    report = done.report
    return report["created"], report["updated"], report["unchanged"]


def warned(done: Imported) -> list[tuple[int | None, str]]:
    """(line, column) of every warning."""
    return [(note["line"], note["column"]) for note in done.report["warnings"]]


def risks() -> list[Risk]:
    """All risks by number, as they are stored."""
    db.session.rollback()
    return list(db.session.scalars(select(Risk).order_by(Risk.id)))


def trail_length() -> int:
    """How many acts the trail has."""
    db.session.rollback()
    return db.session.scalar(select(func.count(AuditEntry.id))) or 0
