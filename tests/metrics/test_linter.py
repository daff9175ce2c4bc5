"""The register linter: each check on its own, at its edge."""

from datetime import date
from typing import Any

import pytest

from riskreg.metrics.linter import Code, Entry, Finding, findings, is_above
from riskreg.metrics.matrix import Rating

TODAY = date(2026, 6, 15)
YESTERDAY = date(2026, 6, 14)
MIDDLE = Rating(likelihood=3, impact=3)


def entry(**changes: Any) -> Entry:
    """A risk with nothing to complain about, with some parts changed."""
    values: dict[str, Any] = {
        "ref": "R-1",
        "current": MIDDLE,
        "has_system": True,
        "knowers": 2,
        "assessed_on": TODAY,
        **changes,
    }
    return Entry(**values)


def codes(**changes: Any) -> list[Code]:
    return [finding.code for finding in findings([entry(**changes)], TODAY)]


PLAN = {"in_plan": True, "has_owner": True, "plan_on": TODAY, "effort_days": 3}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"target": Rating(likelihood=4, impact=1)}, Code.TARGET_ABOVE_CURRENT),
        ({"target": Rating(impact=4)}, Code.TARGET_ABOVE_CURRENT),
        ({"lowered_from": Rating(likelihood=3, impact=4)}, Code.LOWERED_WITHOUT_WORK),
        ({"is_accepted": True}, Code.ACCEPTED_WITHOUT_ACCEPTANCE),
        ({"is_accepted": True, "acceptance_until": YESTERDAY}, Code.ACCEPTANCE_PAST),
        ({**PLAN, "has_owner": False}, Code.PLAN_INCOMPLETE),
        ({**PLAN, "plan_on": None}, Code.PLAN_INCOMPLETE),
        ({**PLAN, "effort_days": None}, Code.PLAN_INCOMPLETE),
        ({**PLAN, "plan_on": YESTERDAY}, Code.DATE_PAST),
        ({"due_on": YESTERDAY}, Code.DATE_PAST),
        ({"in_top": True}, Code.TOP_UNFUNDED),
        ({"assessed_on": date(2025, 6, 14)}, Code.SCORE_OLD),
        ({"has_system": False}, Code.NO_SYSTEM),
        ({"knowers": 1}, Code.ONE_KNOWER),
        ({"renewals": 2}, Code.RENEWED_TWICE),
    ],
)
def test_finds(changes: dict[str, Any], code: Code) -> None:
    assert codes(**changes) == [code]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"current": None, "target": MIDDLE},
        {"target": MIDDLE},
        {"target": Rating(likelihood=1)},
        {"lowered_from": Rating(likelihood=3, impact=4), "work_done": True},
        {"lowered_from": Rating(likelihood=1, impact=1)},
        {"is_accepted": True, "acceptance_until": TODAY},
        PLAN,
        {"plan_on": YESTERDAY},
        {"due_on": TODAY},
        {"in_top": True, "is_funded": True},
        {"assessed_on": date(2025, 6, 15)},
        {"assessed_on": None},
        {"knowers": 0},
        {"renewals": 1},
    ],
)
def test_leaves_alone(changes: dict[str, Any]) -> None:
    assert codes(**changes) == []


def test_findings_come_risk_by_risk() -> None:
    entries = [entry(ref="R-2", knowers=1, has_system=False), entry(ref="R-1", knowers=1)]
    assert list(findings(entries, TODAY)) == [
        Finding(code=Code.NO_SYSTEM, ref="R-2"),
        Finding(code=Code.ONE_KNOWER, ref="R-2"),
        Finding(code=Code.ONE_KNOWER, ref="R-1"),
    ]


def test_above_is_on_either_side() -> None:
    assert is_above(Rating(likelihood=1, impact=4), MIDDLE)
    assert not is_above(MIDDLE, MIDDLE)
    assert not is_above(None, MIDDLE)
    assert not is_above(MIDDLE, None)
