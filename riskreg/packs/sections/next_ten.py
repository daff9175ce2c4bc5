"""The next ten and why they are not among the ten; what cannot be placed without an effort."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from riskreg.metrics.matrix import Matrix
from riskreg.org.permissions import Actor
from riskreg.packs.kinds import Frozen, Scope, Section
from riskreg.packs.past import plain_row, systems_named
from riskreg.packs.sections.the_ten import ten_of
from riskreg.risks.matrices import current_matrix, matrix_of
from riskreg.risks.why_not import why_not_words


def collect(actor: Actor, scope: Scope) -> dict[str, Any] | None:
    """The following places with their reason; None when there are none."""
    ten = ten_of(actor, scope)
    if not ten.top.following and not ten.needs_effort:
        return None
    named = systems_named(actor, scope.team)
    matrix = matrix_of(current_matrix())
    return {
        "rows": [
            plain_row(ten.rows[place.item.id], named)
            | {"rank": place.position, "why": why_not_words(place, ten, matrix)}
            for place in ten.top.following
        ],
        "needs_effort": [plain_row(row, named) for row in ten.needs_effort],
        "needs_effort_count": ten.needs_effort_count,
    }


def headline(data: Frozen, _matrix: Matrix) -> str:
    """What they take together, and how many nobody has estimated."""
    days = sum(row["effort"] or 0 for row in data["rows"])
    number = data["needs_effort_count"]
    unknown = ngettext(
        "%(num)s rated risk cannot be placed, because nobody has said what it takes.",
        "%(num)s rated risks cannot be placed, because nobody has said what they take.",
        number,
    )
    if not data["rows"]:
        return str(unknown)
    known = _("The next %(n)s take %(days)s person-days.", n=len(data["rows"]), days=days)
    return f"{known} {unknown}" if number else str(known)


SECTION = Section(
    key="next_ten",
    title=lambda: _("The next ten, and why not"),
    collect=collect,
    headline=headline,
)
