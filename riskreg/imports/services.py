"""Writes of imports: keep a file, preview it, import it, save a mapping, forget old files."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from riskreg.audit.services import record
from riskreg.db import db
from riskreg.errors import Conflict, RiskregError
from riskreg.imports.decisions import Decisions
from riskreg.imports.kinds import ImportRefused, SourceTable
from riskreg.imports.limits import FILE_BYTES_MAX
from riskreg.imports.lookups import known_names
from riskreg.imports.models import ImportFile
from riskreg.imports.other_exports import refuse_other_exports
from riskreg.imports.outcome import Act, Outcome
from riskreg.imports.reading import likeliest, read
from riskreg.imports.report import kept_report, page_facts, report_of
from riskreg.imports.run import Progress, Run, Source
from riskreg.imports.texts import gettext as _
from riskreg.imports.understand import Understood, understand
from riskreg.jobs.services import enqueue
from riskreg.lib.dates import now
from riskreg.lib.hashing import digest, sha256
from riskreg.lib.text import clean_line
from riskreg.org.access import require
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission
from riskreg.risks.matrices import current_matrix, matrix_of

KIND = "risks"
PREVIEW_TASK, APPLY_TASK = "imports.preview", "imports.apply"
FOREGROUND_ROWS_MAX, FOREGROUND_BYTES_MAX = 2_000, 1024 * 1024
FILE_NAME_CHARS_MAX = 120


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The tables of a file, and what the chosen one says; plain values, good in any transaction."""

    tables: tuple[SourceTable, ...]
    found: Understood


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A finished run: the report with its fixed keys, and what it did."""

    report: dict[str, Any]
    outcome: Outcome


def import_rows(
    actor: Actor, found: Understood, source: Source, progress: Progress | None = None
) -> Imported:
    """Carry what was understood into the register, in the caller's transaction.

    For a trial the caller rolls back, and for a report with errors too. Raises Forbidden or
    NotFound where the actor may not import into the team.
    """
    require(actor, Permission.IMPORT, source.team, view=Permission.TEAM_VIEW)
    require(actor, Permission.RISK_EDIT, source.team, view=Permission.TEAM_VIEW)
    with _collector_at_rest():
        outcome = Run(actor, found, source).go(progress)
    return Imported(report=report_of(found, outcome), outcome=outcome)


def tried(
    actor: Actor, found: Understood, source: Source, progress: Progress | None = None
) -> Imported:
    """The same run with everything taken back; the transaction around it stays usable."""
    savepoint = db.session.begin_nested()
    try:
        return import_rows(actor, found, source, progress)
    finally:
        savepoint.rollback()


def reading_of(
    data: bytes,
    file_name: str,
    decisions: Decisions,
    *,
    tables: tuple[SourceTable, ...] | None = None,
) -> Reading:
    """What the bytes say on the matrix as it is now, as the decisions want them read.

    `tables` are given where the file was read already. Raises ImportRefused.
    """
    tables = tables or read(data, file_name)
    table = likeliest(tables, decisions.sheet)
    refuse_other_exports(table)
    found = understand(
        table,
        matrix_of(current_matrix()),
        corrections=decisions.columns,
        choices=decisions.choices(known_names()),
    )
    return Reading(tables=tables, found=found)


def reading_of_file(file: ImportFile) -> Reading:
    """The same for a kept file. Raises Conflict when it is gone or not as it was uploaded."""
    demand_waiting(file)
    content = file.content or b""
    if sha256(content) != file.sha256:
        raise Conflict(_("The kept file is damaged. Upload it again; nothing was stored."))
    return reading_of(content, file.file_name, Decisions.from_json(file.mapping))


def keep_file(actor: Actor, *, team: Team, file_name: str, content: bytes) -> ImportFile:
    """Keep an uploaded file with its preview; a large one waits for a worker.

    The same bytes are read as they were when they were last imported into the team.
    Raises ImportRefused when it cannot be read, Forbidden without the right to import.
    """
    require(actor, Permission.IMPORT, team, view=Permission.TEAM_VIEW)
    tables = read(content, file_name) if len(content) <= FOREGROUND_BYTES_MAX else ()
    if len(content) > FILE_BYTES_MAX:
        read(content, file_name)  # says so
    fingerprint = sha256(content)
    decisions = _decided_last_time(team, fingerprint)
    is_long = not tables or max(len(table.rows) for table in tables) > FOREGROUND_ROWS_MAX
    reading = None if is_long else reading_of(content, file_name, decisions, tables=tables)
    file = ImportFile(
        kind=KIND,
        team=team,
        file_name=shown_name(file_name),
        sha256=fingerprint,
        content=content,
        size_bytes=len(content),
        mapping=decisions.as_json(),
        report={},
        uploaded_at=now(),
        uploaded_by_id=actor.person_id,
    )
    db.session.add(file)
    db.session.flush()
    if reading is None:
        leave_to_worker(actor, file, PREVIEW_TASK)
    else:
        preview(actor, file, reading)
    changes = {"file": [None, file.file_name], "sha256": [None, file.sha256]}
    record(actor=actor, action="import.upload", subject=file, changes=changes)
    return file


def decide(actor: Actor, file: ImportFile, decisions: Decisions) -> None:
    """Read a kept file again with other decisions; raises ImportRefused, Conflict when applied."""
    demand_waiting(file)
    file.mapping = decisions.as_json()
    file.problem = ""
    if is_large(file):
        file.report = {}
        leave_to_worker(actor, file, PREVIEW_TASK)
    else:
        preview(actor, file, reading_of_file(file))
    db.session.flush()


def preview(
    actor: Actor, file: ImportFile, reading: Reading, progress: Progress | None = None
) -> None:
    """Try a kept file and keep what came of it; nothing else is stored."""
    source = Source(team=file.team, file_name=file.file_name, is_trial=True)
    done = tried(actor, reading.found, source, progress)
    file.report = _whole_report(reading, done)
    file.problem, file.job_id = "", None
    db.session.flush()


def ask_to_apply(actor: Actor, file: ImportFile, *, seal: str) -> None:
    """Import a kept file as its preview showed it, or have a worker do so.

    `seal` is that of the preview the person saw. Raises Conflict when file or decisions are
    others by now, ImportRefused when nothing could be stored.
    """
    demand_waiting(file)
    if seal != seal_of(file):
        raise Conflict(
            _("The preview is another one by now. Look at it again; nothing was stored.")
        )
    require(actor, Permission.IMPORT, file.team, view=Permission.TEAM_VIEW)
    if is_large(file):
        leave_to_worker(actor, file, APPLY_TASK)
    else:
        apply(actor, file, reading_of_file(file))


def apply(
    actor: Actor, file: ImportFile, reading: Reading, progress: Progress | None = None
) -> None:
    """Import a kept file in the caller's transaction: all of it, or an error that says why not."""
    wait_for_turn(file.team)
    db.session.refresh(file, ["applied_at", "content"])
    demand_waiting(file)
    source = Source(team=file.team, file_name=file.file_name)
    done = import_rows(actor, reading.found, source, progress)
    refuse_errors(done)
    file.report = _whole_report(reading, done)
    file.content, file.applied_at, file.job_id = None, now(), None
    db.session.flush()
    _record(actor, file, done)


