"""From a table to risks, with warnings that name line and column."""

from datetime import date
from typing import Any

import pytest

from riskreg.imports.days import DayOrder
from riskreg.imports.fields import Axis
from riskreg.imports.understand import Choices
from riskreg.metrics.matrix import Rating
from riskreg.risks.kinds import Kind, Size, Status, Treatment
from tests.imports.tables import messages, row, understood

RATED = ("Id", "Title", "Likelihood", "Impact", "Score")


def test_reads_a_whole_row() -> None:
    found = understood(
        row(
            "Risk ID | Title | Type | Category | Cause | Likelihood | Impact | Residual impact",
            "Residual likelihood | Owner | Status | Treatment | Due date | Tags | Effort",
        ),
        row(
            "X-7 | Fire in the hall | Security | Site | Old cables | 4 | Major | 2",
            "1 | Ann | In progress | Reduce | 2026-03-31 | site; power | M",
        ),
    )
    assert found.errors == ()
    risk = found.rows[0]
    assert (risk.line, risk.key, risk.external_ref, risk.title) == (
        *(2, "id:x 7", "X-7", "Fire in the hall"),
    )
    assert (risk.kind, risk.status, risk.treatment) == (
        *(Kind.SECURITY, Status.OPEN, Treatment.MITIGATE),
    )
    assert risk.current == Rating(likelihood=4, impact=4)
    assert risk.target == Rating(likelihood=1, impact=2)
    assert not risk.inherent.is_rated
    assert (risk.effort_days, risk.effort_size) == (25, Size.M)
    assert (risk.due_on, risk.tags, risk.owner) == (date(2026, 3, 31), ("site", "power"), "Ann")
    assert (risk.category, risk.cause) == ("Site", "Old cables")


def test_the_report_has_the_fixed_words() -> None:
    report = understood(RATED, (1, "Fire", 2, 3, 6), (1, "Fire", 2, 3, 6)).as_report()
    assert report["kind"] == "risks"
    assert (report["rows"], report["skipped"], report["errors"]) == (2, 1, [])
    assert report["warnings"] == [
        {
            "line": 3,
            "column": "",
            "message": "This row is the same as line 2; it was skipped.",
        }
    ]
    assert report["mapping"]["Likelihood"] == "current_likelihood"


def test_a_score_that_disagrees_with_its_factors_is_kept_and_told() -> None:
    found = understood(RATED, (1, "Fire", 2, 3, 6), (2, "Flood", 4, 5, 9))
    assert [(line, column) for line, column, _message in messages(found)] == [(3, "Score")]
    assert "states 9, but its own factors 4 and 5 make 20" in found.warnings[0].message
    assert [row.stated_score for row in found.rows] == ["6", "9"]
    assert found.rows[1].current == Rating(likelihood=4, impact=5)


def test_of_two_scores_the_odd_one_is_kept() -> None:
    found = understood((*RATED, "Risk value"), (1, "Fire", 2, 3, 6, 144))
    assert found.rows[0].stated_score == "144"
    assert [stated.agrees for stated in found.rows[0].stated] == [True, False]


def test_scores_that_are_sums_throughout_agree() -> None:
    assert understood(RATED, (1, "Fire", 2, 3, 5), (2, "Flood", 4, 5, 9)).warnings == ()


def test_a_score_in_words_is_kept_and_not_compared() -> None:
    found = understood(RATED, (1, "Fire", 2, 3, "High"))
    assert found.warnings == ()
    assert found.rows[0].stated_score == "High"


def test_an_opportunity_is_kept_unrated_with_a_warning() -> None:
    found = understood(
        ("Title", "Likelihood", "Impact"),
        *(("Fire", "20%", "1,000 CHF"), ("Rebate", "25%", "-3,150 CHF"), ("Flood", "1%", "9 CHF")),
    )
    assert [(note.line, note.column) for note in found.warnings] == [(3, "Impact")]
    assert "opportunity" in found.warnings[0].message
    assert [row.current.is_rated for row in found.rows] == [True, False, True]


@pytest.mark.parametrize(
    ("impacts", "told"),
    [
        ((4, 9), "Numbers from 1 to 10, placed on 5 levels by their position."),
        ((0, 4), "Numbers from 0 to 4, level by level."),
        (("100 CHF", "9,000 CHF"), "Amounts, placed by their magnitude"),
        ((1, 5), ""),
        (("Minor", "Major"), ""),
    ],
)
def test_how_numbers_were_placed_is_told_with_their_column(
    impacts: tuple[Any, Any], told: str
) -> None:
    rows = (("Fire", 2, impacts[0]), ("Flood", 3, impacts[1]))
    found = understood(("Title", "Likelihood", "Auswirkung"), *rows)
    assert [(note.line, note.column) for note in found.readings] == (
        [(None, "Auswirkung")] if told else []
    )
    assert all(note.message.startswith(told) for note in found.readings)
    assert found.as_report()["warnings"] == [note.as_json() for note in found.readings]


def test_what_is_on_no_scale_is_unrated_and_told() -> None:
    found = understood(("Title", "Likelihood", "Impact"), ("Fire", "Likely", "ouch"))
    assert found.rows[0].current == Rating(likelihood=4, impact=None)
    assert [(note.line, note.column) for note in found.warnings] == [(2, "Impact")]


