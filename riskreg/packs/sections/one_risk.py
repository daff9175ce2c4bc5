"""One risk in full: scenario, ratings, plan, history, actions."""

from typing import Any

from flask_babel import gettext as _

from riskreg.metrics.matrix import Matrix
from riskreg.org.access import can
from riskreg.org.permissions import Actor, Permission
from riskreg.packs.kinds import OTHER_TEAMS, Frozen, Scope, Section
from riskreg.packs.promises import outside, promises_of
from riskreg.packs.words import band_of, rating_words
from riskreg.risks.labels import TREATMENT
from riskreg.risks.matrices import matrices
from riskreg.risks.models import Risk
from riskreg.risks.queries import assessments_of, risk_for
from riskreg.risks.sheet import exposure_of


def collect(actor: Actor, scope: Scope) -> dict[str, Any]:
    """Everything about the risk that `scope.ref` names."""
    risk = risk_for(actor, scope.ref)
    promises, teams = promises_of(actor, scope.team, risk_id=risk.id)
    system = (
        risk.system if risk.system and can(actor, Permission.SYSTEM_VIEW, risk.system) else None
    )
    known = matrices()
    others = {*teams, *outside(scope.team, [system.team] if system else [])}
    return _facts(risk) | {
        "system": system.name if system else "",
        "tags": [tag.tag for tag in risk.tags],
        "knowers": [person.name for person in risk.knowers],
        "links": [[link.label or link.url, link.url] for link in risk.links],
        "assessments": [
            {
                "tier": step.tier.value,
                "rating": [step.likelihood, step.impact],
                "band": step.band_rank,
                "exposure": exposure_of(known, step),
                "by": step.by.name if step.by else "",
                "on": step.at.date(),
                "why": step.why,
            }
            for step in assessments_of(risk)
        ],
        "actions": promises,
        OTHER_TEAMS: sorted(others),
    }


def _facts(risk: Risk) -> dict[str, Any]:
    names = ("cause", "event", "consequence", "description", "controls", "category")
    return {name: getattr(risk, name) for name in names} | {
        "ref": risk.ref,
        "title": risk.title,
        "kind": risk.kind.value,
        "status": risk.status.value,
        "band": risk.band_rank,
        "current": [risk.current_likelihood, risk.current_impact],
        "target": [risk.target_likelihood, risk.target_impact],
        "inherent": [risk.inherent_likelihood, risk.inherent_impact],
        "effort": risk.effort_days,
        "exposure": risk.exposure_milli,
        "gain": risk.gain_milli,
        "treatment": str(TREATMENT[risk.treatment]),
        "team": risk.team.name,
        "owner": risk.owner.name if risk.owner else "",
        "identified_on": risk.identified_on,
        "review_due_on": risk.review_due_on,
        "closed_on": risk.closed_at and risk.closed_at.date(),
    }


def headline(data: Frozen, matrix: Matrix) -> str:
    """Where it stands, and what it takes to bring it where it shall be."""
    now = rating_words(matrix, data["current"])
    if not now:
        return str(_("Nobody has said yet how likely it is and how bad it would be."))
    stands = _("It is %(band)s now (%(rating)s).", band=band_of(matrix, data["band"]), rating=now)
    target = rating_words(matrix, data["target"])
    if not target:
        return f"{stands} {_('Nobody has said what it could be brought down to.')}"
    if data["effort"] is None:
        plan = _(
            "It could be brought to %(rating)s; nobody has said what that takes.", rating=target
        )
    else:
        plan = _(
            "%(days)s person-days would bring it to %(rating)s.", days=data["effort"], rating=target
        )
    return f"{stands} {plan}"


SECTION = Section(key="one_risk", title=lambda: _("The risk"), collect=collect, headline=headline)
