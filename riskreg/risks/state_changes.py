"""What happens to a risk, each as a resource of its own: assessments, closure, pin, review."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms import Form

from riskreg.db import db
from riskreg.errors import Invalid, NotFound, RiskregError, Stale
from riskreg.org.models import Person, Team
from riskreg.org.permissions import Permission
from riskreg.risks import labels
from riskreg.risks.blueprint import bp
from riskreg.risks.forms import AssessmentForm, ClosureForm, PinForm, ReopeningForm, ReviewForm
from riskreg.risks.kinds import CloseReason, Tier
from riskreg.risks.matrices import matrices
from riskreg.risks.models import Risk
from riskreg.risks.queries import risk_for
from riskreg.risks.samples import file_sample, remove_sample
from riskreg.risks.scoring import rating_of
from riskreg.risks.services import (
    assess_risk,
    close_risk,
    mark_reviewed,
    pin_risk,
    reopen_risk,
    unpin_risk,
    update_risk,
)
from riskreg.risks.sheet import stands
from riskreg.risks.trying import rated_so
from riskreg.web.frame import chosen_team
from riskreg.web.onward import is_ours, onward
from riskreg.web.security import current_actor, requires

BULK_MAX = 200
REFUSALS_SHOWN = 10


def empty_forms() -> dict[str, Form]:
    """The small forms that a risk's page offers in dialogs."""
    return {
        "closure_form": ClosureForm(),
        "reopening_form": ReopeningForm(),
        "pin_form": PinForm(),
        "review_form": ReviewForm(),
    }


def from_where() -> dict[str, str]:
    """The page that a form was opened from and leads back to, where that is not the risk's own."""
    path = request.values.get("next", "")
    return {"onward": path if is_ours(path) else ""}


@bp.get("/risks/<ref>/assessments/new")
@requires(Permission.RISK_EDIT)
def new_assessment(ref: str) -> str:
    """Rate a risk again; ?tier= says which rating."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    wanted = request.args.get("tier", "")
    tier = Tier(wanted) if wanted in set(Tier) else Tier.CURRENT
    rating = rating_of(risk, tier)
    data = {"tier": tier.value, "likelihood": rating.likelihood, "impact": rating.impact}
    return _assessment_page(risk, AssessmentForm(data={**data, "version": risk.version}))


@bp.post("/risks/<ref>/assessments")
@requires(Permission.RISK_EDIT)
def assessments(ref: str) -> Response | tuple[str, int]:
    """Add an assessment."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    form = AssessmentForm(request.form)
    if not form.validate():
        return _assessment_page(risk, form), 422
    seen = form.version.data or ""
    try:
        assess_risk(
            current_actor,
            risk,
            tier=Tier(form.tier.data),
            rating=form.rating,
            why=form.why.data or "",
            version=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
        )
    except Invalid as error:
        form.impact.errors = [error.message]
        return _assessment_page(risk, form), 422
    except Stale as stale:
        form.version.data = str(risk.version)
        return _assessment_page(risk, form, stale=stale), 409
    flash(_("%(ref)s is rated again.", ref=risk.ref))
    return _back(risk)


@bp.get("/risks/<ref>/closure")
@requires(Permission.RISK_EDIT)
def new_closure(ref: str) -> str:
    """Close a risk, or open it again."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    return render_template("risks/closure.html", risk=risk, **empty_forms(), **from_where())


@bp.post("/risks/<ref>/closure")
@requires(Permission.RISK_EDIT)
def closure(ref: str) -> Response | tuple[str, int]:
    """Close a risk with a reason and a word."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    form = ClosureForm(request.form)
    if not form.validate():
        forms = {**empty_forms(), **from_where(), "closure_form": form}
        return render_template("risks/closure.html", risk=risk, **forms), 422
    reason = CloseReason(form.close_reason.data)
    close_risk(current_actor, risk, reason=reason, note=form.note.data or "")
    flash(_("%(ref)s is closed. It can be opened again from its page.", ref=risk.ref))
    return _back(risk)


