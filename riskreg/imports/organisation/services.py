"""Writes of the import of teams, people and systems: keep a file, preview it, import it."""

from __future__ import annotations

from typing import Any

from riskreg.audit.services import record
from riskreg.db import db
from riskreg.errors import Conflict
from riskreg.imports.kinds import ImportRefused
from riskreg.imports.limits import FILE_BYTES_MAX
from riskreg.imports.models import ImportFile
from riskreg.imports.organisation import backstage, lists
from riskreg.imports.organisation.entries import Entries
from riskreg.imports.organisation.run import OrganisationRun, Policy
from riskreg.imports.outcome import Act
from riskreg.imports.report import KEYS, kept_report
from riskreg.imports.run import Progress, Source
from riskreg.imports.services import (
    Imported,
    Refused,
    demand_waiting,
    leave_to_worker,
    seal_of,
    shown_name,
    wait_for_turn,
)
from riskreg.imports.texts import gettext as _
from riskreg.lib.dates import now
from riskreg.lib.hashing import sha256
from riskreg.org.access import require
from riskreg.org.kinds import Role
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission

KIND = backstage.KIND
PREVIEW_TASK, APPLY_TASK = "organisation.preview", "organisation.apply"
FOREGROUND_ROWS_MAX = 300  # each is a row, its trail, and questions about both
POLICY = "member_role"


def kind_of(data: bytes, file_name: str) -> str | None:
    """What a file would be reported as; None where it is not for this import, or unreadable."""
    if backstage.recognises(data):
        return KIND
    try:
        return lists.kind_of(lists.first_sheet(data, file_name))
    except ImportRefused:
        return None


def entries_of(data: bytes, file_name: str, kind: str | None = None) -> Entries:
    """What a file says, a catalogue whatever `kind` is named; a list is of that kind.

    Raises ImportRefused for a file of another kind, and for one that is too large.
    """
    if len(data) > FILE_BYTES_MAX:
        limit = FILE_BYTES_MAX // 1024**2
        message = _("The file is larger than %(limit)s MB. Nothing was stored.", limit=limit)
        raise ImportRefused(message)
    if backstage.recognises(data):
        return backstage.read(data)
    sheet = lists.first_sheet(data, file_name)
    kind = kind or lists.kind_of(sheet)
    if kind is None:
        raise ImportRefused(
            _(
                "This is neither a catalogue of Backstage nor a list of teams, people or systems: "
                "no column is called parent, e-mail, or tier, hours or operators. Nothing was "
                "stored."
            )
        )
    return lists.read(sheet, kind)


def import_entries(
    actor: Actor,
    entries: Entries,
    source: Source,
    policy: Policy,
    progress: Progress | None = None,
) -> Imported:
    """Carry what was read into the register, in the caller's transaction.

    For a trial the caller rolls back, and for a report with errors too. Raises Forbidden or
    NotFound where the actor does not administer the team.
    """
    require(actor, Permission.PERSON_EDIT, source.team, view=Permission.TEAM_VIEW)
    outcome = OrganisationRun(actor, entries, source, policy).go(progress)
    facts: dict[str, Any] = {
        "kind": entries.kind,
        "rows": entries.rows,
        **{act.value: outcome.counts[act] for act in Act},
        "skipped": outcome.skipped,
        "warnings": [note.as_json() for note in outcome.warnings],
        "errors": [note.as_json() for note in outcome.errors],
        "mapping": dict(entries.mapping),
    }
    return Imported(report={key: facts[key] for key in KEYS}, outcome=outcome)


def import_at_once(
    actor: Actor, entries: Entries, source: Source, policy: Policy, *, content: bytes
) -> Imported:
    """Import for a command: no preview; what came of it is kept when anything changed.

    Raises Refused with the report when something cannot be stored.
    """
    wait_for_turn(source.team)
    done = import_entries(actor, entries, source, policy)
    refuse_errors(done)
    if done.outcome.has_changes:
        file = _kept(actor, source.team, source.file_name, content, policy)
        file.content, file.applied_at, file.report = None, now(), kept_report(done.report)
        db.session.add(file)
        db.session.flush()
        _record(actor, file, done)
    return done


def tried(
    actor: Actor,
    entries: Entries,
    source: Source,
    policy: Policy,
    progress: Progress | None = None,
) -> Imported:
    """The same with everything taken back; the transaction around it stays usable."""
    savepoint = db.session.begin_nested()
    try:
        return import_entries(actor, entries, source, policy, progress)
    finally:
        savepoint.rollback()


