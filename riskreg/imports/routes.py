"""Pages of the import: upload, look at the preview, decide, import, see what came of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict

from riskreg.errors import Forbidden, Invalid
from riskreg.imports import labels, services
from riskreg.imports.decisions import Decisions
from riskreg.imports.fields import FIELDS_BY_NAME
from riskreg.imports.forms import (
    DecisionsForm,
    UploadForm,
    column_decisions,
    data_of,
    decisions_to_save,
    field_choices,
    shown_field,
)
from riskreg.imports.models import ImportFile
from riskreg.imports.queries import file_for, is_kept, job_of, recent_files, saved_mappings
from riskreg.imports.remarks import in_words
from riskreg.imports.report import given_report
from riskreg.imports.saved_mappings import decisions_saved_as, save_mapping
from riskreg.imports.services import FOREGROUND_ROWS_MAX
from riskreg.jobs.kinds import JobState
from riskreg.org.limits import Limit, limited
from riskreg.org.permissions import Permission
from riskreg.org.queries import team_for
from riskreg.org.tree import Branch
from riskreg.web import bodies
from riskreg.web.fragments import is_fragment
from riskreg.web.frame import chosen_team, visible_teams
from riskreg.web.security import current_actor, requires

bp = Blueprint("imports", __name__)
REMARKS_SHOWN = 100


@bp.get("/risks/import")
@requires(Permission.IMPORT)
def new() -> str:
    """Choose a file and a team."""
    return _upload_page(_offered(UploadForm(data={"team": _likely_team().slug})))


@bp.post("/risks/import")
@requires(Permission.IMPORT)
@limited(Limit.IMPORT)
def create() -> ResponseReturnValue:
    """Keep the file and show what it would do; nothing is imported yet."""
    form = _offered(UploadForm(CombinedMultiDict([request.files, request.form])))
    if not form.validate():
        return _upload_page(form), 422
    try:
        file = services.keep_file(
            current_actor,
            team=team_for(current_actor, form.team.data, Permission.IMPORT),
            file_name=form.file.data.filename,
            content=form.file.data.read(),
        )
    except Invalid as error:
        form.file.errors = [*form.file.errors, error.message]
        return _upload_page(form), 422
    if Decisions.from_json(file.mapping) != Decisions():
        flash(_("This file was imported before; it is read as it was then."), "info")
    return redirect(url_for("imports.show", file_id=file.id), 303)


@bp.get("/risks/import/<int:file_id>")
@requires(Permission.IMPORT)
def show(file_id: int) -> ResponseReturnValue:
    """Where a file stands: being read, previewed, imported, refused or gone."""
    file = file_for(current_actor, file_id)
    state = state_of(file)
    if is_fragment() and state != "working":
        return "", 200, {"HX-Refresh": "true"}
    return _file_page(file, state)


@bp.get("/risks/import/<int:file_id>/report.json")
@requires(Permission.IMPORT)
def report(file_id: int) -> ResponseReturnValue:
    """The whole report, as the command prints it."""
    file = file_for(current_actor, file_id)
    return jsonify(given_report(file.report))


@bp.post("/risks/import/<int:file_id>/decisions")
@requires(Permission.IMPORT)
def update(file_id: int) -> ResponseReturnValue:
    """Read the file again as the person says; save or use a mapping."""
    file = file_for(current_actor, file_id)
    form, then = _decisions_form(file, request.form), request.form.get("then", "")
    if not form.validate() or (then == "save" and not form.is_named()):
        return _file_page(file, state_of(file), form=form), 422
    known = Decisions.from_json(file.mapping)
    decisions = form.decisions(column_decisions(request.form, _columns(file), known))
    try:
        decisions = _with_saved(form, decisions, then)
        services.decide(current_actor, file, decisions)
        if then == "save":
            _save_mapping(file, form, decisions)
    except Invalid as error:
        form.sheet.errors = [*form.sheet.errors, error.message]
        return _file_page(file, state_of(file), form=form), 422
    return redirect(url_for("imports.show", file_id=file.id), 303)


@bp.post("/risks/import/<int:file_id>/application")
@requires(Permission.IMPORT)
def apply(file_id: int) -> ResponseReturnValue:
    """Import it: everything or nothing."""
    file = file_for(current_actor, file_id)
    services.ask_to_apply(current_actor, file, seal=request.form.get("seal", ""))
    return redirect(url_for("imports.show", file_id=file.id), 303)


@bp.post("/risks/import/<int:file_id>/removal")
@requires(Permission.IMPORT)
def forget(file_id: int) -> ResponseReturnValue:
    """Delete what was uploaded."""
    file = file_for(current_actor, file_id)
    services.forget_file(current_actor, file)
    flash(_("%(name)s is forgotten; nothing of it was imported.", name=file.file_name), "info")
    return redirect(url_for("imports.new"), 303)


def _editable_teams() -> list[Branch]:
    may = current_actor.may
    return [team for team in visible_teams() if may(Permission.IMPORT, team.path)]


def _likely_team() -> Branch:
    """The chosen team where the actor may import, else the first where they may."""
    teams, chosen = _editable_teams(), chosen_team()
    if not teams:
        raise Forbidden(_("Your role does not let you do this. A manager of the team can."))
    return next((team for team in teams if chosen and team.id == chosen.id), teams[0])


def _offered(form: UploadForm) -> UploadForm:
    return form.offer(_editable_teams(), megabytes=bodies.megabytes())


def _upload_page(form: UploadForm) -> str:
    return render_template(
        "imports/new.html",
        form=form,
        recent=[(file, state_of(file)) for file in recent_files(current_actor)],
        file_endpoint="imports.show",
        saved=saved_mappings(services.KIND),
    )


def state_of(file: ImportFile) -> str:
    """One of done, refused, working, stopped, gone, preview."""
    if file.applied_at is not None:
        return "done"
    if not is_kept(file):
        return "gone"
    if file.problem:
        return "refused"
    if file.job_id is None:
        return "preview"
    job = job_of(file)
    is_over = job is None or job.state in {JobState.DEAD, JobState.CANCELLED, JobState.DONE}
    return "stopped" if is_over else "working"


def _file_page(file: ImportFile, state: str, form: DecisionsForm | None = None) -> str:
    facts = file.report.get("page", {})
    page = "imports/_working.html" if is_fragment() else "imports/show.html"
    return render_template(
        page,
        file=file,
        state=state,
        job=job_of(file),
        report=file.report,
        facts=facts,
        form=form or _decisions_form(file),
        columns=[(column, shown_field(column)) for column in facts.get("columns", [])],
        field_choices=field_choices(),
        changes=file.report.get("created", 0) + file.report.get("updated", 0),
        warnings=grouped(file.report.get("warnings", [])),
        errors=grouped(file.report.get("errors", [])),
        seal=services.seal_of(file) if state == "preview" else "",
        rows_at_once=FOREGROUND_ROWS_MAX,
        address=url_for("imports.show", file_id=file.id),
        report_url=url_for("imports.report", file_id=file.id),
        again_url=url_for("imports.new"),
        labels=labels,
        fields=FIELDS_BY_NAME,
    )


def grouped(notes: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]], int]]:
    """(column, the first remarks about it, how many more there are), those of the file first."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for note in notes:
        groups.setdefault(note["column"], []).append({**note, "message": in_words(note)})
    found = [
        (column, group[:REMARKS_SHOWN], max(0, len(group) - REMARKS_SHOWN))
        for column, group in groups.items()
    ]
    return sorted(found, key=lambda group: group[0] != "")