def import_at_once(
    actor: Actor, found: Understood, source: Source, *, content: bytes, decisions: Decisions
) -> Imported:
    """Import for a command: no preview; what came of it is kept when anything changed."""
    wait_for_turn(source.team)
    done = import_rows(actor, found, source)
    refuse_errors(done)
    if done.outcome.has_changes:
        file = ImportFile(
            kind=KIND,
            team=source.team,
            file_name=shown_name(source.file_name),
            sha256=sha256(content),
            content=None,
            size_bytes=len(content),
            mapping=decisions.as_json(),
            report=kept_report(done.report),
            uploaded_at=now(),
            uploaded_by_id=actor.person_id,
            applied_at=now(),
        )
        db.session.add(file)
        db.session.flush()
        _record(actor, file, done)
    return done


def refuse_errors(done: Imported) -> None:
    """Raise Refused with the report when rows cannot be stored."""
    if done.outcome.errors:
        raise Refused(done)


class Refused(ImportRefused):
    """Rows of the file cannot be risks; `report` says which and why."""

    def __init__(self, done: Imported) -> None:
        first, more = done.outcome.errors[0], len(done.outcome.errors) - 1
        where = _("line %(line)s", line=first.line) if first.line else _("the file")
        facts = {"where": where, "why": first.message, "count": more}
        if more:
            message = _(
                "Because of %(where)s nothing was stored: %(why)s There are %(count)s more errors.",
                **facts,
            )
        else:
            message = _("Because of %(where)s nothing was stored: %(why)s", **facts)
        super().__init__(message)
        self.report = done.report