def keep_file(
    actor: Actor, *, team: Team, file_name: str, content: bytes, policy: Policy
) -> ImportFile:
    """Keep an uploaded file with its preview; a large one waits for a worker.

    Raises ImportRefused when it cannot be read, Forbidden without the right to import.
    """
    require(actor, Permission.PERSON_EDIT, team, view=Permission.TEAM_VIEW)
    entries = entries_of(content, file_name)
    file = _kept(actor, team, file_name, content, policy)
    file.report = {"rows": entries.rows}
    db.session.add(file)
    db.session.flush()
    if is_large(file):
        leave_to_worker(actor, file, PREVIEW_TASK)
    else:
        preview(actor, file, entries)
    changes = {"file": [None, file.file_name], "sha256": [None, file.sha256]}
    record(actor=actor, action="import.upload", subject=file, changes=changes)
    return file


def preview(
    actor: Actor, file: ImportFile, entries: Entries, progress: Progress | None = None
) -> None:
    """Try a kept file and keep what came of it; nothing else is stored."""
    source = Source(team=file.team, file_name=file.file_name, is_trial=True)
    done = tried(actor, entries, source, policy_of(file), progress)
    file.report = _whole_report(entries, done)
    file.problem, file.job_id = "", None
    db.session.flush()


def ask_to_apply(actor: Actor, file: ImportFile, *, seal: str) -> None:
    """Import a kept file as its preview showed it, or have a worker do so.

    Raises Conflict when the preview is another one by now, ImportRefused when nothing could be
    stored.
    """
    demand_waiting(file)
    if seal != seal_of(file):
        message = _("The preview is another one by now. Look at it again; nothing was stored.")
        raise Conflict(message)
    if is_large(file):
        leave_to_worker(actor, file, APPLY_TASK)
    else:
        apply(actor, file, entries_of_file(file))


def apply(
    actor: Actor, file: ImportFile, entries: Entries, progress: Progress | None = None
) -> None:
    """Import a kept file in the caller's transaction: all of it, or an error that says why not."""
    wait_for_turn(file.team)
    db.session.refresh(file, ["applied_at", "content"])
    demand_waiting(file)
    source = Source(team=file.team, file_name=file.file_name)
    done = import_entries(actor, entries, source, policy_of(file), progress)
    refuse_errors(done)
    file.report = _whole_report(entries, done)
    file.content, file.applied_at, file.job_id = None, now(), None
    db.session.flush()
    _record(actor, file, done)


def entries_of_file(file: ImportFile) -> Entries:
    """What a kept file says. Raises Conflict when it is gone."""
    demand_waiting(file)
    return entries_of(file.content or b"", file.file_name)


def refuse_errors(done: Imported) -> None:
    """Raise Refused with the report when something cannot be stored."""
    if done.outcome.errors:
        raise Refused(done)


def policy_of(file: ImportFile) -> Policy:
    """What was decided when the file was uploaded."""
    role = file.mapping.get(POLICY)
    return Policy(member_role=Role(role) if role else None)


def is_large(file: ImportFile) -> bool:
    """Whether a worker does the work, because it takes longer than a page may."""
    return int(file.report.get("rows") or 0) > FOREGROUND_ROWS_MAX


def _whole_report(entries: Entries, done: Imported) -> dict[str, Any]:
    rows = [dict(row) for row in done.outcome.first_rows]
    page = {"recognised": dict(entries.recognised), "first_rows": rows}
    return {**kept_report(done.report), "page": page}


def _kept(actor: Actor, team: Team, file_name: str, content: bytes, policy: Policy) -> ImportFile:
    """A file as it is kept; not stored yet."""
    return ImportFile(
        kind=KIND,
        team=team,
        file_name=shown_name(file_name),
        sha256=sha256(content),
        content=content,
        size_bytes=len(content),
        mapping={POLICY: policy.member_role},
        report={},
        uploaded_at=now(),
        uploaded_by_id=actor.person_id,
    )


def _record(actor: Actor, file: ImportFile, done: Imported) -> None:
    counts = {act.value: [None, done.outcome.counts[act]] for act in Act}
    changes: dict[str, list[Any]] = {"file": [None, file.file_name], **counts}
    record(actor=actor, action="import.apply", subject=file, changes=changes)
