"""Pages of operability reviews and of coverage."""

from collections.abc import Mapping
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Form

from riskreg.actions.once import new_form_key
from riskreg.charts.bars import NARROW
from riskreg.db import db
from riskreg.errors import Conflict, Invalid, Stale
from riskreg.metrics.reviews import Readiness
from riskreg.org.access import can
from riskreg.org.confidential import REVIEW
from riskreg.org.models import System
from riskreg.org.permissions import Permission
from riskreg.org.queries import requirement_of, system_for
from riskreg.org.readers import keep_confidential
from riskreg.org.secrecy import Feature, add_secrecy, secrecy_of
from riskreg.reviews import labels
from riskreg.reviews.answers import seeds_of
from riskreg.reviews.coverage import coverage_table
from riskreg.reviews.forms import (
    AnswerForm,
    CommentForm,
    Draft,
    ReturnForm,
    ReviewFilterForm,
    SignOffForm,
    StartForm,
    WaiverForm,
    draft_of,
    refused_draft,
)
from riskreg.reviews.kinds import ReviewStatus
from riskreg.reviews.models import Review
from riskreg.reviews.owners import fitting_owner
from riskreg.reviews.panels import risk_panel, system_panel
from riskreg.reviews.pictures import answers_by_area, answers_caption
from riskreg.reviews.queries import (
    ReviewFilter,
    candidates,
    comments_of,
    listed_reviews,
    newest_reviews,
    open_review_of,
    review_for,
    seen_by_checks,
    unreviewed,
)
from riskreg.reviews.services import (
    NEXT_REVIEW_MONTHS,
    add_comment,
    file_risk,
    return_review,
    save_answer,
    sign_off_review,
    start_review,
    submit_review,
    waive_statement,
)
from riskreg.reviews.sheet import Sheet, Show, sheet_of
from riskreg.web.fragments import is_fragment
from riskreg.web.frame import chosen_team
from riskreg.web.jinja import today
from riskreg.web.left_out import leave_out_unknown
from riskreg.web.paging import numbered_page, page_number
from riskreg.web.panels import add_panel
from riskreg.web.security import current_actor, requires

bp = Blueprint("reviews", __name__)
AnyForm = TypeVar("AnyForm", bound=Form)


@bp.get("/reviews")
@requires(Permission.REVIEW_VIEW)
def index() -> ResponseReturnValue:
    """The reviews of the chosen team and below."""
    form = ReviewFilterForm(request.args)
    leave_out_unknown(
        request.args,
        {"status": (_("Status"), ReviewStatus), "readiness": (_("Readiness"), Readiness)},
    )
    wanted = ReviewFilter(
        below=chosen_team(),
        status=form.wanted_status(),
        readiness=form.wanted_readiness(),
        text=str(form.q.data or "")[:100],
    )
    rows, total = listed_reviews(current_actor, wanted, day=today(), page=page_number())
    newest = newest_reviews(current_actor, [row.system_id for row in rows], handed_in=True)
    return render_template(
        "reviews/index.html",
        page=numbered_page(total, lambda _offset: rows),
        newest={review.id for review in newest.values()},
        unreviewed=unreviewed(current_actor, below=wanted.below),
        wanted=wanted,
        labels=labels,
    )


@bp.get("/reviews/new")
@requires(Permission.REVIEW_EDIT)
def new() -> ResponseReturnValue:
    """Choose a system; then see which level it has to reach and why."""
    key = request.args.get("system", "")
    system = system_for(current_actor, key, Permission.REVIEW_EDIT) if key else None
    return render_template(
        "reviews/new.html",
        system=system,
        requirement=requirement_of(system) if system else None,
        unsigned=open_review_of(current_actor, system) if system else None,
        carried=_carried(system) if system else None,
        form=StartForm(),
        candidates=[] if system else candidates(current_actor, below=chosen_team()),
        labels=labels,
    )


@bp.post("/reviews/new")
@requires(Permission.REVIEW_EDIT)
def create() -> ResponseReturnValue:
    """Start the review; where one of the system is not signed yet, go on with that one."""
    form = StartForm(request.form)
    system = system_for(current_actor, form.system.data or "", Permission.REVIEW_EDIT)
    try:
        review = start_review(current_actor, system, carry_over=form.carry_over.data)
        if form.is_confidential.data:
            why = _("Begun as confidential.")
            keep_confidential(current_actor, review, readers=(), why=why)
    except Conflict as conflict:
        unsigned = open_review_of(current_actor, system)
        if unsigned is None:
            raise
        flash(conflict.message)
        review = unsigned
    return redirect(url_for("reviews.show", ref=review.ref), 303)


