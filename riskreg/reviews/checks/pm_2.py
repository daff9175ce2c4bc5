"""Whether the owner team keeps its promises."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import gettext as _

from riskreg.actions.queries import ActionFilter, ages, on_time
from riskreg.metrics.actions import Bucket, on_time_cohort
from riskreg.org.models import System
from riskreg.org.permissions import Actor
from riskreg.reviews.kinds import AnswerValue, Check, Seen

DAYS = 90
LATE = (Bucket.UP_TO_60, Bucket.UP_TO_90, Bucket.OVER_90)


def look(actor: Actor, system: System, day: date) -> Seen | None:
    """Actions first due in the last 90 days, and those more than thirty days overdue.

    None where nothing was due: silence is not health. Source of the share: docs/metrics.md.
    """
    start, wanted = day - timedelta(days=DAYS), ActionFilter(below=system.team)
    due = on_time(actor, wanted, start=start, end=day, zone_name=actor.timezone)
    cohort = on_time_cohort(due, start, day, today=day)
    delays = ages(actor, wanted, today=day, zone_name=actor.timezone).delay
    late = sum(delays[bucket] for bucket in LATE)
    if cohort.share is None and not late:
        return None
    words = _(
        "%(kept)s of %(due)s actions of %(team)s due in the last %(days)s days were closed in "
        "time; %(late)s are more than thirty days overdue",
        kept=cohort.on_time,
        due=cohort.on_time + cohort.late,
        team=system.team.name,
        days=DAYS,
        late=late,
    )
    fine = not cohort.late and not late
    return Seen(words=words, on=day, supports=AnswerValue.MET if fine else AnswerValue.NOT_MET)


CHECK = Check(code="pm-2", look=look)
