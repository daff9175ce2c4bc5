"""A page costs the same however long the register is: what the databases do, and how often."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, text

from riskreg.db import db, transaction
from riskreg.metrics.ranking import Order
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.conditions import View, after, before, ordered_ids, view_of
from riskreg.risks.filters import RiskFilter
from riskreg.risks.models import Risk
from riskreg.risks.queries import list_page
from riskreg.risks.stamps import touch_teams
from tests.client import RegisterClient
from tests.risks.conftest import Company
from tests.risks.factories import make_risk

ROWS = 3_000
STATEMENTS_MAX = 9  # eight and BEGIN
FULL = ("SCAN risk", "Seq Scan on risk")
SORTS = ("USE TEMP B-TREE", "->  Sort", "Sort  (")


@pytest.fixture
def long_register(company: Company) -> Company:
    """Some thousand risks in two teams, as copies of a few."""
    makes = [make_risk(company.team, 1 + n % 5, 1 + n % 4, effort_days=n + 1) for n in range(5)]
    with transaction():
        columns = [column for column in Risk.__table__.columns if column.name != "id"]
        first = db.session.execute(Risk.__table__.select().where(Risk.id == makes[0].id)).one()
        plain = {column.name: getattr(first, column.name) for column in columns}
        rows = [
            {
                **plain,
                "team_id": (company.team.id, company.other.id)[n % 2],
                "order_band": -(n % 4),
                "order_value": -n,
                "form_key": None,
            }
            for n in range(ROWS)
        ]
        db.session.connection().execute(insert(Risk), rows)
        touch_teams([company.team.id, company.other.id])
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE risk"))
    return company


def plan_of(query: Any) -> str:
    """What the database will do, one step a line."""
    compiled = query.compile(db.engine, compile_kwargs={"literal_binds": True})
    word = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    rows = db.session.execute(text(f"{word} {str(compiled).replace(':', chr(92) + ':')}"))
    return "\n".join(str(row[-1]) for row in rows)


def placed(view: View) -> list[Callable[[], Any]]:
    """The first page, the next, the one before."""
    row = list_page(view, size=700).rows[-1]
    order = view.criteria.order
    return [
        lambda: ordered_ids(view, 51),
        lambda: ordered_ids(view, 51, where=[after(order, row.key(order))]),
        lambda: ordered_ids(view, 51, where=[before(order, row.key(order))], backwards=True),
    ]


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("slug", ["", "payments"])
def test_the_orders_are_read_from_an_index(long_register: Company, order: Order, slug: str) -> None:
    view = view_of(SYSTEM_ACTOR, RiskFilter(order=order, team=slug))
    for query in placed(view):
        plan = plan_of(query())
        assert not any(word in plan for word in FULL), plan
        assert not any(word in plan for word in SORTS), plan


@pytest.mark.parametrize("criteria", [RiskFilter(), RiskFilter(status="all")])
def test_several_teams_merge_their_first_rows_only(
    long_register: Company, criteria: RiskFilter
) -> None:
    teams = [long_register.team, long_register.other]
    view = view_of(SYSTEM_ACTOR, criteria, known=teams)
    for query in placed(view):
        plan = plan_of(query())
        assert not any(word in plan for word in FULL), plan
        assert plan.count("severity") >= 2, plan  # an ordered index in every branch
        assert "->  Sort" not in plan, plan


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement sent meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "path", ["/risks", "/risks?order=value", "/risks/top", "/risks/matrix", "/risks/quadrant"]
)
def test_a_hundred_rows_ask_no_more_than_ten(
    app: Flask, client: RegisterClient, company: Company, path: str
) -> None:
    client.sign_in(company.manager)
    asked = []
    for more in (10, 90):
        for number in range(more):
            make_risk(company.team, 1 + number % 5, 4, effort_days=number + 1, tags=[f"t{number}"])
        client.get(f"{path}{'&' if '?' in path else '?'}team=company")
        with statements() as seen:
            client.get(path)
        asked.append(len([each for each in seen if not each.startswith("BEGIN")]))
    assert asked[1] <= asked[0]
    assert asked[1] <= STATEMENTS_MAX, seen
