"""The figures of home as sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from riskreg.dashboard.kinds import (
    Need,
    Operability,
    Promises,
    Register,
    Sort,
    Standing,
    Ten,
    Trend,
)
from riskreg.risks.words import due_words

# What the mechanisms that are not measured yet will tell: (name, what it will show).
NOT_MEASURED: Sequence[tuple[LazyString, LazyString]] = (
    (_l("Pager load"), _l("How often people are called, and whether they could sleep.")),
    (_l("Toil"), _l("How much of the time goes into work that a machine could do.")),
    (_l("SLOs"), _l("Whether what was promised to customers is kept.")),
    (_l("Weekly review"), _l("Whether the figures are looked at, and what was decided.")),
)
SORT: Mapping[Sort, LazyString] = {
    Sort.ACTION: _l("Promised for this week or before"),
    Sort.RISK: _l("Risks of yours to look at again"),
    Sort.REVIEW: _l("Reviews that wait for your signature"),
    Sort.POSTMORTEM: _l("Post-mortems of yours"),
}
LETTERS: Mapping[Sort, tuple[str, str]] = {
    Sort.ACTION: ("A", "/actions"),
    Sort.RISK: ("R", "/risks"),
    Sort.REVIEW: ("OR", "/reviews"),
    Sort.POSTMORTEM: ("I", "/incidents"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One need as it is printed: `due` in words, `exact` the day itself."""

    ref: str
    href: str
    title: str
    due: str
    exact: str
    is_late: bool


def answer(team_name: str, stand: Standing) -> str:
    """How the team sleeps, in a few plain sentences made of the figures."""
    sentences = (
        _about_risks(team_name, stand.register),
        _about_ten(stand.ten),
        _about_promises(stand.promises),
        _about_systems(stand.operability),
    )
    return " ".join(sentence for sentence in sentences if sentence)


def trend_words(trend: Trend) -> str:
    """What the sparkline shows: "Critical and High: from 14 to 9 in a year"."""
    bands = _(" and ").join(trend.names)
    first, last = trend.first, trend.last
    if first is None or last is None:
        return str(_("%(bands)s: no history yet", bands=bands))
    change = {
        True: _("%(bands)s fell from %(first)s to %(last)s", bands=bands, first=first, last=last),
        False: _("%(bands)s rose from %(first)s to %(last)s", bands=bands, first=first, last=last),
    }
    return str(
        _("%(bands)s stayed at %(last)s", bands=bands, last=last)
        if first == last
        else change[last < first]
    )


def grouped(needs: Sequence[Need], today: date) -> list[tuple[LazyString, list[Line]]]:
    """Needs by sort with its heading; sorts without any are left out."""
    return [
        (SORT[sort], [_line(need, today) for need in found])
        for sort, found in groupby(needs, key=lambda need: need.sort)
    ]


def _line(need: Need, today: date) -> Line:
    letters, folder = LETTERS[need.sort]
    ref = f"{letters}-{need.id}"
    words, exact = due_words(need.day, today)
    is_late = need.day is not None and need.day < today
    if is_late:
        words = str(_("overdue since %(day)s", day=exact))
    return Line(
        ref=ref,
        href=f"{folder}/{ref}",
        title=need.title,
        due=words if need.day else "",
        exact=exact,
        is_late=is_late,
    )


def _about_risks(team_name: str, register: Register) -> str:
    if register.is_empty:
        return str(_("Nobody has written down yet what could hurt %(team)s.", team=team_name))
    total = register.open
    if not total:
        return str(_("%(team)s has no open risk.", team=team_name))
    carried = ngettext(
        "%(team)s carries %(num)s open risk",
        "%(team)s carries %(num)s open risks",
        total,
        team=team_name,
    )
    top = register.bands[0]
    grave = (
        _(", %(n)s of them %(band)s", n=top.count, band=top.label.lower())
        if top.count
        else _(", none of them %(band)s", band=top.label.lower())
    )
    unrated = _(", and %(n)s that nobody has rated", n=register.unrated) if register.unrated else ""
    return f"{carried}{grave}{unrated}."


def _about_ten(ten: Ten) -> str:
    if not ten.count:
        return ""
    if ten.without_effort == ten.count:
        return str(_("Nobody has said what the worst of them would take."))
    known = _("The first %(n)s would take %(days)s person-days", n=ten.count, days=ten.effort_days)
    if ten.without_effort:
        return str(
            _("%(known)s, and more for %(n)s not estimated.", known=known, n=ten.without_effort)
        )
    return f"{known}."


def _about_promises(promises: Promises) -> str:
    if not promises.open:
        return ""
    if not promises.overdue:
        return str(
            ngettext(
                "The one open action is in time.",
                "All %(num)s open actions are in time.",
                promises.open,
            )
        )
    return str(
        ngettext(
            "%(n)s of %(num)s open action is overdue.",
            "%(n)s of %(num)s open actions are overdue.",
            promises.open,
            n=promises.overdue,
        )
    )


def _about_systems(operability: Operability) -> str:
    if not operability.systems:
        return ""
    if not operability.reviewed:
        return str(
            ngettext(
                "Nobody has reviewed the one system.",
                "Nobody has reviewed any of the %(num)s systems.",
                operability.systems,
            )
        )
    if not operability.ready:
        return str(
            ngettext(
                "The one system is not known to be ready.",
                "None of the %(num)s systems is known to be ready.",
                operability.systems,
            )
        )
    return str(
        ngettext(
            "%(n)s of %(num)s system is known to be ready.",
            "%(n)s of %(num)s systems are known to be ready.",
            operability.systems,
            n=operability.ready,
        )
    )
