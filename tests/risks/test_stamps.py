"""What is counted is kept only for as long as no risk of its teams changes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from riskreg.db import db, transaction
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks import stamps
from riskreg.risks.conditions import view_of
from riskreg.risks.filters import RiskFilter
from riskreg.risks.models import Risk
from riskreg.risks.queries import count
from riskreg.risks.services import update_risk
from riskreg.risks.stamps import kept, stamp_of
from tests.risks.conftest import Company
from tests.risks.factories import make_risk


def test_a_change_gives_its_team_a_new_stamp(company: Company) -> None:
    make_risk(company.other)
    risk = make_risk(company.team)
    here, elsewhere = stamp_of([company.team.id]), stamp_of([company.other.id])
    with transaction():
        update_risk(SYSTEM_ACTOR, db.session.get_one(Risk, risk.id), {"tags": ["new"]})
    assert stamp_of([company.team.id]) != here
    assert stamp_of([company.other.id]) == elsewhere
    assert stamp_of(None) is not None


def test_a_move_stamps_both_teams(company: Company) -> None:
    risk = make_risk(company.team)
    make_risk(company.other)
    before = [stamp_of([each.id]) for each in (company.team, company.other)]
    with transaction():
        team = db.session.get_one(Team, company.other.id)
        update_risk(SYSTEM_ACTOR, db.session.get_one(Risk, risk.id), {"team": team})
    after = [stamp_of([each.id]) for each in (company.team, company.other)]
    assert [old != new for old, new in zip(before, after, strict=True)] == [True, True]


def test_counts_follow_every_change(company: Company) -> None:
    assert count(view_of(SYSTEM_ACTOR, RiskFilter())) == 0
    for number in range(3):
        make_risk(company.team)
        assert count(view_of(SYSTEM_ACTOR, RiskFilter())) == number + 1
        assert count(view_of(SYSTEM_ACTOR, RiskFilter())) == number + 1


def test_a_savepoint_taken_back_does_not_take_back_what_was_changed_before(
    company: Company,
) -> None:
    risk = make_risk(company.team)
    before = stamp_of([company.team.id])
    with transaction():
        update_risk(SYSTEM_ACTOR, db.session.get_one(Risk, risk.id), {"tags": ["new"]})
        db.session.begin_nested().rollback()
    assert stamp_of([company.team.id]) != before


def test_a_transaction_counts_what_it_changed_itself_and_keeps_nothing(company: Company) -> None:
    make_risk(company.team)
    assert count(view_of(SYSTEM_ACTOR, RiskFilter(kind="security"))) == 0
    risk = db.session.scalars(select(Risk)).one()
    update_risk(SYSTEM_ACTOR, risk, {"kind": "security"})
    assert count(view_of(SYSTEM_ACTOR, RiskFilter(kind="security"))) == 1
    db.session.rollback()
    assert count(view_of(SYSTEM_ACTOR, RiskFilter(kind="security"))) == 0


def test_a_savepoint_rolled_back_forgets_nothing_of_before(company: Company) -> None:
    risk = make_risk(company.team)
    before = stamp_of([company.team.id])
    with transaction():
        update_risk(SYSTEM_ACTOR, db.session.get_one(Risk, risk.id), {"tags": ["new"]})
        db.session.begin_nested().rollback()
    assert stamp_of([company.team.id]) != before


def test_names_hold_for_a_minute_only(monkeypatch: pytest.MonkeyPatch, company: Company) -> None:
    make_risk(company.team)
    stamp = stamp_of(None)
    made = iter(range(9))
    key = ("test", stamp)
    assert [kept("n", key, stamp, lambda: next(made), names=True) for _turn in range(2)] == [0, 0]
    monkeypatch.setattr("riskreg.risks.stamps.NAMES_HOLD", timedelta(0))
    assert kept("n", key, stamp, lambda: next(made), names=True) == 1
    assert kept("n", key, None, lambda: next(made)) == 2


def test_where_too_much_is_kept_the_oldest_goes(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "KEPT_MAX", 2)
    make_risk(company.team)
    stamp = stamp_of([company.team.id])
    made: list[str] = []

    def ask(key: str) -> None:
        kept("test", key, stamp, lambda: made.append(key))

    for key in ("a", "b", "c", "c", "b", "a"):
        ask(key)
    assert made == ["a", "b", "c", "a"]
