"""One risk in full: scenario, ratings, plan, history, actions."""

from typing import Any

from flask_babel import gettext as _

from riskreg.actions.queries import actions_of
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Scope, Section
from riskreg.risks.labels import TREATMENT
from riskreg.risks.models import Risk
from riskreg.risks.queries import assessments_of, risk_for


def collect(actor: Actor, scope: Scope) -> dict[str, Any]:
    """Everything about the risk that `scope.ref` names."""
    risk = risk_for(actor, scope.ref)
    return _facts(risk) | {
        "tags": [tag.tag for tag in risk.tags],
        "knowers": [person.name for person in risk.knowers],
        "links": [[link.label or link.url, link.url] for link in risk.links],
        "assessments": [
            {
                "tier": step.tier.value,
                "rating": [step.likelihood, step.impact],
                "band": step.band_rank,
                "by": step.by.name if step.by else "",
                "on": step.at.date(),
                "why": step.why,
            }
            for step in assessments_of(risk)
        ],
        "actions": [
            {
                "ref": action.ref,
                "title": action.title,
                "owner": action.owner.name if action.owner else "",
                "due_on": action.due_on,
                "original_due_on": action.original_due_on,
                "status": action.status.value,
            }
            for action in actions_of(actor, risk_id=risk.id)
        ],
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
        "system": risk.system.name if risk.system else "",
        "owner": risk.owner.name if risk.owner else "",
        "identified_on": risk.identified_on,
        "review_due_on": risk.review_due_on,
    }


SECTION = Section(key="one_risk", title=lambda: _("The risk"), collect=collect)
