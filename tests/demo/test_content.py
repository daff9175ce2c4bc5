"""The texts of the demo: a company with a register, dated only relative to today."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from riskreg.demo.content import FOLDER, load_all
from riskreg.metrics.default_matrix import DEFAULT_MATRIX
from tests.demo.story import (
    CLOSED,
    COMPANY,
    INCIDENTS,
    OPEN,
    PEOPLE,
    REVIEWS,
    RISKS,
    STATEMENTS,
    SYSTEMS,
    TEAMS,
    TWO_YEARS,
    Entry,
)

EVERYTHING = [COMPANY, *RISKS.values(), *INCIDENTS.values(), *REVIEWS.values()]


def test_has_nine_teams_on_three_levels() -> None:
    assert len(TEAMS) == len(COMPANY["teams"]) == 9
    depths = {slug: len(list(_ancestors(slug))) for slug in TEAMS}
    assert set(depths.values()) == {0, 1, 2}


def test_has_thirty_people_with_a_team_and_a_role() -> None:
    assert len(PEOPLE) == len(COMPANY["people"]) == 30
    assert len({person["email"] for person in PEOPLE.values()}) == 30
    for person in PEOPLE.values():
        assert person["email"].endswith("@larkmere.example")
        assert ZoneInfo(person["timezone"]).key == person["timezone"]
        assert person["home"] in TEAMS
        assert {role["team"] for role in person["roles"]} <= set(TEAMS)
    roles = {role["role"] for person in PEOPLE.values() for role in person["roles"]}
    assert roles == {"viewer", "engineer", "manager", "admin"}


def test_has_twenty_five_systems_that_someone_can_operate() -> None:
    assert len(SYSTEMS) == len(COMPANY["systems"]) == 25
    assert {system["tier"] for system in SYSTEMS.values()} == {1, 2, 3}
    for system in SYSTEMS.values():
        assert system["team"] in TEAMS
        assert system["operators"]
        assert system["hours"] in {"24x7", "business"}
        assert system["data_class"] in {"public", "internal", "confidential", "restricted"}


def _ancestors(slug: str) -> Iterator[str]:
    while parent := TEAMS[slug]["parent"]:
        yield parent
        slug = parent


def test_has_120_risks_with_titles_of_their_own() -> None:
    assert len(RISKS) == sum(1 for _ in load_all("risks", "risks")) == 120
    assert len({risk["title"].casefold() for risk in RISKS.values()}) == 120
    assert len({risk["event"] for risk in RISKS.values()}) == 120
    assert len({risk["consequence"] for risk in RISKS.values()}) == 120


def test_spreads_the_risks_over_bands_and_kinds() -> None:
    bands = Counter(band(risk) for risk in OPEN)
    assert 8 <= bands[4] <= 12
    assert 24 <= bands[3] <= 32
    assert 38 <= bands[2] <= 48
    assert 20 <= bands[1] <= 28
    assert bands[None] == 6
    assert len(CLOSED) == 12
    kinds = Counter(risk["kind"] for risk in OPEN)
    assert kinds["security"] >= 35
    assert kinds["operational"] >= 50
    assert kinds["both"] >= 5


def test_leaves_some_efforts_unknown_and_some_treatments_undecided() -> None:
    unknown = [risk for risk in OPEN if "effort" not in risk and "effort_days" not in risk]
    assert 10 <= len(unknown) <= 20
    treatments = Counter(risk["treatment"] for risk in RISKS.values())
    assert set(treatments) == {"undecided", "mitigate", "accept", "transfer", "avoid"}


@pytest.mark.parametrize("risk", RISKS.values(), ids=RISKS)
def test_every_risk_is_complete(risk: Entry) -> None:
    assert len(risk["title"]) <= 90
    assert not risk["title"].endswith(".")
    assert risk["team"] in TEAMS
    assert risk["system"] is None or risk["system"] in SYSTEMS
    assert risk["kind"] in {"security", "operational", "both"}
    assert risk["category"]
    assert risk["tags"]
    assert set(risk.get("statements", [])) <= set(STATEMENTS)
    for part in ("cause", "event", "consequence"):
        assert risk[part][-1] not in ".,;"
    assert "effort" not in risk or "effort_days" not in risk


@pytest.mark.parametrize("risk", RISKS.values(), ids=RISKS)
def test_every_risk_tells_a_story_in_order(risk: Entry) -> None:
    days = [step["days_ago"] for step in risk["history"]]
    assert days == sorted(days, reverse=True)
    assert TWO_YEARS >= risk["identified_days_ago"] >= max(days, default=0)
    for step in risk["history"]:
        assert {step["likelihood"], step["impact"]} <= set(range(1, 6))
        assert step["why"].endswith((".", "?"))
    if closed := risk.get("closed"):
        assert closed["days_ago"] <= min(days)
        assert closed["reason"] in {"mitigated", "gone", "duplicate", "mistake"}


@pytest.mark.parametrize(
    "risk", [risk for risk in OPEN if risk["history"]], ids=lambda risk: risk["key"]
)
def test_target_is_below_and_inherent_above_the_current_score(risk: Entry) -> None:
    latest = risk["history"][-1]
    for side in ("likelihood", "impact"):
        assert risk.get("target", latest)[side] <= latest[side]
        assert risk.get("inherent", latest)[side] >= latest[side]


def test_acceptances_end_within_a_year_and_are_signed_by_another() -> None:
    accepted = [risk for risk in RISKS.values() if risk["treatment"] == "accept"]
    assert len(accepted) == 7
    for risk in accepted:
        acceptance = risk["acceptance"]
        assert acceptance["approver"] != acceptance["requested_by"]
        assert 0 < acceptance["days_ago"] + acceptance["ends_in_days"] <= 365


def test_every_person_named_exists() -> None:
    assert set(people_named(EVERYTHING)) <= set(PEOPLE)


def test_nothing_depends_on_the_season_it_is_read_in() -> None:
    calendar = re.compile(
        r"\b(January|February|March|April|June|July|August|September|October|November|December"
        r"|spring|summer|autumn|winter|20\d\d)\b"
    )
    found = [text for text in texts(EVERYTHING) if calendar.search(text)]
    assert found == []


def test_nothing_is_a_placeholder_or_shouts() -> None:
    wrong = re.compile(r"lorem|ipsum|\bTODO\b|\bTBD\b|\bXXX\b|!|\bfoo\b|\bN/A\b", re.IGNORECASE)
    assert [text for text in texts(EVERYTHING) if wrong.search(text)] == []


def test_every_file_says_what_its_shape_is() -> None:
    for path in FOLDER.rglob("*.yaml"):
        assert path.read_text("utf-8").startswith("# ")


def texts(value: Any) -> Iterator[str]:
    """Every text anywhere in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


def people_named(value: Any) -> Iterator[str]:
    """Every person a value refers to."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key in {"by", "owner", "approver", "requested_by"} and each is not None:
                yield each
            elif key in {"knows", "operators"}:
                yield from each
            else:
                yield from people_named(each)
    elif isinstance(value, list):
        for each in value:
            yield from people_named(each)


def band(risk: Entry) -> int | None:
    """The rank of its current band on the default matrix."""
    if not risk["history"]:
        return None
    latest = risk["history"][-1]
    return DEFAULT_MATRIX.grid[int(latest["impact"]) - 1][int(latest["likelihood"]) - 1]
