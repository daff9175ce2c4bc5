"""Whose the system is, and who can operate it."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from riskreg.org.models import System
from riskreg.org.permissions import Actor
from riskreg.reviews.kinds import AnswerValue, Check, Seen


def look(_actor: Actor, system: System, day: date) -> Seen:
    """The team, the people and the runbook on record; without people and runbook it is not met.

    Whether channel and contact can be found by anyone is for a person to say.
    """
    able = len(system.operators)
    words = [
        _("%(team)s owns it", team=system.team.name),
        ngettext("%(num)s person can operate it", "%(num)s people can operate it", able),
        _("a runbook is linked") if system.runbook_url else _("no runbook is linked"),
    ]
    nothing = not able and not system.runbook_url
    return Seen(words="; ".join(words), on=day, supports=AnswerValue.NOT_MET if nothing else None)


CHECK = Check(code="own-1", look=look)
