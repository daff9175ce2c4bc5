"""What an import concludes from words, and where it keeps what has no field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.imports.conclusions import close_reason_of, kind_of
from riskreg.imports.days import DayOrder
from riskreg.imports.decisions import Decisions, ends_of
from riskreg.imports.descriptions import Part, as_list, guarded, joined, parted, renewed
from riskreg.imports.fields import Axis
from riskreg.risks.kinds import CloseReason, Kind

texts = st.text(alphabet="ab \n#-", max_size=30).map(str.strip)
parts = st.dictionaries(st.sampled_from(Part), texts.map(guarded).map(str.strip), max_size=3)


@pytest.mark.parametrize(
    ("category", "title", "kind"),
    [
        ("Security", "Something", Kind.SECURITY),
        ("", "Unauthorised access to the ledger", Kind.SECURITY),
        ("", "The backup fails", Kind.OPERATIONAL),
        ("Sicherheit", "Ausfall des Lagers", Kind.BOTH),
        ("", "Panne du réseau", Kind.OPERATIONAL),
        ("Finance", "Currency", None),
        ("", "Attacking prices", Kind.SECURITY),  # words are words
        ("", "A counterattack", None),
    ],
)
def test_the_kind_by_words(category: str, title: str, kind: Kind | None) -> None:
    assert kind_of(category, title) == kind


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("mitigated", CloseReason.MITIGATED),
        ("Fixed", CloseReason.MITIGATED),
        ("False positive", CloseReason.MISTAKE),
        ("Won't do", CloseReason.GONE),
        ("System Retired", CloseReason.GONE),
        ("Doublon", CloseReason.DUPLICATE),
        ("", None),
        ("Some other story", None),
    ],
)
def test_the_reason_for_closing_by_words(text: str, reason: CloseReason | None) -> None:
    assert close_reason_of(text) == reason


@given(own=texts.map(guarded).map(str.strip), kept=parts)
def test_parts_are_found_again(own: str, kept: dict[Part, str]) -> None:
    assert parted(joined(own, kept)) == (own, {part: text for part, text in kept.items() if text})


@given(stored=st.text(alphabet="ab\n# Notes", max_size=60), body=texts, said=parts)
def test_saying_it_again_changes_nothing(stored: str, body: str, said: dict[Part, str]) -> None:
    once = renewed(stored, body, said)
    assert renewed(once, body, said) == once
    assert renewed(once, once, {}) == once


def test_a_part_that_a_file_does_not_speak_of_stays() -> None:
    stored = joined("Mine.", {Part.NOTES: "Note", Part.PLANNED: "- Step"})
    assert renewed(stored, "", {Part.PLANNED: ""}) == joined("Mine.", {Part.NOTES: "Note"})
    assert renewed(stored, "Theirs.", {}) == stored.replace("Mine.", "Theirs.")


def test_a_text_of_several_lines_stays_one_item() -> None:
    assert as_list({"a": "one\n### Notes\ntwo", "b": " "}) == "- a: one\n  ### Notes\n  two"


@pytest.mark.parametrize(
    ("text", "ends"),
    [("1-10", (1, 10)), (" 0 – 4 ", (0, 4)), ("10-1", None), ("1-99999", None), ("x", None)],
)
def test_the_ends_of_a_scale(text: str, ends: tuple[int, int] | None) -> None:
    assert ends_of(text) == ends


def test_decisions_survive_storage() -> None:
    decisions = Decisions(
        columns={"a": "title", "b": "", "c": None},
        sheet="Sheet 1",
        date_order=DayOrder.DMY,
        decimal=",",
        ends={Axis.IMPACT: (1, 10)},
    )
    assert Decisions.from_json(decisions.as_json()) == decisions
    assert Decisions.from_json({}) == Decisions()