@bp.get("/reviews/<ref>")
@requires(Permission.REVIEW_VIEW)
def show(ref: str) -> ResponseReturnValue:
    """One review: its statements by area with what was answered."""
    review = review_for(current_actor, ref)
    shown = _shown(request.args)
    return _review_page(sheet_of(current_actor, review, day=today(), show=shown))


@bp.post("/reviews/<ref>/answers/<code>")
@requires(Permission.REVIEW_EDIT)
def answer(ref: str, code: str) -> ResponseReturnValue:
    """Save one answer; htmx gets the parts of the page that changed."""
    review = review_for(current_actor, ref)
    form = AnswerForm(request.form)
    if not form.validate():
        return _answered(ref, code, form, status=422)
    try:
        save_answer(current_actor, review, code, form.values(), version=form.version.data)
    except Invalid as error:
        return _answered(ref, code, form, status=422, errors={error.field or "": error.message})
    except Stale as error:
        return _answered(ref, code, form, status=409, theirs=error.theirs)
    if is_fragment():
        return _answered(ref, code)
    shown = request.form.get("show") or None
    return redirect(url_for("reviews.show", ref=ref, show=shown, _anchor=code), 303)


@bp.post("/reviews/<ref>/risks/<code>")
@requires(Permission.RISK_EDIT)
def risk(ref: str, code: str) -> ResponseReturnValue:
    """File the risk that a statement offers."""
    review = review_for(current_actor, ref)
    filed = file_risk(current_actor, review, code)
    if is_fragment():
        return _answered(ref, code)
    flash(_("%(ref)s is filed: %(title)s", ref=filed.ref, title=filed.title))
    return redirect(url_for("reviews.show", ref=ref, _anchor=code), 303)


@bp.post("/reviews/<ref>/waivers/<code>")
@requires(Permission.REVIEW_SIGN)
def waiver(ref: str, code: str) -> ResponseReturnValue:
    """Let a statement wait until a day."""
    review = review_for(current_actor, ref)
    try:
        form = _valid(WaiverForm(request.form))
        until = form.until.data
        assert until is not None
        waive_statement(current_actor, review, code, until=until, why=form.why.data or "")
    except Invalid as error:
        return _refused(ref, error)
    flash(_("%(code)s may wait until then; it opens again by itself.", code=code))
    return redirect(url_for("reviews.show", ref=ref, _anchor=code), 303)


@bp.post("/reviews/<ref>/comments")
@requires(Permission.REVIEW_VIEW)
def comment(ref: str) -> ResponseReturnValue:
    """Say something about the review; the same form sent twice says it once."""
    review = review_for(current_actor, ref)
    try:
        form = _valid(CommentForm(request.form))
        key, about = form.form_key.data or None, form.about.data or None
        add_comment(current_actor, review, form.text.data or "", code=about, form_key=key)
    except Invalid as error:
        return _refused(ref, error)
    return redirect(url_for("reviews.show", ref=ref, _anchor="comments"), 303)


@bp.post("/reviews/<ref>/submission")
@requires(Permission.REVIEW_EDIT)
def submission(ref: str) -> ResponseReturnValue:
    """Hand it in for sign-off."""
    review = review_for(current_actor, ref)
    submit_review(current_actor, review)
    flash(_("%(ref)s is submitted. Somebody else signs it.", ref=ref))
    return redirect(url_for("reviews.show", ref=ref), 303)


@bp.post("/reviews/<ref>/return")
@requires(Permission.REVIEW_EDIT)
def giving_back(ref: str) -> ResponseReturnValue:
    """Give a submitted review back for more work."""
    review = review_for(current_actor, ref)
    try:
        form = _valid(ReturnForm(request.form))
        return_review(current_actor, review, why=form.why.data or "")
    except Invalid as error:
        return _refused(ref, error)
    flash(_("%(ref)s is open again for answers.", ref=ref))
    return redirect(url_for("reviews.show", ref=ref), 303)


@bp.post("/reviews/<ref>/sign-off")
@requires(Permission.REVIEW_SIGN)
def sign_off(ref: str) -> ResponseReturnValue:
    """Sign it."""
    review = review_for(current_actor, ref)
    try:
        form = _valid(SignOffForm(request.form))
        note, version = form.note.data or "", form.version.data
        sign_off_review(current_actor, review, note=note, version=version)
    except Invalid as error:
        return _refused(ref, error)
    flash(_("%(ref)s is signed off.", ref=ref))
    return redirect(url_for("reviews.show", ref=ref), 303)


@bp.get("/coverage")
@requires(Permission.REVIEW_VIEW)
def coverage() -> ResponseReturnValue:
    """Systems and the three named practices."""
    order = request.args.get("order", "system")
    table = coverage_table(current_actor, below=chosen_team(), day=today(), order=order)
    return render_template("reviews/coverage.html", table=table, order=order, labels=labels)


