"""Action items, as programs read them."""

from flask_babel import lazy_gettext as _l

from riskreg.actions.forms import filter_from
from riskreg.actions.kinds import ActionStatus, ActionType, Priority
from riskreg.actions.models import ActionItem
from riskreg.actions.origins import OriginKind, origin_of
from riskreg.actions.queries import action_for, count_actions, days_of, list_actions, slips_of
from riskreg.metrics.actions import DueGroup, due_group
from riskreg.org.permissions import Permission
from riskreg.org.queries import team_for
from riskreg.web.api import (
    TEAM_ASKED,
    Asked,
    Data,
    One,
    Resource,
    Rows,
    iso,
    limit_of,
    numbered,
    offset_of,
    paged,
)
from riskreg.web.jinja import today
from riskreg.web.security import current_actor
from riskreg.web.shapes import Day, Text, Thing, Whole, instant, word_of

ACTION = Thing(
    name="Action",
    fields={
        "ref": Text(about=_l("What people call it, such as A-31.")),
        "title": Text(),
        "detail": Text(),
        "type": word_of(ActionType),
        "priority": word_of(Priority),
        "status": word_of(ActionStatus),
        "team": Text(about=_l("The slug of its team.")),
        "owner": Text(nullable=True, about=_l("An e-mail.")),
        "origin": Text(nullable=True, about=_l("What it came from, such as R-12 or I-7.")),
        "committed_at": instant(),
        "original_due_on": Day(about=_l("It never changes.")),
        "due_on": Day(),
        "due_group": word_of(DueGroup),
        "slips": Whole(about=_l("How often the due date changed.")),
        "closed_at": instant().or_null(),
        "evidence": Text(),
        "external_url": Text(),
        "verify_how": Text(),
        "version": Whole(),
    },
)
ASKED = paged(
    team=TEAM_ASKED,
    status=word_of((*ActionStatus, "all"), _l("Open without it.")),
    group=word_of(DueGroup),
    type=word_of(ActionType),
    priority=word_of(Priority),
    origin=word_of(OriginKind),
    q=Text(high=200, about=_l("A part of title or detail, or A-31.")),
    due_from=Day(),
    due_until=Day(about=_l("The day before which it is due.")),
)

actions = Resource("actions", item=ACTION, about=_l("What was promised, by when."))
RESOURCES = (actions,)


@actions.index(Permission.ACTION_VIEW, query=ASKED)
def index(asked: Asked) -> Rows:
    """Actions with the filters and in the order of their page."""
    team = team_for(current_actor, asked["team"]) if asked.get("team") else None
    zone = current_actor.timezone
    wanted = filter_from(asked, actor=current_actor, team=team, zone_name=zone)
    limit, offset, day = limit_of(asked), offset_of(asked), today()
    rows = list_actions(current_actor, wanted, today=day, limit=limit, offset=offset)
    total = count_actions(current_actor, wanted, today=day)
    return numbered(asked, [_told(row) for row in rows], total)


@actions.show(Permission.ACTION_VIEW)
def show(ref: str) -> One:
    """One action."""
    action = action_for(current_actor, ref)
    return One(data=_told(action), where={"ref": action.ref}, version=action.version)


def _told(action: ActionItem) -> Data:
    same = ("ref", "title", "detail", "type", "priority", "status", "evidence", "external_url")
    days = ("committed_at", "original_due_on", "due_on", "closed_at")
    origin = origin_of(action)
    return {
        **{name: getattr(action, name) for name in (*same, "verify_how", "version")},
        **{name: iso(getattr(action, name)) for name in days},
        "team": action.team.slug,
        "owner": action.owner.email if action.owner else None,
        "origin": origin.ref if origin else None,
        "due_group": due_group(days_of(action, current_actor.timezone), today()),
        "slips": slips_of(action),
    }
