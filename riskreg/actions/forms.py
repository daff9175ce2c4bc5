"""Forms of action items, and the filter of their list."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    Form,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import URL, Length, Optional
from wtforms.widgets import HiddenInput

from riskreg.actions.kinds import ActionStatus, ActionType, Priority
from riskreg.actions.origins import OriginKind
from riskreg.actions.queries import ActionFilter
from riskreg.fields import Needed, clean, form_key_field
from riskreg.lib.dates import day_start
from riskreg.metrics.actions import DUE_DAYS, Bucket, DueGroup
from riskreg.org.models import Person
from riskreg.org.permissions import Actor
from riskreg.org.tree import Branch

Choice = TypeVar("Choice", bound=StrEnum)
NOBODY = ""


def type_names() -> dict[ActionType, str]:
    """What the types are called."""
    return {
        ActionType.PREVENT: _("Prevent"),
        ActionType.DETECT: _("Detect faster"),
        ActionType.MITIGATE: _("Mitigate faster"),
        ActionType.INVESTIGATE: _("Investigate"),
        ActionType.PROCESS: _("Process"),
    }


def priority_names() -> dict[Priority, str]:
    """What the priorities are called: the days a new action has."""
    return {each: _("%(p)s, %(n)s days", p=each, n=DUE_DAYS[each]) for each in Priority}


def status_names() -> dict[ActionStatus, str]:
    """What the states are called."""
    return {
        ActionStatus.OPEN: _("Open"),
        ActionStatus.DONE: _("Done"),
        ActionStatus.WONT_DO: _("Won’t do"),
    }


def group_names() -> dict[DueGroup, str]:
    """What the groups of the list are called."""
    return {
        DueGroup.OVERDUE: _("Overdue"),
        DueGroup.THIS_WEEK: _("This week"),
        DueGroup.LATER: _("Later"),
        DueGroup.CLOSED: _("Closed"),
    }


def bucket_names() -> dict[Bucket, str]:
    """What the groups of an age are called, in days."""
    return {
        Bucket.UP_TO_7: _("0–7"),
        Bucket.UP_TO_30: _("8–30"),
        Bucket.UP_TO_60: _("31–60"),
        Bucket.UP_TO_90: _("61–90"),
        Bucket.OVER_90: _("> 90"),
    }


def origin_names() -> dict[OriginKind, str]:
    """What an action can come from."""
    return {
        OriginKind.RISK: _("A risk"),
        OriginKind.INCIDENT: _("An incident"),
        OriginKind.REVIEW: _("An operability review"),
    }


def entry_names() -> dict[str, str]:
    """What the acts on an action are called in its history."""
    return {
        "action.create": _("Promised"),
        "action.update": _("Changed"),
        "action.reassign": _("Given to somebody else"),
        "action.reschedule": _("Date moved"),
        "action.close": _("Done"),
        "action.decline": _("Decided not to do it"),
        "action.reopen": _("Reopened"),
    }


def field_names() -> dict[str, str]:
    """What the fields are called in its history."""
    return {
        "title": _("Title"),
        "detail": _("Details"),
        "owner": _("Owner"),
        "type": _("For"),
        "priority": _("Priority"),
        "due_on": _("Due"),
        "external_url": _("Ticket"),
        "verify_how": _("How we will know"),
        "accepted_risk": _("Risk that stays"),
    }


class ActionFields(Form):
    """What is promised and by whom: what an edit may change."""

    title = StringField(_l("What will be done"), [Needed(), Length(max=200)], filters=[clean])
    owner = SelectField(
        _l("Owner"),
        [Optional()],
        description=_l("One person, who will be asked about it."),
        filters=[clean],
    )
    type = RadioField(_l("What it is for"), [Needed()], default=ActionType.PREVENT)
    priority = RadioField(_l("Priority"), [Needed()], default=Priority.P2)
    detail = TextAreaField(_l("Details"), [Length(max=10_000)], filters=[clean])
    verify_how = TextAreaField(
        _l("How we will know that it is done"), [Length(max=2000)], filters=[clean]
    )
    external_url = URLField(
        _l("Link to a ticket"),
        [Optional(), URL(require_tld=False), Length(max=1000)],
        filters=[clean],
    )
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def offer(self, people: Iterable[Person]) -> None:
        """Fill the choices."""
        self.owner.choices = owner_choices(people)
        self.type.choices = list(type_names().items())
        self.priority.choices = list(priority_names().items())

    def is_web_link(self) -> bool:
        """Whether the link, if any, leads to the web; sets the error if not."""
        link = self.external_url.data or ""
        if link and not link.lower().startswith(("https://", "http://")):
            self.external_url.errors = [_("A link starts with https:// or http://.")]
            return False
        return True

    def check(self) -> bool:
        """Whether everything is acceptable."""
        return self.validate() and self.is_web_link()


class ActionForm(ActionFields):
    """A new promise: also which team it belongs to, until when, and where it came from."""

    team = SelectField(_l("Team"), [Needed()])
    due_on = DateField(
        _l("Due"),
        [Optional()],
        description=_l("Left empty, the priority sets it. This first date never changes."),
    )
    origin = HiddenField(filters=[clean])
    form_key = form_key_field()
    next = HiddenField()


class ClosureForm(Form):
    """A word of evidence."""

    evidence = TextAreaField(
        _l("How do we know that it is done?"),
        [Needed(), Length(max=2000)],
        filters=[clean],
        description=_l("A word is enough: a link, a drill, a release."),
    )
    next = HiddenField()


class WithdrawalForm(Form):
    """Why it will not be done."""

    reason = TextAreaField(
        _l("Why will it not be done?"),
        [Needed(), Length(max=2000)],
        filters=[clean],
        description=_l("What stays as it is goes into the register as an accepted risk."),
    )
    next = HiddenField()


class ScheduleForm(Form):
    """A new due date and its reason."""

    due_on = DateField(_l("New due date"), [Needed()])
    reason = TextAreaField(
        _l("Why does the date move?"),
        [Needed(), Length(max=2000)],
        filters=[clean],
        description=_l("The original due date stays as it was and counts."),
    )
    next = HiddenField()


def owner_choices(people: Iterable[Person]) -> list[tuple[str, str]]:
    """Nobody yet, then everybody by name."""
    return [(NOBODY, _("Nobody yet")), *((str(person.id), person.name) for person in people)]


def filter_from(
    args: Mapping[str, str], *, actor: Actor, team: Branch | None, zone_name: str
) -> ActionFilter:
    """The filter that an address asks for; what it does not understand it leaves out."""
    mine = args.get("view") == "mine"
    shown = args.get("status", ActionStatus.OPEN)
    return ActionFilter(
        below=None if mine else team,
        owner_id=actor.person_id if mine else number_from(args.get("owner")),
        status=None if shown == "all" else (one_of(ActionStatus, shown) or ActionStatus.OPEN),
        group=one_of(DueGroup, args.get("group")),
        type=one_of(ActionType, args.get("type")),
        priority=one_of(Priority, args.get("priority")),
        origin=one_of(OriginKind, args.get("origin")),
        text=text_from(args.get("q")),
        original_from=day_of(args.get("first_due_from")),
        original_until=day_of(args.get("first_due_until")),
        promised_from=_begin(args.get("promised_from"), zone_name),
        promised_until=_begin(args.get("promised_until"), zone_name),
        due_from=day_of(args.get("due_from")),
        due_until=day_of(args.get("due_until")),
        moved=args.get("moved") == "1",
    )


def filter_values() -> dict[str, tuple[str, Iterable[str]]]:
    """What the closed filters of the list are called, and the values they know."""
    return {
        "status": (_("State"), [*ActionStatus, "all"]),
        "group": (_("Due"), DueGroup),
        "type": (_("For"), ActionType),
        "priority": (_("Priority"), Priority),
        "origin": (_("From"), OriginKind),
    }


def _begin(raw: str | None, zone_name: str) -> datetime | None:
    day = day_of(raw)
    return day_start(day, zone_name) if day else None


def text_from(raw: str | None) -> str:
    """A searched text without what no database may hold, 200 characters at most."""
    return (raw or "").replace("\x00", "").encode("utf-8", "ignore").decode().strip()[:200]


def one_of(kind: type[Choice], raw: str | None) -> Choice | None:
    """The member of a closed set with this value; None when there is none."""
    return kind(raw) if raw in [each.value for each in kind] else None


def number_from(raw: str | None) -> int | None:
    """A whole number of an address; None when it is none."""
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def day_of(raw: str | None) -> date | None:
    """A day of an address; None when it is none."""
    try:
        return date.fromisoformat(raw) if raw else None
    except ValueError:
        return None