def _decisions_form(file: ImportFile, sent: Any = None) -> DecisionsForm:
    facts = file.report.get("page", {})
    known = Decisions.from_json(file.mapping)
    sheets = facts.get("sheets") or [facts.get("sheet", "")]
    form = DecisionsForm(sent, data=data_of(known, facts.get("sheet", "")))
    return form.offer(sheets, saved_mappings(services.KIND))


def _with_saved(form: DecisionsForm, decisions: Decisions, then: str) -> Decisions:
    """The saved decisions in place of the others, when these were asked for."""
    if then != "use" or not form.saved.data:
        return decisions
    saved = decisions_saved_as(form.saved.data)
    return Decisions(
        columns=saved.columns,
        sheet=decisions.sheet,
        date_order=saved.date_order,
        decimal=saved.decimal,
        ends=saved.ends,
    )


def _save_mapping(file: ImportFile, form: DecisionsForm, decisions: Decisions) -> None:
    whole = decisions_to_save(decisions, _columns(file))
    saved = save_mapping(current_actor, form.name.data or "", whole)
    flash(_("The mapping “%(name)s” is saved.", name=saved.name))


def _columns(file: ImportFile) -> list[dict[str, Any]]:
    """The columns as the last preview shows them."""
    columns: list[dict[str, Any]] = file.report.get("page", {}).get("columns", [])
    return columns
