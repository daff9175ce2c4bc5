"""The demo's incidents: written up, in order, and tied to the register."""

import re

import pytest

from riskreg.demo.content import load_all
from tests.demo.story import INCIDENTS, RISKS, STATEMENTS, SYSTEMS, TEAMS, TWO_YEARS, Entry


def test_has_thirty_incidents_of_every_severity_and_status() -> None:
    assert len(INCIDENTS) == sum(1 for _ in load_all("incidents", "incidents")) == 30
    assert len({incident["title"] for incident in INCIDENTS.values()}) == 30
    assert {each["severity"] for each in INCIDENTS.values()} == {1, 2, 3, 4}
    statuses = {each["status"] for each in INCIDENTS.values()}
    assert statuses == {"draft", "ready", "reviewed", "closed"}
    found = {each["found_by"] for each in INCIDENTS.values()}
    assert found == {"alert", "synthetic", "customer", "engineer"}


@pytest.mark.parametrize("incident", INCIDENTS.values(), ids=INCIDENTS)
def test_every_incident_runs_forward_in_time(incident: Entry) -> None:
    assert 0 < incident["start"]["days_ago"] <= TWO_YEARS
    assert re.fullmatch(r"[0-2]\d:[0-5]\d", incident["start"]["local"])
    assert list(incident["minutes"]) == [
        "detected",
        "paged",
        "acknowledged",
        "mitigated",
        "resolved",
    ]
    known = [minutes for minutes in incident["minutes"].values() if minutes is not None]
    assert known == sorted(known)
    steps = [minutes for minutes, _ in incident["sections"]["timeline"]]
    assert steps == sorted(steps)
    assert known[-1] < (incident["start"]["days_ago"] - 1) * 24 * 60


@pytest.mark.parametrize("incident", INCIDENTS.values(), ids=INCIDENTS)
def test_every_post_mortem_is_written(incident: Entry) -> None:
    sections = incident["sections"]
    assert set(sections) == {
        "summary",
        "customer_effect",
        "detection",
        "timeline",
        "conditions",
        "limits",
        "known",
        "statements",
    }
    assert all(sections.values()) or incident["status"] == "draft"
    assert len(re.findall(r"[.?!](?=\s|$)", sections["summary"])) == 2
    assert len(re.findall(r"^\d\. ", sections["conditions"], re.MULTILINE)) >= 3
    assert incident["actions"]


@pytest.mark.parametrize("incident", INCIDENTS.values(), ids=INCIDENTS)
def test_every_incident_refers_to_what_exists(incident: Entry) -> None:
    start = incident["start"]["days_ago"]
    assert incident["team"] in TEAMS
    assert set(incident["systems"]) <= set(SYSTEMS)
    for key in incident["foreseen_by"]:
        assert RISKS[key]["identified_days_ago"] > start
        assert RISKS[key].get("closed", {"days_ago": 0})["days_ago"] < start
    for key in incident["led_to"]:
        assert RISKS[key]["identified_days_ago"] < start
    assert {helped["statement"] for helped in incident["helped_by"]} <= set(STATEMENTS)


def test_about_two_in_five_incidents_had_been_foreseen() -> None:
    foreseen = sum(1 for incident in INCIDENTS.values() if incident["foreseen_by"])
    assert 11 <= foreseen <= 15


def test_reviews_post_mortems_after_the_first_promise() -> None:
    for incident in INCIDENTS.values():
        assert (incident["review"] is None) == (incident["status"] in {"draft", "ready"})
        if review := incident["review"]:
            over = incident["start"]["days_ago"] - incident["minutes"]["resolved"] / 1440
            first = max(action["committed_days_ago"] for action in incident["actions"])
            assert over - review["after_days"] < first