@bp.post("/risks/<ref>/reopening")
@requires(Permission.RISK_EDIT)
def reopening(ref: str) -> Response | tuple[str, int]:
    """Open a closed risk again."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    form = ReopeningForm(request.form)
    if not form.validate():
        forms = {**empty_forms(), "reopening_form": form}
        return render_template("risks/closure.html", risk=risk, **forms), 422
    reopen_risk(current_actor, risk, why=form.why.data or "")
    flash(_("%(ref)s is open again.", ref=risk.ref))
    return _back(risk)


@bp.get("/risks/<ref>/pin")
@requires(Permission.RISK_PIN)
def new_pin(ref: str) -> str:
    """Put a risk first in the ten."""
    risk = risk_for(current_actor, ref, Permission.RISK_PIN)
    return render_template("risks/pin.html", risk=risk, **empty_forms())


@bp.post("/risks/<ref>/pin")
@requires(Permission.RISK_PIN)
def pin(ref: str) -> Response | tuple[str, int]:
    """Pin with a reason that is printed."""
    risk = risk_for(current_actor, ref, Permission.RISK_PIN)
    form = PinForm(request.form)
    if not form.validate():
        return render_template(
            "risks/pin.html", risk=risk, **{**empty_forms(), "pin_form": form}
        ), 422
    pin_risk(current_actor, risk, reason=form.reason.data or "")
    flash(_("%(ref)s is pinned to the top of the ten.", ref=risk.ref))
    return _back(risk)


@bp.post("/risks/<ref>/pin/removal")
@requires(Permission.RISK_PIN)
def unpin(ref: str) -> Response:
    """Let the order decide again."""
    risk = unpin_risk(current_actor, risk_for(current_actor, ref, Permission.RISK_PIN))
    flash(_("%(ref)s is no longer pinned.", ref=risk.ref))
    return _back(risk)


@bp.get("/risks/<ref>/review")
@requires(Permission.RISK_EDIT)
def new_review(ref: str) -> str:
    """Review a risk: keep it with a sentence, rate it again, or close it."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    return render_template("risks/review.html", risk=risk, **empty_forms(), **from_where())


@bp.post("/risks/<ref>/review")
@requires(Permission.RISK_EDIT)
def review(ref: str) -> Response | tuple[str, int]:
    """Keep a risk as it is, with one sentence."""
    risk = risk_for(current_actor, ref, Permission.RISK_EDIT)
    form = ReviewForm(request.form)
    if not form.validate():
        forms = {**empty_forms(), **from_where(), "review_form": form}
        return render_template("risks/review.html", risk=risk, **forms), 422
    mark_reviewed(current_actor, risk, sentence=form.sentence.data or "")
    flash(_("%(ref)s is reviewed and kept.", ref=risk.ref))
    return _back(risk)


@bp.post("/risks/sample")
@requires(Permission.RISK_EDIT)
def sample() -> Response:
    """File the sample register in the chosen team."""
    filed = file_sample(current_actor, _chosen())
    flash(ngettext("%(num)s sample risk is here.", "%(num)s sample risks are here.", len(filed)))
    return redirect(url_for("risks.index"), 303)


@bp.post("/risks/sample/removal")
@requires(Permission.RISK_EDIT)
def unsample() -> Response:
    """Take it away from the chosen team and below."""
    number = remove_sample(current_actor, _chosen())
    flash(ngettext("%(num)s sample risk is gone.", "%(num)s sample risks are gone.", number))
    return redirect(url_for("risks.index"), 303)


def _chosen() -> Team:
    branch = chosen_team()
    if branch is None:
        raise NotFound(_("There is nothing here, or you may not see it."))
    return db.session.get_one(Team, branch.id)


