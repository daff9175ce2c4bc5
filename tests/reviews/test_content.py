"""The operability checklist that ships, and its translations, hold together."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

import riskreg.reviews
from riskreg.metrics.reviews import Level, Readiness, Severity

FOLDER = Path(riskreg.reviews.__file__).with_name("content")
CHECKLIST = yaml.safe_load((FOLDER / "operability.yaml").read_text(encoding="utf-8"))
AREAS = CHECKLIST["areas"]
STATEMENTS: list[dict[str, Any]] = [each for area in AREAS for each in area["statements"]]
IDS = [statement["id"] for statement in STATEMENTS]
FIELDS = {
    "id",
    "severity",
    "level",
    "max_age_months",
    "seed",
    "starred",
    "auto",
    "text",
    "evidence",
    "guidance",
    "risk",
}
TEXTS = {"text", "evidence", "guidance", "risk"}
RISK_TEXTS = {"title", "cause", "event", "consequence"}


def test_has_56_statements_in_13_areas() -> None:
    assert len(AREAS) == 13
    assert len(IDS) == len(set(IDS)) == 56
    assert "".join(area["letter"] for area in AREAS) == "ABCDEFGHIJKLM"


def test_numbers_the_statements_of_each_area() -> None:
    for area in AREAS:
        ids = [statement["id"] for statement in area["statements"]]
        assert ids == [f"{area['id']}-{number}" for number in range(1, len(ids) + 1)]
        assert area["name"]
        assert area["about"].endswith(".")


def test_weighs_and_ranks_as_agreed() -> None:
    assert Counter(each["severity"] for each in STATEMENTS) == {
        Severity.BLOCKER: 18,
        Severity.MAJOR: 35,
        Severity.MINOR: 3,
    }
    assert Counter(each["level"] for each in STATEMENTS) == {
        Level.BRONZE: 15,
        Level.SILVER: 30,
        Level.GOLD: 11,
    }


def test_names_the_three_practices() -> None:
    assert CHECKLIST["practices"] == {"ci": "chg-1", "canary": "chg-3", "synthetic": "syn-1"}
    assert set(CHECKLIST["readiness"]) == set(Readiness)


def test_stars_what_the_first_goals_name() -> None:
    starred = {each["id"] for each in STATEMENTS if each["starred"]}
    assert starred == {"syn-1", "chg-1", "chg-3", "onc-1", "pm-1", "pm-2"}


@pytest.mark.parametrize("statement", STATEMENTS, ids=IDS)
def test_every_statement_is_complete(statement: dict[str, Any]) -> None:
    assert set(statement) == FIELDS
    assert statement["max_age_months"] in {1, 3, 6, 12}
    assert set(statement["auto"]) <= {"prometheus", "http", "repository", "data"}
    seed = statement["seed"]
    assert set(seed) == {"impact", "likelihood", "effort"}
    assert {seed["impact"], seed["likelihood"]} <= set(range(1, 6))
    assert seed["effort"] in CHECKLIST["effort_days"]


@pytest.mark.parametrize("statement", STATEMENTS, ids=IDS)
def test_every_statement_reads_well(statement: dict[str, Any]) -> None:
    sentences = re.findall(r"[.?](?=\s|$)", statement["guidance"])
    assert 2 <= len(sentences) <= 4
    assert statement["text"].endswith(".")
    assert not statement["evidence"].endswith(".")
    assert len(statement["evidence"]) <= 300


@pytest.mark.parametrize("statement", STATEMENTS, ids=IDS)
def test_every_statement_offers_a_sentence_for_its_risk(statement: dict[str, Any]) -> None:
    risk = statement["risk"]
    assert set(risk) == RISK_TEXTS | {"kind"}
    assert risk["kind"] in {"security", "operational", "both"}
    assert len(risk["title"]) <= 90
    for part in ("cause", "event", "consequence"):
        assert risk[part][0].islower()
        assert risk[part][-1] not in ".,;"


def test_repeats_no_text() -> None:
    for texts in (
        [each["text"] for each in STATEMENTS],
        [each["guidance"] for each in STATEMENTS],
        [each["risk"]["title"] for each in STATEMENTS],
        [each["risk"]["event"] for each in STATEMENTS],
    ):
        assert len(set(texts)) == len(texts)


def test_translations_only_hold_texts_of_known_statements() -> None:
    for path in FOLDER.glob("operability.*.yaml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert content["language"] == path.suffixes[0].removeprefix(".")
        assert set(content.get("areas", {})) <= {area["id"] for area in AREAS}
        assert set(content["statements"]) <= set(IDS)
        for statement in content["statements"].values():
            assert set(statement) <= TEXTS
            assert set(statement.get("risk", {})) <= RISK_TEXTS
