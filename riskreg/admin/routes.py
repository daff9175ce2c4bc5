"""Pages of background work."""

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from riskreg.admin import queries
from riskreg.audit.services import record
from riskreg.jobs import services
from riskreg.jobs.kinds import JobState
from riskreg.jobs.queries import live_workers
from riskreg.jobs.registry import title_of
from riskreg.org.permissions import Permission
from riskreg.web.security import current_actor, requires

bp = Blueprint("admin", __name__)
bp.add_app_template_global(title_of, "job_title")
PAGE = 50
UNDER_WAY = frozenset({JobState.WAITING, JobState.RUNNING})
AT_A_STANDSTILL = frozenset({JobState.DEAD, JobState.CANCELLED})


@bp.get("/admin/jobs")
@requires(Permission.JOB_VIEW)
def jobs() -> ResponseReturnValue:
    """What is being done in the background."""
    rows, last = queries.jobs_for(current_actor, limit=PAGE, before_id=_before())
    return render_template(
        "admin/jobs.html",
        jobs=rows,
        names=queries.asked_by(rows),
        counts=queries.counts_for(current_actor),
        workers=live_workers(),
        next_before=last,
    )


@bp.get("/admin/jobs/<int:job_id>")
@requires(Permission.JOB_VIEW)
def job(job_id: int) -> ResponseReturnValue:
    """One piece of work: state, progress, error, result."""
    row = queries.job_for(current_actor, job_id)
    return render_template(
        "admin/job.html", job=row, may_act=queries.may_act_on(current_actor, row)
    )


@bp.get("/admin/jobs/<int:job_id>/progress")
@requires(Permission.JOB_VIEW)
def progress(job_id: int) -> ResponseReturnValue:
    """The part of the page that moves."""
    return render_template("admin/_progress.html", job=queries.job_for(current_actor, job_id))


@bp.get("/admin/jobs/<int:job_id>.json")
@requires(Permission.JOB_VIEW)
def job_json(job_id: int) -> ResponseReturnValue:
    """The same for programs; the last two are addresses to post to, where that can be done."""
    row = queries.job_for(current_actor, job_id)
    may_act = queries.may_act_on(current_actor, row)
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
            "retry": url_for("admin.retry", job_id=row.id)
            if may_act and row.state in AT_A_STANDSTILL
            else None,
            "cancellation": url_for("admin.cancel", job_id=row.id)
            if may_act and row.state in UNDER_WAY
            else None,
        }
    )


@bp.post("/admin/jobs/<int:job_id>/retry")
@requires(Permission.JOB_RETRY)
def retry(job_id: int) -> ResponseReturnValue:
    """Try again."""
    row = services.retry(queries.job_for(current_actor, job_id, Permission.JOB_RETRY))
    record(actor=current_actor, action="job.retry", subject=row)
    return redirect(url_for("admin.job", job_id=row.id), 303)


@bp.post("/admin/jobs/<int:job_id>/cancellation")
@requires(Permission.JOB_RETRY)
def cancel(job_id: int) -> ResponseReturnValue:
    """Stop it."""
    row = services.cancel(queries.job_for(current_actor, job_id, Permission.JOB_RETRY))
    record(actor=current_actor, action="job.cancel", subject=row)
    return redirect(url_for("admin.job", job_id=row.id), 303)


def _before() -> int | None:
    raw = request.args.get("before", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
