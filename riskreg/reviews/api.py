"""Operability reviews with their results on this day, as programs read them."""

from flask_babel import lazy_gettext as _l

from riskreg.metrics.reviews import Level, Readiness, Result, State
from riskreg.org.permissions import Permission
from riskreg.org.queries import team_for
from riskreg.reviews.kinds import ReviewStatus
from riskreg.reviews.queries import ReviewFilter, listed_reviews, review_for
from riskreg.reviews.results import Asked as Reviewed
from riskreg.reviews.results import results_of
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
    paged,
)
from riskreg.web.jinja import today
from riskreg.web.security import current_actor
from riskreg.web.shapes import Day, Number, Text, Thing, Whole, word_of

COUNTS = Thing(name="StatementCounts", fields={state.value: Whole() for state in State})
REVIEW = Thing(
    name="Review",
    fields={
        "ref": Text(about=_l("What people call it, such as OR-3.")),
        "status": word_of(ReviewStatus),
        "system": Text(about=_l("The key of the system it is about.")),
        "team": Text(about=_l("The slug of its team.")),
        "started_on": Day(),
        "next_review_on": Day(nullable=True),
        "readiness": word_of(Readiness),
        "score_share": Number(nullable=True, about=_l("0 to 1; null where nothing counts.")),
        "level_required": word_of(Level),
        "level_reached": Text(words=tuple(Level), nullable=True),
        "answered": Whole(),
        "statements": Whole(),
        "counts": COUNTS,
    },
)
ASKED = paged(
    team=TEAM_ASKED,
    status=word_of(ReviewStatus),
    readiness=word_of(Readiness),
    q=Text(high=100, about=_l("A part of the system’s name or key, or OR-3.")),
)

reviews = Resource("reviews", item=REVIEW, about=_l("Operability reviews of systems."))
RESOURCES = (reviews,)


@reviews.index(Permission.REVIEW_VIEW, query=ASKED)
def index(asked: Asked) -> Rows:
    """Reviews, newest first, each with its result on this day."""
    wanted = ReviewFilter(
        below=team_for(current_actor, asked["team"]) if asked.get("team") else None,
        status=ReviewStatus(asked["status"]) if "status" in asked else None,
        readiness=Readiness(asked["readiness"]) if "readiness" in asked else None,
        text=asked.get("q", ""),
    )
    page = int(asked.get("page", 1))
    rows, total = listed_reviews(
        current_actor, wanted, day=today(), page=page, size=limit_of(asked)
    )
    told = [
        {
            "ref": row.ref,
            "status": row.status,
            "system": row.system_key,
            "team": row.team_slug,
            "started_on": iso(row.started_on),
            "next_review_on": iso(row.next_review_on),
            **_result(row.result),
        }
        for row in rows
    ]
    return numbered(asked, told, total)


@reviews.show(Permission.REVIEW_VIEW)
def show(ref: str) -> One:
    """One review."""
    row = review_for(current_actor, ref)
    reviewed = Reviewed(
        id=row.id,
        system_id=row.system_id,
        version_id=row.version_id,
        required_level=row.required_level,
    )
    data: Data = {
        "ref": row.ref,
        "status": row.status,
        "system": row.system.key,
        "team": row.team.slug,
        "started_on": iso(row.started_at.date()),
        "next_review_on": iso(row.next_review_on),
        **_result(results_of(current_actor, [reviewed], today())[row.id]),
    }
    return One(data=data, where={"ref": row.ref})


def _result(result: Result) -> Data:
    return {
        "readiness": result.readiness,
        "score_share": result.score_share,
        "level_required": result.level_required,
        "level_reached": result.level_reached,
        "answered": result.progress.answered,
        "statements": result.progress.total,
        "counts": {state.value: result.counts.get(state, 0) for state in State},
    }
