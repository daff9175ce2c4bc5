"""Columns to fields."""

import pytest

from riskreg.imports.kinds import ImportRefused
from riskreg.imports.mapping import Why, mapping_of
from riskreg.imports.rating_headers import Part, RatingHeader, Stage, rating_header, scale_hint
from tests.imports.tables import csv_bytes, table


def fields(*columns: str, row: tuple[object, ...] = ()) -> list[str]:
    """Return the fields of the columns, in order."""
    found = mapping_of(table(csv_bytes(columns, row or ["1"] * len(columns))))
    return [match.field for match in found.matches]


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Risk ID", "external_ref"),
        ("TITRE", "title"),
        ("Risikobeschreibung", "description"),
        ("Propriétaire du risque", "owner"),
        ("Fällig am", "due_on"),
        ("Controls in place", "controls"),
        ("Cost of Measures", "cost"),
        ("L_1to5", "current_likelihood"),
        ("Impact (1-5)", "current_impact"),
        ("Threat probability", "current_likelihood"),
        ("Eintrittswahrscheinlichkeit", "current_likelihood"),
        ("Risk Score", "current_score"),
        ("Custom field (Inherent probability)", "inherent_likelihood"),
        ("Target impact", "target_impact"),
        ("Risk consequence", "current_impact"),
        ("Schedule Impact?", ""),
        ("Asset Value", ""),
        ("Days open", ""),
        ("Shoe size", ""),
    ],
)
def test_knows_columns_by_their_names(column: str, field: str) -> None:
    assert fields("Shape", column, "Titre")[1] == field


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("Likelihood", "Impact", "Residual likelihood"), ("current", "current", "target")),
        (("Inherent impact", "Residual impact"), ("inherent", "current")),
        (("Gross impact", "Net impact", "Target impact"), ("inherent", "current", "target")),
        (
            ("Inherent impact", "Current impact", "Residual impact"),
            ("inherent", "current", "target"),
        ),
        (("Initial impact", "Residual impact"), ("current", "target")),
        (("Initial impact", "Current impact", "Target impact"), ("inherent", "current", "target")),
        (("Pre-mitigation impact", "Post-mitigation impact"), ("current", "target")),
    ],
)
def test_a_stage_is_read_beside_the_others(
    columns: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    found = fields("Title", *columns)[1:]
    assert tuple(field.partition("_")[0] for field in found) == expected


def test_columns_of_the_same_name_are_now_and_after_treatment() -> None:
    columns = ("Title", "Likelihood", "Impact", "Likelihood", "Impact")
    expected = ["current_likelihood", "current_impact", "target_likelihood", "target_impact"]
    found = mapping_of(table(csv_bytes(columns, ("Fire", 4, 5, 2, 3))))
    assert [match.field for match in found.matches] == ["title", *expected]
    assert {match.why for match in found.matches[1:]} == {Why.POSITION}


def test_columns_of_the_same_name_follow_the_stages_that_others_name() -> None:
    columns = ("Title", "Initial risk", "Likelihood", "EMV", "Residual risk", "Likelihood")
    row = ("Fire", "300 CHF", "20%", "60 CHF", "100 CHF", "10%")
    assert fields(*columns, row=row) == [
        *("title", "current_impact", "current_likelihood", "current_score"),
        *("target_impact", "target_likelihood"),
    ]


def test_likeness_is_accepted_with_its_certainty_but_adds_no_second_column() -> None:
    found = mapping_of(table(csv_bytes(("Titel", "Vulnerability", "Vulnerability3", "Ownr of it"))))
    assert [match.field for match in found.matches] == ["title", "cause", "", ""]
    found = mapping_of(
        table(csv_bytes(("Title", "Departement name", "Risk treatmnt"), ("a", 1, 2)))
    )
    match = found.matches[2]
    assert (match.field, match.why) == ("treatment", Why.SIMILAR)
    assert 70 < match.certainty < 85


def test_values_may_contradict_a_name() -> None:
    assert fields("Title", "Impact", row=("Fire", "yes")) == ["title", ""]
    assert fields("Title", "Impact", row=("Fire", "x" * 80)) == ["title", ""]
    assert fields("Title", "Consequence", row=("Fire", "Major")) == ["title", "current_impact"]
    assert fields("Title", "Consequence", row=("Fire", "We close")) == ["title", "consequence"]
    assert fields("Title", "Type", row=("Fire", "Cyber")) == ["title", "kind"]
    assert fields("Title", "Type", row=("Fire", "Financial")) == ["title", "category"]


def test_without_a_title_the_description_is_one() -> None:
    assert fields("Id", "Description", row=("1", "Fire")) == ["external_ref", "title"]
    assert fields("Id", "Owner", row=("1", "Ann")) == ["external_ref", "owner"]


def test_the_first_of_two_columns_for_one_field_wins_and_texts_are_joined() -> None:
    assert fields("Title", "Due date", "Deadline") == ["title", "due_on", ""]
    assert fields("Title", "Labels", "Labels") == ["title", "tags", "tags"]


def test_a_person_overrides_and_the_guess_gives_way() -> None:
    found = mapping_of(
        table(csv_bytes(("Title", "Short name", "Owner", "Area"), ("a", "b", "c", "d"))),
        corrections={"Short name": "title", "Owner": None, "Elsewhere": "notes"},
    )
    assert found.as_dict() == {"Title": "", "Short name": "title", "Owner": "", "Area": "category"}
    assert [note.column for note in found.notes] == ["Elsewhere"]
    assert found.fields == {"title", "category"}


def test_a_saved_mapping_gives_itself_again() -> None:
    data = table(csv_bytes(("Risk", "L", "I", "Who"), ("Fire", 1, 2, "Ann")))
    saved = mapping_of(data, corrections={"Who": "owner"}).as_dict()
    assert mapping_of(data, corrections=saved).as_dict() == saved


def test_refuses_a_field_that_does_not_exist() -> None:
    with pytest.raises(ImportRefused, match="“Risk” to “titel”, which is no field"):
        mapping_of(table(csv_bytes(("Risk",), ("Fire",))), corrections={"Risk": "titel"})


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        *(("L_1to5", (1, 5)), ("Impact (1-10)", (1, 10)), ("Severity 0–4", (0, 4))),
        *(("Impact", None), ("Q3-2026 impact", None), ("Impact 5-1", None)),
    ],
)
def test_reads_the_scale_a_name_states(name: str, ends: tuple[int, int] | None) -> None:
    assert scale_hint(name) == ends


def test_takes_names_of_ratings_apart() -> None:
    assert rating_header("Risque résiduel") == RatingHeader(stage=Stage.RESIDUAL, part=Part.SCORE)
    assert rating_header("LxI") == RatingHeader(stage=Stage.PLAIN, part=Part.SCORE)
    assert rating_header("Likelihood x Impact") == rating_header("P × I") == rating_header("LxI")
    assert rating_header("Inherent Risk (Current)") is None
    assert rating_header("Risk") is None
    weak = rating_header("Severity")
    assert weak is not None
    assert weak.certainty < 90