def forget_file(actor: Actor, file: ImportFile) -> None:
    """Delete what was uploaded and not imported."""
    demand_waiting(file)
    file.content = None
    db.session.flush()
    record(actor=actor, action="import.forget", subject=file)


def forget_old_files(before: datetime) -> int:
    """Delete the contents of files uploaded before an instant; returns how many."""
    old = select(ImportFile.id).where(
        ImportFile.content.is_not(None), ImportFile.uploaded_at < before
    )
    ids = list(db.session.scalars(old.limit(500)))
    if ids:
        db.session.execute(
            update(ImportFile).where(ImportFile.id.in_(ids)).values(content=None, job_id=None)
        )
    return len(ids)


def seal_of(file: ImportFile) -> str:
    """What a confirmation is bound to: the bytes, the decisions, and what the preview said."""
    return digest([file.sha256, file.mapping, file.report])


def is_large(file: ImportFile) -> bool:
    """Whether a worker does the work, because it takes longer than a page may."""
    rows = int(file.report.get("rows") or 0)
    return file.size_bytes > FOREGROUND_BYTES_MAX or rows > FOREGROUND_ROWS_MAX


def note_problem(file: ImportFile, error: RiskregError) -> None:
    """Keep why a worker could not do the work."""
    file.problem, file.job_id = error.message, None
    db.session.flush()


def _decided_last_time(team: Team, fingerprint: str) -> Decisions:
    """How this very file was read when it was imported into the team; else nothing decided."""
    imported = ImportFile.team_id == team.id, ImportFile.applied_at.is_not(None)
    mapping = db.session.scalar(
        select(ImportFile.mapping)
        .where(ImportFile.sha256 == fingerprint, *imported)
        .order_by(ImportFile.id.desc())
        .limit(1)
    )
    return Decisions.from_json(mapping or {})


def leave_to_worker(actor: Actor, file: ImportFile, task: str) -> None:
    job = enqueue(
        task,
        {"file_id": file.id},
        team_id=file.team_id,
        asked_by_id=actor.person_id,
        max_attempts=2,
    )
    file.job_id, file.problem = job.id, ""
    db.session.flush()


def wait_for_turn(team: Team) -> None:
    """Imports into a team come one after the other, each seeing what the one before stored.

    Risks may be filed in the meantime. SQLite has one writer anyway.
    """
    row = select(Team.id).where(Team.id == team.id)
    db.session.execute(row.with_for_update(key_share=True))


def demand_waiting(file: ImportFile) -> None:
    if file.applied_at is not None:
        raise Conflict(_("This file was imported already; nothing was stored twice."))
    if file.content is None:
        raise Conflict(_("This file was kept for a day and is gone now. Upload it again."))


def _whole_report(reading: Reading, done: Imported) -> dict[str, Any]:
    page = page_facts(reading.tables, reading.found, done.outcome)
    return {**kept_report(done.report), "page": page}


def _record(actor: Actor, file: ImportFile, done: Imported) -> None:
    counts: Mapping[Act, int] = done.outcome.counts
    changes = {act.value: [None, counts[act]] for act in Act}
    record(
        actor=actor,
        action="import.apply",
        subject=file,
        changes={"file": [None, file.file_name], **changes},
    )


def shown_name(file_name: str) -> str:
    """The last part of a path, on one line."""
    name = file_name.encode(errors="replace").decode().replace("\0", "").replace("\\", "/")
    return clean_line(name.rpartition("/")[2])[-FILE_NAME_CHARS_MAX:] or _("file")


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """What is there already is no garbage: looking through it again and again takes long."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
