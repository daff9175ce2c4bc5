"""Which systems were reviewed, and which are ready."""

from typing import Any

from flask_babel import gettext as _

from riskreg.metrics.matrix import Matrix
from riskreg.metrics.reviews import Readiness, Severity
from riskreg.org.permissions import Actor, Permission
from riskreg.org.queries import systems_for
from riskreg.packs.kinds import Frozen, Scope, Section
from riskreg.reviews.queries import newest_reviews
from riskreg.reviews.results import asked_of, results_of


def reviews_of_team(actor: Actor, scope: Scope) -> dict[str, Any]:
    """The newest review handed in for every system of the team and below, as home counts them.

    Without one a system is not reviewed; those whose review is only begun are named once more.
    """
    systems = systems_for(actor, below=scope.team, permission=Permission.REVIEW_VIEW)
    ids = [system.id for system in systems]
    newest = newest_reviews(actor, ids, handed_in=True)
    begun = newest_reviews(actor, [number for number in ids if number not in newest])
    results = results_of(actor, [asked_of(review) for review in newest.values()], scope.on)
    rows = []
    for system in systems:
        review = newest.get(system.id)
        if review is None:
            continue
        outcome = results[review.id]
        rows.append(
            {
                "system": system.name,
                "team": system.team.name,
                "ref": review.ref,
                "status": review.status.value,
                "readiness": outcome.readiness.value,
                "score_share": outcome.score_share,
                "required": outcome.level_required.value,
                "reached": outcome.level_reached.value if outcome.level_reached else None,
                "open_blockers": len(outcome.open_codes.get(Severity.BLOCKER, ())),
            }
        )
    return {
        "systems": len(systems),
        "not_reviewed": [system.name for system in systems if system.id not in newest],
        "begun": [system.name for system in systems if system.id in begun],
        "rows": rows,
    }


def headline(data: Frozen, _matrix: Matrix) -> str:
    """How many systems are shown to be ready; what was never looked at is not."""
    if not data["systems"]:
        return str(_("There is no system in this team yet."))
    ready = sum(row["readiness"] == Readiness.READY for row in data["rows"])
    return str(
        _(
            "%(ready)s of %(all)s systems are shown to be ready; %(unknown)s were never reviewed.",
            ready=ready,
            all=data["systems"],
            unknown=len(data["not_reviewed"]),
        )
    )


SECTION = Section(
    key="readiness",
    title=lambda: _("Ready for production?"),
    collect=reviews_of_team,
    headline=headline,
)