def _answered(
    ref: str,
    code: str,
    form: AnswerForm | None = None,
    *,
    status: int = 200,
    **wrong: Mapping[str, str],
) -> ResponseReturnValue:
    """The page again, or its changed parts, after an answer was saved or refused."""
    if status >= 400:
        sheet = _unchanged(ref)
    else:
        review = review_for(current_actor, ref)
        sheet = sheet_of(current_actor, review, day=today(), show=_shown(request.form))
    line = sheet.line(code)
    stored = line.answer if line else None
    draft = draft_of(stored) if form is None else refused_draft(form, stored, **wrong)
    if not is_fragment():
        return _review_page(sheet, drafts={code: draft}), status
    context = _context(sheet, {code: draft})
    return render_template("reviews/_answered.html", line=line, **context), status


def _review_page(
    sheet: Sheet, *, drafts: Mapping[str, Draft] | None = None, refused: str = ""
) -> str:
    return render_template(
        "reviews/show.html",
        comments=comments_of(sheet.review),
        form_key=new_form_key(),
        refused=refused,
        typed=request.form if refused else {},
        **_context(sheet, drafts or {}),
    )


def _context(sheet: Sheet, drafts: Mapping[str, Draft]) -> dict[str, Any]:
    review = sheet.review
    may_sign = can(current_actor, Permission.REVIEW_SIGN, review)
    may_answer = sheet.is_editable and can(current_actor, Permission.REVIEW_EDIT, review)
    offered = [line.statement for line in sheet.lines if line.offers_risk]
    return {
        "review": review,
        **secrecy_of(review, "reviews.readers"),
        "may_edit": can(current_actor, Permission.REVIEW_EDIT, review),
        "sheet": sheet,
        "answers": _answers_pictures(sheet),
        "drafts": {
            line.code: drafts.get(line.code) or draft_of(line.answer) for line in sheet.lines
        },
        "may_answer": may_answer,
        "may_print": can(current_actor, Permission.PACK_MAKE, review),
        "seen": seen_by_checks(current_actor, review, day=today()) if may_answer else {},
        "may_sign": may_sign,
        "may_decide": may_sign and review.status == ReviewStatus.SUBMITTED,
        "may_file": can(current_actor, Permission.RISK_EDIT, review),
        "sees_system": can(current_actor, Permission.SYSTEM_VIEW, review.system),
        "is_mine": current_actor.person_id == review.submitted_by_id,
        "is_signed": review.status == ReviewStatus.SIGNED_OFF,
        "seeds": seeds_of(offered),
        "owner": fitting_owner(review) if offered else None,
        "next_months": NEXT_REVIEW_MONTHS[review.required_level],
        "requirement_now": requirement_of(review.system),
        "labels": labels,
        "Show": Show,
    }


def _answers_pictures(sheet: Sheet) -> dict[str, str]:
    areas = [(area.name, [line.state for line in area.lines]) for area in sheet.areas if area.lines]
    return {
        "caption": answers_caption(areas),
        "wide": answers_by_area(areas),
        "narrow": answers_by_area(areas, width=NARROW),
    }


def _valid(form: AnyForm) -> AnyForm:
    """The form, if it is right; else raises Invalid naming the field."""
    if not form.validate():
        each = next(each for each in form if each.errors)
        raise Invalid(f"{each.label.text}: {each.errors[0]}", field=each.name)
    return form


def _refused(ref: str, error: Invalid) -> ResponseReturnValue:
    """The review again, saying what was refused and keeping what was typed."""
    return _review_page(_unchanged(ref), refused=error.message), 422


def _unchanged(ref: str) -> Sheet:
    """The review without what was refused."""
    db.session.rollback()
    review = review_for(current_actor, ref)
    return sheet_of(current_actor, review, day=today(), show=_shown(request.form))


def _shown(values: Mapping[str, str]) -> Show:
    """Which statements are asked for; all of them where that is not said."""
    chosen = values.get("show", "")
    return Show(chosen) if chosen in set(Show) else Show.ALL


def _carried(system: System) -> Review | None:
    """The review whose answers the next one can begin with; a confidential one keeps them."""
    return newest_reviews(current_actor.without_secrets(), [system.id]).get(system.id)


add_secrecy(
    bp,
    Feature(
        kind=REVIEW,
        model=Review,
        find=review_for,
        folder="/reviews",
        head="reviews/_head.html",
        title=lambda review: review.system.name,
    ),
)
add_panel("system", system_panel, order=20)
add_panel("risk", risk_panel, order=20)