def test_dates_that_may_be_read_in_two_ways_are_asked_about_once() -> None:
    rows = (("Title", "Due date"), ("Fire", "02/02/2026"), ("Flood", "03/04/2026"))
    found = understood(*rows)
    assert [(note.line, note.column) for note in found.warnings] == [
        *((2, "Due date"), (3, "Due date"))
    ]
    assert len({note.message for note in found.warnings}) == 1
    assert "it was left out. Say whether" in found.warnings[0].message
    assert [row.due_on for row in found.rows] == [None, None]
    answered = understood(*rows, choices=Choices(date_order=DayOrder.DMY))
    assert answered.warnings == ()
    assert [row.due_on for row in answered.rows] == [date(2026, 2, 2), date(2026, 4, 3)]


def test_one_date_decides_for_its_column_and_it_is_shown() -> None:
    found = understood(("Title", "Due date"), ("Fire", "02/03/2026"), ("Flood", "31/03/2026"))
    assert found.warnings == ()
    assert found.rows[0].due_on == date(2026, 3, 2)
    assert found.recognised["date order"] == "day first"


def test_the_decimal_sign_of_one_column_serves_them_all() -> None:
    found = understood(
        ("Title", "Effort (days)", "Likelihood", "Impact"),
        *(("Fire", "2,5", "0,3", "1.000"), ("Flood", "1", "0,1", "9.000.000")),
    )
    assert found.recognised["decimal sign"] == ","
    assert found.rows[0].effort_days == 3
    assert found.rows[0].current == Rating(likelihood=3, impact=1)


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("Due date", "soon", "“soon” is no date"),
        ("Status", "sleeping", "“sleeping” is no value"),
        ("Treatment", "pray", "“pray” is no value"),
        ("Effort", "5", "has no unit"),
    ],
)
def test_what_cannot_be_read_is_left_out_with_line_and_column(
    column: str, cell: str, reason: str
) -> None:
    found = understood(("Title", column), ("Fire", cell))
    assert [(note.line, note.column) for note in found.warnings] == [(2, column)]
    assert reason in found.warnings[0].message
    assert len(found.rows) == 1


def test_rows_that_are_no_risks_are_skipped_with_a_reason() -> None:
    found = understood(
        RATED,
        (1, "Fire", 2, 3, 6),
        ("Total", "", "", "", 6),
        RATED,
        ("", "", "", "", "made by Ann"),
        (1, "FIRE", 4, 3, 12),
    )
    assert [row.line for row in found.rows] == [2]
    assert found.skipped == 4
    assert [(note.line, note.message.split(";")[0]) for note in found.warnings] == [
        (3, "This row is a total, not a risk"),
        (4, "This row repeats the header"),
        (5, "This row has neither title, id nor rating"),
        (6, "The id 1 and title are those of line 2"),
    ]


def test_a_risk_without_a_title_is_an_error() -> None:
    found = understood(RATED, (1, "", 2, 3, 6))
    assert [(note.line, note.column, note.message) for note in found.errors] == [
        (2, "Title", "The risk has no title.")
    ]


def test_a_table_without_a_title_column_says_what_it_has() -> None:
    found = understood(("Owner", "Likelihood"), ("Ann", 3))
    assert found.rows == ()
    assert "The columns are: Owner, Likelihood." in found.errors[0].message


def test_a_long_title_is_cut_and_kept_whole_in_the_description() -> None:
    found = understood(("Title", "Description"), ("x" * 250, "more"))
    assert len(found.rows[0].title) == 200
    assert found.rows[0].description == f"{'x' * 250}\n\nmore"
    assert [(note.line, note.column) for note in found.warnings] == [(2, "Title")]


def test_keys_stay_when_only_the_score_changes() -> None:
    before = understood(("Title", "Category", "Likelihood"), ("Fire ", "Site", 2)).rows[0].key
    after = understood(("Title", "Category", "Likelihood"), ("fire", "Site", 5)).rows[0].key
    other = understood(("Title", "Category", "Likelihood"), ("Fire", "Office", 2)).rows[0].key
    assert before == after != other


def test_one_id_or_title_for_different_risks_keeps_both_apart() -> None:
    found = understood(RATED, (1, "Fire", 2, 3, 6), (1, "Flood", 2, 3, 6))
    assert len({row.key for row in found.rows}) == 2
    assert "The id 1 is also that of line 2" in found.warnings[0].message
    found = understood(("Title", "Owner"), ("Fire", "Ann"), ("Fire", "Bob"), ("Fire", "Cy"))
    assert [row.key.partition("#")[2] for row in found.rows] == ["", "2", "3"]
    assert [note.line for note in found.warnings] == [3, 4]


def test_columns_that_fit_no_field_are_kept_beside() -> None:
    found = understood(("Title", "Shoe size", "Colour"), ("Fire", "43", ""))
    assert found.rows[0].extra == (("Shoe size", "43"),)


def test_a_person_states_the_scale() -> None:
    rows = (("Title", "Likelihood", "Impact"), ("Fire", 1, 3))
    choices = Choices(ends={Axis.IMPACT: (1, 3)})
    assert understood(*rows).rows[0].current == Rating(likelihood=1, impact=3)
    assert understood(*rows, choices=choices).rows[0].current == Rating(likelihood=1, impact=5)


def test_the_scales_are_told() -> None:
    found = understood(("Title", "Likelihood", "Impact"), ("Fire", 3, "Major"))
    assert found.scales["likelihood"] == ("Numbers from 1 to 5, level by level.",)
    assert found.scales["impact"][0].endswith("major → Major.")
