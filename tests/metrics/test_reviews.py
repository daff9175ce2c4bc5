"""What an answer is worth, and what a review comes to."""

from datetime import date
from typing import Any

import pytest

from riskreg.metrics.reviews import (
    Coverage,
    Item,
    Level,
    LevelReason,
    Progress,
    Readiness,
    Severity,
    State,
    coverage,
    is_required,
    level_reached,
    progress,
    readiness,
    required_level,
    result,
    score_share,
    stale_on,
    state,
    waiver_days_left,
)

TODAY = date(2026, 6, 15)


def item(code: str = "tel-1", **changes: Any) -> Item:
    """A blocker that everything needs, answered met today, with some parts changed."""
    values: dict[str, Any] = {
        "severity": "blocker",
        "level": "bronze",
        "max_age_months": 12,
        "value": "met",
        "answered_on": TODAY,
        **changes,
    }
    return Item(code=code, **values)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, State.MET),
        ({"value": None}, State.UNANSWERED),
        ({"value": None, "waived_until": TODAY}, State.UNANSWERED),
        ({"value": "na"}, State.NOT_APPLICABLE),
        ({"value": "na", "answered_on": date(2020, 1, 1)}, State.NOT_APPLICABLE),
        ({"value": "not_met"}, State.NOT_MET),
        ({"value": "not_met", "waived_until": TODAY}, State.WAIVED),
        ({"value": "not_met", "waived_until": date(2026, 6, 14)}, State.NOT_MET),
        ({"evidence_on": date(2025, 6, 15)}, State.MET),
        ({"evidence_on": date(2025, 6, 14)}, State.STALE),
        ({"evidence_on": date(2025, 6, 14), "waived_until": TODAY}, State.WAIVED),
        ({"answered_on": date(2025, 6, 14)}, State.STALE),
        ({"answered_on": None}, State.STALE),
        ({"evidence_on": date(2027, 1, 1)}, State.MET),
        ({"disproved": True}, State.DISPROVED),
        ({"disproved": True, "waived_until": TODAY}, State.DISPROVED),
        ({"disproved": True, "value": "not_met"}, State.NOT_MET),
    ],
)
def test_state(changes: dict[str, Any], expected: State) -> None:
    assert state(item(**changes), TODAY) is expected


def test_when_it_goes_stale_and_a_waiver_ends() -> None:
    assert stale_on(item(max_age_months=3, evidence_on=date(2026, 1, 31))) == date(2026, 4, 30)
    assert stale_on(item(answered_on=None)) is None
    assert waiver_days_left(item(waived_until=date(2026, 6, 20)), TODAY) == 5
    assert waiver_days_left(item(waived_until=date(2026, 6, 14)), TODAY) == -1
    assert waiver_days_left(item(), TODAY) is None


@pytest.mark.parametrize(
    ("facts", "level", "reason"),
    [
        ({}, Level.BRONZE, LevelReason.PRODUCTION),
        ({"slo_target_milli": 98_999}, Level.BRONZE, LevelReason.PRODUCTION),
        ({"pages": True}, Level.SILVER, LevelReason.PAGING),
        ({"slo_target_milli": 99_000, "pages": True}, Level.SILVER, LevelReason.SLO_SILVER),
        ({"slo_target_milli": 99_899}, Level.SILVER, LevelReason.SLO_SILVER),
        ({"slo_target_milli": 99_900}, Level.GOLD, LevelReason.SLO_GOLD),
        ({"around_the_clock": True, "pages": True}, Level.GOLD, LevelReason.AROUND_THE_CLOCK),
        ({"sensitive_data": True}, Level.GOLD, LevelReason.SENSITIVE_DATA),
    ],
)
def test_required_level(facts: dict[str, Any], level: Level, reason: LevelReason) -> None:
    plain: dict[str, Any] = {
        "slo_target_milli": None,
        "around_the_clock": False,
        "sensitive_data": False,
        "pages": False,
    }
    found = required_level(**{**plain, **facts})
    assert (found.level, found.reason) == (level, reason)


@pytest.mark.parametrize(
    ("own", "asked", "required"),
    [("bronze", "bronze", True), ("silver", "bronze", False), ("silver", "gold", True)],
)
def test_a_level_includes_the_lower_ones(own: str, asked: str, required: bool) -> None:
    assert is_required(item(level=own), asked) is required


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], Readiness.READY),
        ([("blocker", "met"), ("major", "na")], Readiness.READY),
        ([("blocker", "met"), ("minor", None)], Readiness.READY),
        ([("blocker", "met"), ("major", "not_met")], Readiness.READY_WITH_PLAN),
        ([("blocker", None), ("major", "met")], Readiness.NOT_READY),
        ([("blocker", "not_met"), ("major", "not_met")], Readiness.NOT_READY),
    ],
)
def test_readiness(answers: list[tuple[str, str | None]], expected: Readiness) -> None:
    items = [item(severity=severity, value=value) for severity, value in answers]
    assert readiness(items, TODAY) is expected


def test_a_waived_blocker_is_not_open() -> None:
    waived = item(value="not_met", waived_until=TODAY)
    assert readiness([waived], TODAY) is Readiness.READY
    assert score_share([waived], TODAY) == 0


def test_score_leaves_out_what_does_not_apply() -> None:
    items = [item(), item(value="not_met"), item(value="na"), item(value=None)]
    assert score_share(items, TODAY) == pytest.approx(1 / 3)
    assert score_share([item(value="na")], TODAY) is None
    assert score_share([], TODAY) is None


@pytest.mark.parametrize(
    ("values", "reached"),
    [
        (["met", "met", "met"], Level.GOLD),
        (["met", "met", None], Level.SILVER),
        (["met", "not_met", "met"], Level.BRONZE),
        (["not_met", "met", "met"], None),
        (["na", "na", "na"], Level.GOLD),
    ],
)
def test_level_reached(values: list[str | None], reached: Level | None) -> None:
    levels = zip(Level, values, strict=True)
    items = [item(level, level=level, value=value) for level, value in levels]
    assert level_reached(items, TODAY) == reached


def test_no_statements_reach_no_level() -> None:
    assert level_reached([], TODAY) is None


def test_progress_counts_any_answer() -> None:
    items = [item(value="na"), item(answered_on=None), item(value=None)]
    assert progress(items) == Progress(answered=2, total=3)


def test_the_result_looks_at_what_the_level_asks_for() -> None:
    items = [
        item("a"),
        item("b", severity="major", value="not_met"),
        item("c", level="gold", value=None),
    ]
    found = result(items, "bronze", TODAY)
    assert found.readiness is Readiness.READY_WITH_PLAN
    assert found.score_share == 0.5
    assert (found.level_required, found.level_reached) == (Level.BRONZE, None)
    assert found.progress == Progress(answered=2, total=2)
    assert found.counts[State.UNANSWERED] == 0
    assert found.open_codes == {
        Severity.BLOCKER: (),
        Severity.MAJOR: ("b",),
        Severity.MINOR: (),
    }
    assert found.states == {"a": State.MET, "b": State.NOT_MET, "c": State.UNANSWERED}
    assert result(items, "gold", TODAY).readiness is Readiness.NOT_READY


def test_coverage_keeps_unknown_apart() -> None:
    states = [State.MET, State.STALE, State.NOT_APPLICABLE, State.UNANSWERED, None]
    found = coverage(states)
    assert found == Coverage(met=1, unknown=2, applicable=4)
    assert found.share == 0.25
    assert coverage([State.NOT_APPLICABLE]).share is None