@bp.post("/risks/bulk")
@requires(Permission.RISK_EDIT)
def bulk() -> Response:
    """Do one thing to every ticked risk; each stands or is refused on its own."""
    refs = list(dict.fromkeys(request.form.getlist("ref")))[:BULK_MAX]
    try:
        act = _bulk_act()
    except Invalid as error:
        flash(error.message, "bad")
        return redirect(_kept_list(), 303)
    done, refused = [], []
    for ref in refs:
        try:
            with db.session.begin_nested():
                act(risk_for(current_actor, ref, Permission.RISK_EDIT))
            done.append(ref)
        except RiskregError as error:
            refused.append(f"{ref}: {error.message}")
    flash(_bulk_words(len(done)))
    for line in refused[:REFUSALS_SHOWN]:
        flash(line, "warn")
    if len(refused) > REFUSALS_SHOWN:
        flash(_("%(n)s more were refused.", n=len(refused) - REFUSALS_SHOWN), "warn")
    return redirect(_kept_list(), 303)


def _bulk_act() -> Callable[[Risk], Any]:
    """What the pressed button does to one risk. Raises Invalid when a value is missing."""
    form = request.form
    wanted = form.get("act", "")
    if wanted == "tag" and form.get("bulk_tag", "").strip():
        tags = form["bulk_tag"].split(",")
        return lambda risk: update_risk(
            current_actor, risk, {"tags": [*(entry.tag for entry in risk.tags), *tags]}
        )
    if wanted == "owner" and form.get("bulk_owner", ""):
        owner = _person(form["bulk_owner"])
        return lambda risk: update_risk(current_actor, risk, {"owner": owner})
    if wanted == "close" and form.get("bulk_reason", "") in set(CloseReason):
        reason, note = CloseReason(form["bulk_reason"]), form.get("bulk_note", "")
        return lambda risk: close_risk(current_actor, risk, reason=reason, note=note)
    raise Invalid(_("Fill in the field beside the button first. Nothing was changed."))


def _bulk_words(number: int) -> str:
    """What was done to how many."""
    words = {
        "tag": ngettext("The tag is on %(num)s risk.", "The tag is on %(num)s risks.", number),
        "owner": ngettext("%(num)s risk has its owner.", "%(num)s risks have their owner.", number),
        "close": ngettext("%(num)s risk is closed.", "%(num)s risks are closed.", number),
    }
    return str(words[request.form["act"]])


def _person(key: str) -> Person | None:
    """The person of a select's value; "none" takes the owner away."""
    if key == "none":
        return None
    number = key.isascii() and key.isdigit() and len(key) < 10
    person = db.session.get(Person, int(key)) if number else None
    if person is None or not person.is_active:
        raise Invalid(_("There is no such person. Nothing was changed."))
    return person


def _kept_list() -> str:
    """The list as it was: only its own query values are taken over."""
    kept = request.form.get("kept", "")
    fine = kept.isprintable() and len(kept) < 2_000 and "#" not in kept
    return url_for("risks.index") + (f"?{kept}" if kept and fine else "")


def _assessment_page(risk: Risk, form: AssessmentForm, stale: Stale | None = None) -> str:
    matrix = matrices()[risk.matrix_id]
    now = Tier(form.tier.data) if form.tier.data in set(Tier) else Tier.CURRENT
    return render_template(
        "risks/assessment.html",
        risk=risk,
        form=form,
        matrix=matrix,
        stands=stands(matrix, risk),
        tiers=[_tier_tab(risk, tier, now) for tier in Tier],
        trial=rated_so(risk, now, _levels(form)),
        stale=stale,
        field_names=labels.FIELD,
        **from_where(),
    )


def _tier_tab(risk: Risk, tier: Tier, now: Tier) -> tuple[str, str, bool, None]:
    """Another rating begins from its own levels, so it is another page."""
    href = url_for("risks.new_assessment", ref=risk.ref, tier=tier.value)
    return str(labels.TIER[tier]), href, tier is now, None


def _levels(form: AssessmentForm) -> dict[str, str]:
    fields = {"likelihood": form.likelihood.data, "impact": form.impact.data}
    return {axis: str(level) for axis, level in fields.items() if level is not None}


def _back(risk: Risk) -> Response:
    return redirect(onward(url_for("risks.show", ref=risk.ref)), 303)
