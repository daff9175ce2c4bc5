"""Risks to test with; every factory commits."""

from itertools import count
from typing import Any

from riskreg.db import db, transaction
from riskreg.metrics.matrix import Rating
from riskreg.org.models import Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.models import Risk
from riskreg.risks.services import create_risk, install_matrix
from tests.factories import actor

_numbers = count(1)


def make_risk(
    team: Team,
    likelihood: int | None = None,
    impact: int | None = None,
    *,
    by: Person | None = None,
    **values: Any,
) -> Risk:
    """A risk of a team, rated when both levels are given; `by` files it (default: the program)."""
    given = {
        "title": f"Risk number {next(_numbers)}",
        "kind": "operational",
        "current": Rating(likelihood=likelihood, impact=impact),
        **values,
    }
    with transaction():
        install_matrix(SYSTEM_ACTOR)
        doer = actor(by) if by else SYSTEM_ACTOR
        team = db.session.get_one(Team, team.id)
        risk = create_risk(doer, team=team, values=given, why="Made for a test.")
    return db.session.get_one(Risk, risk.id)
