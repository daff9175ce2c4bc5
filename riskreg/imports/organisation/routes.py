"""Pages of the import of teams, people and systems: upload, look at the preview, import."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict

from riskreg.errors import Invalid
from riskreg.imports import labels
from riskreg.imports.models import ImportFile
from riskreg.imports.organisation import services
from riskreg.imports.organisation.forms import UploadForm
from riskreg.imports.organisation.run import Policy
from riskreg.imports.queries import file_for, job_of, recent_files
from riskreg.imports.report import given_report
from riskreg.imports.routes import grouped, state_of
from riskreg.imports.services import forget_file, seal_of
from riskreg.org.kinds import Role
from riskreg.org.limits import Limit, limited
from riskreg.org.permissions import Permission
from riskreg.org.proofs import proven_lately
from riskreg.org.queries import team_for, teams_for
from riskreg.web import bodies
from riskreg.web.fragments import is_fragment
from riskreg.web.frame import chosen_team
from riskreg.web.security import current_actor, requires

bp = Blueprint("organisation", __name__, url_prefix="/admin/import")


@bp.get("")
@requires(Permission.PERSON_EDIT)
def new() -> str:
    """Choose a file and what it goes to."""
    here = chosen_team()
    return _upload_page(_offered(UploadForm(data={"team": here.slug if here else ""})))


@bp.post("")
@requires(Permission.PERSON_EDIT)
@limited(Limit.IMPORT)
def create() -> ResponseReturnValue:
    """Keep the file and show what it would do; nothing is imported yet."""
    form = _offered(UploadForm(CombinedMultiDict([request.files, request.form])))
    if not form.validate():
        return _upload_page(form), 422
    role = form.member_role.data
    try:
        file = services.keep_file(
            current_actor,
            team=team_for(current_actor, form.team.data, Permission.PERSON_EDIT),
            file_name=form.file.data.filename,
            content=form.file.data.read(),
            policy=Policy(member_role=Role(role) if role else None),
        )
    except Invalid as error:
        form.file.errors = [*form.file.errors, error.message]
        return _upload_page(form), 422
    return redirect(url_for("organisation.show", file_id=file.id), 303)


@bp.get("/<int:file_id>")
@requires(Permission.PERSON_EDIT)
def show(file_id: int) -> ResponseReturnValue:
    """Where a file stands: being read, previewed, imported, refused or gone."""
    file = _file(file_id)
    state = state_of(file)
    if is_fragment() and state != "working":
        return "", 200, {"HX-Refresh": "true"}
    return render_template(
        "imports/_working.html" if is_fragment() else "imports/organisation_file.html",
        file=file,
        state=state,
        job=job_of(file),
        address=url_for("organisation.show", file_id=file.id),
        rows_at_once=services.FOREGROUND_ROWS_MAX,
        report=file.report,
        facts=file.report.get("page", {}),
        changes=file.report.get("created", 0) + file.report.get("updated", 0),
        warnings=grouped(file.report.get("warnings", [])),
        errors=grouped(file.report.get("errors", [])),
        report_url=url_for("organisation.report", file_id=file.id),
        again_url=url_for("organisation.new"),
        seal=seal_of(file) if state == "preview" else "",
        labels=labels,
    )


@bp.get("/<int:file_id>/report.json")
@requires(Permission.PERSON_EDIT)
def report(file_id: int) -> ResponseReturnValue:
    """The whole report, as the command prints it."""
    return jsonify(given_report(_file(file_id).report))


@bp.post("/<int:file_id>/application")
@requires(Permission.PERSON_EDIT)
@proven_lately("organisation.show")
def apply(file_id: int) -> ResponseReturnValue:
    """Import it: everything or nothing."""
    services.ask_to_apply(current_actor, _file(file_id), seal=request.form.get("seal", ""))
    return redirect(url_for("organisation.show", file_id=file_id), 303)


@bp.post("/<int:file_id>/removal")
@requires(Permission.PERSON_EDIT)
def forget(file_id: int) -> ResponseReturnValue:
    """Delete what was uploaded."""
    file = _file(file_id)
    forget_file(current_actor, file)
    flash(_("%(name)s is forgotten; nothing of it was imported.", name=file.file_name), "info")
    return redirect(url_for("organisation.new"), 303)


def _file(file_id: int) -> ImportFile:
    return file_for(current_actor, file_id, kind=services.KIND, permission=Permission.PERSON_EDIT)


def _offered(form: UploadForm) -> UploadForm:
    return form.offer(
        teams_for(current_actor, Permission.PERSON_EDIT), megabytes=bodies.megabytes()
    )


def _upload_page(form: UploadForm) -> str:
    recent = recent_files(current_actor, kind=services.KIND)
    return render_template(
        "imports/organisation.html",
        form=form,
        recent=[(file, state_of(file)) for file in recent],
        file_endpoint="organisation.show",
    )
