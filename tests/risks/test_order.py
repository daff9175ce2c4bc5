"""The order in the database is the order of the formulas, page by page, on both databases."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from riskreg.db import db, transaction
from riskreg.metrics.matrix import Rating
from riskreg.metrics.ranking import Order, rank
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.filters import RiskFilter
from riskreg.risks.models import Assessment, Risk
from riskreg.risks.queries import all_rows, list_page, neighbours, view_of
from riskreg.risks.services import create_risk, install_matrix
from tests.factories import make_team

LEVELS = st.one_of(st.none(), st.integers(1, 5))
RATINGS = st.builds(Rating, likelihood=LEVELS, impact=LEVELS)
VALUES = st.fixed_dictionaries(
    {
        "title": st.just("Something"),
        "kind": st.sampled_from(["security", "operational", "both"]),
        "current": RATINGS,
        "target": RATINGS,
        "effort_days": st.one_of(st.none(), st.integers(1, 40), st.just(100_000)),
        "identified_on": st.dates(date(2026, 1, 1), date(2026, 1, 3)),
    }
)
REGISTERS = st.lists(st.tuples(st.integers(0, 2), VALUES), min_size=1, max_size=14)


@pytest.fixture
def teams(app: Flask) -> list[Team]:
    """A root and two teams below it."""
    root = make_team()
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    return [root, make_team(parent=root), make_team(parent=root)]


def fill(teams: list[Team], register: list[tuple[int, dict[str, Any]]]) -> None:
    """Store these risks and no others."""
    with transaction():
        db.session.connection().execute(delete(Assessment))
        db.session.connection().execute(delete(Risk))
        for place, values in register:
            team = db.session.get_one(Team, teams[place].id)
            create_risk(SYSTEM_ACTOR, team=team, values=values)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(register=REGISTERS)
def test_sql_orders_as_the_formulas_do(teams: list[Team], register: Any) -> None:
    fill(teams, register)
    for order in Order:
        for slug in ("", teams[0].slug, teams[1].slug):
            view = view_of(SYSTEM_ACTOR, RiskFilter(order=order, team=slug))
            rows = list(all_rows(view))
            assert [row.id for row in rows] == [
                item.id for item in rank([row.standing for row in reversed(rows)], order)
            ]
    assert len(list(all_rows(view_of(SYSTEM_ACTOR, RiskFilter())))) == len(register)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(register=REGISTERS, size=st.integers(1, 4))
def test_pages_join_without_gap_or_overlap(teams: list[Team], register: Any, size: int) -> None:
    fill(teams, register)
    criteria = RiskFilter(order=Order.SEVERITY, status="all")
    some = view_of(SYSTEM_ACTOR, criteria, known=teams[1:])
    for view in (view_of(SYSTEM_ACTOR, criteria), some):
        whole = [row.id for row in all_rows(view)]
        forwards, page = [], list_page(view, size=size)
        pages = [page]
        while page.more_after:
            page = list_page(view, after_key=page.rows[-1].key(Order.SEVERITY), size=size)
            pages.append(page)
        forwards = [row.id for each in pages for row in each.rows]
        assert forwards == whole
        if len(pages) > 1:
            back = list_page(view, before_key=pages[-1].rows[0].key(Order.SEVERITY), size=size)
            assert [row.id for row in back.rows] == [row.id for row in pages[-2].rows]
            assert back.more_before == (len(pages) > 2)


def test_neighbours_walk_the_list(teams: list[Team]) -> None:
    values = {"title": "A", "kind": "both"}
    fill(teams, [(place, values) for place in (0, 1, 2, 1)])
    view = view_of(SYSTEM_ACTOR, RiskFilter())
    ids = [row.id for row in all_rows(view)]
    for before, here, following in zip([None, *ids], ids, [*ids[1:], None], strict=False):
        found = neighbours(view, db.session.get_one(Risk, here))
        assert (found.before, found.after) == (before, following)
