"""What stays when an action will not be done: an accepted risk, linked both ways."""

from datetime import datetime

from flask_babel import gettext as _

from riskreg.actions.models import ActionItem
from riskreg.actions.origins import origin_of, system_id_of
from riskreg.actions.queries import actions_of
from riskreg.actions.services import when_declined
from riskreg.db import db
from riskreg.lib.text import truncate
from riskreg.org.access import can
from riskreg.org.models import System
from riskreg.org.permissions import Actor, Permission
from riskreg.org.readers import keep_with
from riskreg.risks.kinds import Kind, Status, Treatment
from riskreg.risks.models import Risk
from riskreg.risks.services import create_risk
from riskreg.risks.values import TITLE_CHARS_MAX
from riskreg.web.panels import Panel, add_panel


def file_what_stays(actor: Actor, action: ActionItem, reason: str, at: datetime) -> int:
    """File the accepted risk of an action that will not be done; returns its number.

    One that was filed when the action was declined before serves again while it is open. It is
    not rated: nobody has said yet how much is accepted.
    """
    before = db.session.get(Risk, action.accepted_risk_id) if action.accepted_risk_id else None
    if before is not None and before.status == Status.OPEN:
        return before.id
    risk = create_risk(
        actor,
        team=action.team,
        values={
            "title": truncate(_("Not done: %(title)s", title=action.title), TITLE_CHARS_MAX),
            "kind": _kind(action),
            "description": reason,
            "treatment": Treatment.ACCEPT,
            "system": _system(actor, action),
            "owner": action.owner if action.owner and action.owner.is_active else None,
        },
        why=_("Accepted, because %(ref)s will not be done.", ref=action.ref),
        at=at,
    )
    _keep_secret_too(actor, action, risk)
    return risk.id


def panel_of(actor: Actor, risk: Risk) -> Panel | None:
    """On the page of such a risk: the action that will not be done."""
    if risk.treatment != Treatment.ACCEPT:
        return None
    actions = actions_of(actor, accepted_risk_id=risk.id)
    if not actions:
        return None
    return Panel(
        title=_("Accepted instead of"),
        template="actions/_risk_panel.html",
        context={"actions": actions},
    )


def _keep_secret_too(actor: Actor, action: ActionItem, risk: Risk) -> None:
    """What stays of something confidential is for the same readers."""
    origin = origin_of(action)
    if action.secret is not None and origin is not None:
        why = _("It comes from %(ref)s, which is confidential.", ref=origin.ref)
        keep_with(actor, risk, action.secret, why=why)


def _kind(action: ActionItem) -> Kind:
    """That of the risk it came from; else operational."""
    origin = db.session.get(Risk, action.risk_id) if action.risk_id else None
    return origin.kind if origin else Kind.OPERATIONAL


def _system(actor: Actor, action: ActionItem) -> System | None:
    number = system_id_of(action) if origin_of(action) else None
    system = db.session.get(System, number) if number else None
    return system if system and can(actor, Permission.SYSTEM_VIEW, system) else None


when_declined(file_what_stays)
add_panel("risk", panel_of, order=5)
