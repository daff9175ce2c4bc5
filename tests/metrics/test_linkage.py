"""Foreseen incidents, risks that came true, funding."""

from datetime import UTC, date, datetime

import pytest

from riskreg.metrics.linkage import (
    Funding,
    LinkedIncident,
    RatedRisk,
    Share,
    foreseen,
    funded,
    is_funded,
    realised_by_likelihood,
)

TODAY = date(2026, 6, 15)
START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_risk_foresaw_it_only_when_it_was_filed_before() -> None:
    before, after = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)
    incidents = [
        LinkedIncident(impact_start_at=START, risks_created_at=(after, before)),
        LinkedIncident(impact_start_at=START, risks_created_at=(after,)),
        LinkedIncident(impact_start_at=START, risks_created_at=(START,)),
        LinkedIncident(impact_start_at=START),
    ]
    assert foreseen(incidents) == Share(count=1, total=4)
    assert foreseen(incidents).share == 0.25
    assert foreseen([]).share is None


def test_realised_by_likelihood() -> None:
    risks = [
        RatedRisk(likelihood=4, realised_on=date(2025, 6, 16)),
        RatedRisk(likelihood=4, realised_on=date(2025, 6, 15)),
        RatedRisk(likelihood=4),
        RatedRisk(likelihood=1),
        RatedRisk(likelihood=None, realised_on=TODAY),
    ]
    found = realised_by_likelihood(risks, TODAY)
    assert found == {1: Share(count=0, total=1), 4: Share(count=1, total=3)}


@pytest.mark.parametrize(
    ("owner", "plan", "money", "due_on", "expected"),
    [
        (True, True, True, date(2027, 6, 15), True),
        (True, True, True, date(2027, 6, 16), False),
        (True, True, True, None, False),
        (True, True, False, TODAY, False),
        (True, False, True, TODAY, False),
        (False, True, True, TODAY, False),
    ],
)
def test_funded_needs_everything(
    owner: bool, plan: bool, money: bool, due_on: date | None, expected: bool
) -> None:
    funding = Funding(has_owner=owner, has_plan=plan, is_funded=money, due_on=due_on)
    assert is_funded(funding, TODAY) is expected
    assert funded([funding], TODAY) == Share(count=int(expected), total=10)
