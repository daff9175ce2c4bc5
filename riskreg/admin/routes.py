"""Pages of background work."""

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from riskreg.audit.services import record
from riskreg.db import db
from riskreg.errors import NotFound
from riskreg.jobs import queries, services
from riskreg.jobs.models import Job
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission
from riskreg.web.security import current_actor, requires

bp = Blueprint("admin", __name__)
PAGE = 50


@bp.get("/admin/jobs")
@requires(Permission.JOB_VIEW)
def jobs() -> ResponseReturnValue:
    """What is being done in the background."""
    before = request.args.get("before", type=int)
    rows = [job for job in queries.job_page(limit=PAGE, before_id=before) if _sees(job)]
    last = rows[-1].id if len(rows) == PAGE else None
    return render_template(
        "admin/jobs.html",
        jobs=rows,
        counts=queries.job_counts(),
        workers=queries.live_workers(),
        next_before=last,
    )


@bp.get("/admin/jobs/<int:job_id>")
@requires(Permission.JOB_VIEW)
def job(job_id: int) -> ResponseReturnValue:
    """One piece of work: state, progress, error, result."""
    return render_template("admin/job.html", job=_job_for(job_id))


@bp.get("/admin/jobs/<int:job_id>/progress")
@requires(Permission.JOB_VIEW)
def progress(job_id: int) -> ResponseReturnValue:
    """The part of the page that moves."""
    return render_template("admin/_progress.html", job=_job_for(job_id))


@bp.get("/admin/jobs/<int:job_id>.json")
@requires(Permission.JOB_VIEW)
def job_json(job_id: int) -> ResponseReturnValue:
    """The same for programs."""
    row = _job_for(job_id)
    return jsonify(
        data={
            "id": row.id,
            "task": row.task,
            "state": row.state,
            "progress": {
                "done": row.progress_done,
                "total": row.progress_total,
                "label": row.progress_label,
            },
            "attempts": row.attempts,
            "error": row.error,
            "result": row.result,
        }
    )


@bp.post("/admin/jobs/<int:job_id>/retry")
@requires(Permission.JOB_RETRY)
def retry(job_id: int) -> ResponseReturnValue:
    """Try again."""
    row = services.retry(_job_for(job_id, Permission.JOB_RETRY))
    record(actor=current_actor, action="job.retry", subject=row)
    return redirect(url_for("admin.job", job_id=row.id), 303)


@bp.post("/admin/jobs/<int:job_id>/cancellation")
@requires(Permission.JOB_RETRY)
def cancel(job_id: int) -> ResponseReturnValue:
    """Stop it."""
    row = services.cancel(_job_for(job_id, Permission.JOB_RETRY))
    record(actor=current_actor, action="job.cancel", subject=row)
    return redirect(url_for("admin.job", job_id=row.id), 303)


def _job_for(job_id: int, permission: Permission = Permission.JOB_VIEW) -> Job:
    row = db.session.get(Job, job_id)
    if row is None or not _sees(row, permission):
        raise NotFound(_("There is nothing here, or you may not see it."))
    return row


def _sees(row: Job, permission: Permission = Permission.JOB_VIEW) -> bool:
    """One's own work, that of a team one may look after, or all of it for those at the root."""
    actor: Actor = current_actor
    if row.asked_by_id is not None and row.asked_by_id == actor.person_id:
        return True
    team = db.session.get(Team, row.team_id) if row.team_id is not None else None
    if team is None:
        return _is_root(actor, permission)
    return actor.may(permission, team.path)


def _is_root(actor: Actor, permission: Permission) -> bool:
    root = db.session.scalar(select(Team.path).where(Team.parent_id.is_(None)))
    return root is not None and actor.may(permission, root)
