"""The demo's operability reviews: well formed, and different in what they lead to."""

from collections import Counter
from datetime import date, timedelta

import pytest

from riskreg.metrics import reviews as results
from tests.demo.story import REVIEWS, RISKS, STATEMENTS, SYSTEMS, Entry

TODAY = date(2031, 5, 14)


def test_has_twelve_reviews_in_every_status_and_a_confidential_one() -> None:
    plain = [review for review in REVIEWS.values() if "confidential" not in review]
    assert len(plain) == len({review["system"] for review in plain}) == 12
    assert len(REVIEWS) == len(plain) + 1
    assert {review["system"] for review in REVIEWS.values()} <= set(SYSTEMS)
    statuses = {review["status"] for review in REVIEWS.values()}
    assert statuses == {"in_progress", "submitted", "signed_off"}
    complete = [review for review in REVIEWS.values() if set(review["answers"]) == set(STATEMENTS)]
    assert len(complete) >= 5


@pytest.mark.parametrize("review", REVIEWS.values(), ids=REVIEWS)
def test_every_answer_is_well_formed(review: Entry) -> None:
    assert set(review["answers"]) <= set(STATEMENTS)
    for statement, answer in review["answers"].items():
        if isinstance(answer, str):
            assert answer.endswith(".")
            continue
        assert answer["value"] in {"met", "not_met", "na"}
        assert (answer["value"] == "na") == bool(answer.get("reason"))
        if risk := answer.get("risk"):
            assert answer["value"] == "not_met"
            assert statement in RISKS[risk]["statements"]
    for comment in review["comments"]:
        assert comment["statement"] is None or comment["statement"] in STATEMENTS


def test_readiness_today_differs() -> None:
    found = Counter(readiness(review) for review in REVIEWS.values())
    assert found["ready"] >= 1
    assert found["ready_with_plan"] >= 3
    assert found["not_ready"] >= 4


def readiness(review: Entry) -> str:
    """The readiness of a review today, for the level of its system."""
    system = SYSTEMS[review["system"]]
    target = system["slo_target"]
    level = results.required_level(
        slo_target_milli=None if target is None else round(target * 1000),
        around_the_clock=system["hours"] == "24x7",
        sensitive_data=system["data_class"] in {"confidential", "restricted"},
        pages=system["pages"],
    ).level
    items = [_item(review, statement) for statement in STATEMENTS.values()]
    return str(results.result(items, level, TODAY).readiness)


def _item(review: Entry, statement: Entry) -> results.Item:
    answer = review["answers"].get(statement["id"], {"value": None})
    if isinstance(answer, str):
        answer = {"value": "met"}
    since = (review["submitted"] or review["started"])["days_ago"]
    waived = answer.get("waived_in_days")
    return results.Item(
        code=statement["id"],
        severity=statement["severity"],
        level=statement["level"],
        max_age_months=statement["max_age_months"],
        value=answer["value"],
        evidence_on=TODAY - timedelta(days=answer.get("evidence_days_ago", since)),
        waived_until=None if waived is None else TODAY + timedelta(days=waived),
    )
