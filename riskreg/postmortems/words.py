"""What the pages of incidents and post-mortems call things."""

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from riskreg.metrics.incidents import Phase
from riskreg.metrics.postmortems import Clock
from riskreg.postmortems.incidents import time_names
from riskreg.postmortems.kinds import FoundBy, IncidentSeverity, PostmortemStatus
from riskreg.postmortems.queries import Progress
from riskreg.postmortems.template import template

MINUTE, HOUR, DAY = 60, 3600, 86_400


def to_write_words(sections: int) -> str:
    """How many sections are missing; nothing when none is."""
    if not sections:
        return ""
    return str(
        ngettext("%(num)s section still to write", "%(num)s sections still to write", sections)
    )


def severity_names() -> dict[IncidentSeverity, str]:
    """What the severities mean, the worst first."""
    return {
        IncidentSeverity.SEV1: _("Customers cannot do what they came for, or data is lost or open"),
        IncidentSeverity.SEV2: _("An important function fails, or crawls, for many customers"),
        IncidentSeverity.SEV3: _("A function fails for some, and there is a way around"),
        IncidentSeverity.SEV4: _("Nobody outside noticed; it cost us work"),
    }


def found_by_names() -> dict[FoundBy, str]:
    """How incidents come to be known."""
    return {
        FoundBy.ALERT: _("An alert"),
        FoundBy.SYNTHETIC: _("A synthetic probe"),
        FoundBy.CUSTOMER: _("A customer"),
        FoundBy.ENGINEER: _("An engineer"),
    }


def status_names() -> dict[PostmortemStatus, str]:
    """Where a post-mortem stands, in order."""
    return {
        PostmortemStatus.DRAFT: _("Draft"),
        PostmortemStatus.READY: _("Ready for review"),
        PostmortemStatus.REVIEWED: _("Reviewed"),
        PostmortemStatus.CLOSED: _("Closed"),
    }


def progress_names() -> dict[Progress, str]:
    """What the list can be filtered by beside the states."""
    return {
        Progress.MISSING: _("Needed, not started"),
        Progress.OVERDUE: _("Review overdue"),
        Progress.NONE: _("None"),
    }


def phase_names() -> dict[Phase, str]:
    """The stretches of an incident."""
    return {
        Phase.DETECT: _("To detect"),
        Phase.ACKNOWLEDGE: _("To acknowledge"),
        Phase.MITIGATE: _("To mitigate"),
        Phase.RESOLVE: _("To resolve"),
    }


def clock_states() -> dict[Clock, str]:
    """The kind of chip each state of the review clock gets."""
    return {
        Clock.NOT_RESOLVED: "unknown",
        Clock.RUNNING: "neutral",
        Clock.NEAR: "warn",
        Clock.OVERDUE: "bad",
        Clock.IN_TIME: "good",
        Clock.LATE: "warn",
    }


def entry_names() -> dict[str, str]:
    """What the acts on an incident and its post-mortem are called in the history."""
    return {
        "incident.create": _("Filed"),
        "incident.update": _("Incident changed"),
        "incident.conceal": _("Its readers named"),
        "incident.reveal": _("Not confidential any more"),
        "incident.break_glass": _("Opened in an emergency"),
        "incident.read": _("Read"),
        "incident.take": _("Taken along in a file"),
        "postmortem.start": _("Post-mortem started"),
        "postmortem.write": _("Written"),
        "postmortem.assign": _("Given to somebody else"),
        "postmortem.tag": _("Causes tagged"),
        "postmortem.idea": _("Idea"),
        "postmortem.link": _("Linked"),
        "postmortem.unlink": _("Unlinked"),
        "postmortem.ready": _("Handed over to review"),
        "postmortem.review": _("Reviewed"),
        "postmortem.close": _("Closed"),
        "postmortem.reopen": _("Reopened"),
    }


def field_names() -> dict[str, str]:
    """What the fields are called in the history."""
    return {
        **time_names(),
        **{section.key: section.title for section in template().sections},
        "title": _("Title"),
        "team": _("Team"),
        "severity": _("Severity"),
        "customer_impact": _("Customers affected"),
        "budget_percent": _("Error budget spent, percent"),
        "found_by": _("Noticed by"),
        "systems": _("Systems"),
        "owner": _("Owner"),
        "confidential": _("Confidential"),
        "readers": _("Readers"),
        "until": _("Until"),
        "review_due_on": _("Review due"),
        "causes": _("Causes"),
        "idea": _("Idea"),
        "risk": _("Risk"),
        "statement": _("Statement"),
    }


def format_duration(length: timedelta | None) -> str | None:
    """40 min, 3 h 20 min or 2 d 4 h; None stays None."""
    if length is None:
        return None
    seconds = int(length.total_seconds())
    if seconds < MINUTE:
        return str(_("%(n)s s", n=seconds))
    if seconds < HOUR:
        return str(_("%(n)s min", n=seconds // MINUTE))
    if seconds < DAY:
        hours, rest = divmod(seconds, HOUR)
        return _pair(str(_("%(n)s h", n=hours)), rest // MINUTE, str(_("min")))
    days, rest = divmod(seconds, DAY)
    return _pair(str(_("%(n)s d", n=days)), rest // HOUR, str(_("h")))


def _pair(first: str, second: int, unit: str) -> str:
    return f"{first} {second} {unit}" if second else first
