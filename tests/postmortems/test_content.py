"""The template of post-mortems that ships holds together."""

from pathlib import Path

import yaml

import riskreg.postmortems
from riskreg.actions.kinds import ActionType
from riskreg.metrics.actions import DUE_DAYS
from riskreg.postmortems.kinds import Cause

FOLDER = Path(riskreg.postmortems.__file__).with_name("content")
TEMPLATE = yaml.safe_load((FOLDER / "template.yaml").read_text(encoding="utf-8"))
SECTIONS = TEMPLATE["sections"]
KINDS = {"markdown", "timeline", "risks", "statements", "ideas", "actions", "record"}


def test_asks_the_eleven_sections_in_order() -> None:
    assert [section["key"] for section in SECTIONS] == [
        "summary",
        "customer_effect",
        "detection",
        "timeline",
        "conditions",
        "limits",
        "known",
        "statements",
        "ideas",
        "actions",
        "record",
    ]


def test_every_section_is_complete() -> None:
    for section in SECTIONS:
        assert set(section) == {"key", "title", "kind", "required", "brief", "guidance"}
        assert section["kind"] in KINDS
        assert section["guidance"].endswith(".")
        assert "\n" not in section["guidance"]


def test_speaks_the_words_of_the_program() -> None:
    assert [each["key"] for each in TEMPLATE["types"]] == list(ActionType)
    assert [each["key"] for each in TEMPLATE["tags"]] == list(Cause)
    assert TEMPLATE["clocks"]["action_days"] == dict(DUE_DAYS)
