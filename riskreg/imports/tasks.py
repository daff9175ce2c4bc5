"""Background work of imports: large files, and forgetting old ones."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from riskreg.db import db, transaction
from riskreg.errors import NotFound, RiskregError
from riskreg.imports import services
from riskreg.imports.models import ImportFile
from riskreg.imports.organisation import services as organisation
from riskreg.imports.run import Progress
from riskreg.imports.texts import gettext as _
from riskreg.jobs.registry import Context, task
from riskreg.lib.dates import now
from riskreg.org.permissions import Actor
from riskreg.org.queries import person_by_id
from riskreg.org.sessions import actor_of

KEPT = timedelta(days=1)
Work = Callable[[Actor, ImportFile, Any, Progress | None], None]


@task(services.PREVIEW_TASK, title=_l("Read a register"))
def preview_file(context: Context) -> dict[str, int]:
    """Try a large file; doing it twice gives the same preview."""
    return _worked_on(context, services.reading_of_file, services.preview, _("Reading the file"))


@task(services.APPLY_TASK, title=_l("Import a register"))
def apply_file(context: Context) -> dict[str, int]:
    """Import a large file in one transaction; once it is imported, there is nothing left to do."""
    return _worked_on(context, services.reading_of_file, services.apply, _("Importing"))


@task(organisation.PREVIEW_TASK, title=_l("Read teams, people and systems"))
def preview_organisation(context: Context) -> dict[str, int]:
    """The same of a large catalogue."""
    read = organisation.entries_of_file
    return _worked_on(context, read, organisation.preview, _("Reading the file"))


@task(organisation.APPLY_TASK, title=_l("Import teams, people and systems"))
def apply_organisation(context: Context) -> dict[str, int]:
    """The same of a large catalogue, in one transaction."""
    return _worked_on(context, organisation.entries_of_file, organisation.apply, _("Importing"))


@task("imports.sweep", title=_l("Forget files that were not imported"), every=timedelta(hours=1))
def sweep_files(_context: Context) -> dict[str, int]:
    """Delete what was uploaded a day ago and not imported."""
    with transaction():
        return {"deleted": services.forget_old_files(now() - KEPT)}


def _worked_on(
    context: Context, read: Callable[[ImportFile], Any], work: Work, label: str
) -> dict[str, int]:
    """Read outside the transaction that writes, so that it is short."""
    context.progress(0, None, label)
    file_id = context.payload["file_id"]
    try:
        file = db.session.get_one(ImportFile, file_id)
        reading = None if file.applied_at else read(file)
        with transaction():
            file = db.session.get_one(ImportFile, file_id)
            if reading is not None and file.applied_at is None:
                work(_actor(file), file, reading, _progress(context, label))
            counts = {name: int(file.report.get(name) or 0) for name in ("created", "updated")}
    except RiskregError as error:
        with transaction():
            services.note_problem(db.session.get_one(ImportFile, file_id), error)
        return {"refused": 1}
    return counts


def _actor(file: ImportFile) -> Actor:
    """Who uploaded the file, with the roles that they have now."""
    if file.uploaded_by_id is None:
        raise NotFound(_("Nobody is known to have uploaded this file."))
    person = person_by_id(file.uploaded_by_id)
    if not person.is_active:
        raise NotFound(_("Whoever uploaded this file has left; nothing was stored."))
    zone = current_app.config["SETTINGS"].timezone
    return actor_of(person, timezone=zone)


def _progress(context: Context, label: str) -> Progress | None:
    """Told over a connection of its own; SQLite has one writer, and that is the import."""
    if db.engine.dialect.name == "sqlite":
        return None
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]  # a LocalProxy

    def show(done: int, total: int) -> None:
        with app.app_context():
            context.progress(done, total, label)

    return show
