"""The demo's action items: kept, late, declined, and due on all kinds of days."""

from typing import Any

import pytest

from riskreg.metrics import actions as clocks
from tests.demo.story import ACTIONS, INCIDENTS, Entry


def test_has_140_actions_from_three_sources() -> None:
    assert len(ACTIONS) == len({action["title"] for _, action in ACTIONS}) == 140
    assert len([1 for origin, _ in ACTIONS if origin["key"] in INCIDENTS]) >= 100
    types = {action["type"] for _, action in ACTIONS}
    assert types == {"prevent", "detect", "mitigate", "investigate", "process"}
    assert {action["priority"] for _, action in ACTIONS} == set(clocks.DUE_DAYS)


def test_spreads_the_open_actions_over_the_due_dates() -> None:
    days = [due_in_days(action) for _, action in ACTIONS if end_days(action) is None]
    assert 12 <= len([each for each in days if each < 0]) <= 18
    assert 7 <= len([each for each in days if 0 <= each <= 6]) <= 12
    assert len([each for each in days if each > 6]) >= 14
    assert 0 in days


def test_some_actions_were_late_and_some_were_declined() -> None:
    done = [action for _, action in ACTIONS if "closed_after_days" in action]
    late = [each for each in done if end_days(each) > clocks.DUE_DAYS[each["priority"]]]
    assert len(done) >= 85
    assert 15 <= len(late) <= 30
    assert 4 <= len([1 for _, action in ACTIONS if "wont_do_after_days" in action]) <= 9


@pytest.mark.parametrize(
    "action", [action for _, action in ACTIONS], ids=lambda each: each["title"]
)
def test_every_action_is_complete(action: Entry) -> None:
    end = end_days(action)
    assert (end is None) == ("evidence" not in action)
    assert len(action["title"]) <= 90
    if end is None:
        assert action["verify"].endswith(".")
    else:
        assert 0 <= end <= action["committed_days_ago"]
        assert action["evidence"].endswith(".")
    for slip in action.get("slips", []):
        assert 0 < slip["days_ago"] <= action["committed_days_ago"]
        assert end is None or slip["days_ago"] >= action["committed_days_ago"] - end
        assert slip["by_days"] > 0


def test_nothing_is_promised_before_its_origin() -> None:
    for origin, action in ACTIONS:
        since = origin.get("identified_days_ago") or origin.get("start", origin.get("started"))
        since = since["days_ago"] if isinstance(since, dict) else since
        assert action["committed_days_ago"] <= since


def end_days(action: Entry) -> Any:
    """After how many days it was closed or declined; None while it is open."""
    return action.get("closed_after_days", action.get("wont_do_after_days"))


def due_in_days(action: Entry) -> int:
    """How many days from today it is due."""
    moved: int = sum(slip["by_days"] for slip in action.get("slips", []))
    return clocks.DUE_DAYS[action["priority"]] + moved - int(action["committed_days_ago"])
