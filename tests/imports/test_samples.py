"""Real files of other people, where RISKREG_SAMPLES says they are; they are not ours to ship."""

import os
from collections import Counter
from pathlib import Path

import pytest

from riskreg.imports.kinds import ImportRefused
from riskreg.imports.reading import likeliest, read
from riskreg.imports.understand import Understood, understand
from riskreg.metrics.default_matrix import DEFAULT_MATRIX
from riskreg.metrics.severity import product_score

SAMPLES = os.environ.get("RISKREG_SAMPLES", "")
pytestmark = pytest.mark.skipif(not SAMPLES, reason="RISKREG_SAMPLES names no folder")


def sample(name: str) -> Understood:
    """Return what is understood of a file of the folder."""
    data = (Path(SAMPLES) / "risks" / name).read_bytes()
    found = understand(likeliest(read(data, name)), DEFAULT_MATRIX)
    assert found.errors == ()
    return found


def scores(found: Understood) -> Counter[int | None]:
    """Return how often each score occurs."""
    return Counter(product_score(row.current) for row in found.rows)


def test_a_plain_register_has_nothing_to_warn_about() -> None:
    found = sample("sg1unitis_risk_register.csv")
    assert (len(found.rows), found.warnings) == (12, ())
    assert {row.external_ref for row in found.rows if product_score(row.current) == 16} == (
        {"R01", "R10", "R11"}
    )
    days = sorted(str(row.due_on) for row in found.rows)
    assert (days[0], days[-1]) == ("2026-02-28", "2026-07-31")
    assert len(found.rows[0].actions) == 4


def test_a_register_without_ids_asks_about_its_dates() -> None:
    found = sample("farab_Risk Register.csv")
    assert scores(found) == {20: 3, 16: 4, 15: 7, 12: 3, 10: 3}
    categories = Counter(row.category for row in found.rows)
    assert categories == {"Technical": 8, "Human": 5, "Physical": 4, "External": 2, "Process": 1}
    assert {note.column for note in found.warnings} == {"Risk Assessment Date"}
    assert [note.line for note in found.warnings] == [row.line for row in found.rows]


def test_money_and_percent_twice_under_one_name() -> None:
    found = sample("qcra_chf_risk_register.csv")
    assert len(found.rows) == 52
    ids = {row.line: row.external_ref for row in found.rows}
    warned = Counter(ids[note.line or 0] for note in found.warnings)
    assert warned == {"3": 1, "8": 2, "11": 1, "30": 2, "32": 1, "45": 1}
    assert [row.external_ref for row in found.rows if not row.current.is_rated] == ["30"]


def test_labels_of_a_smaller_matrix() -> None:
    found = sample("ciso_RA_sample.csv")
    assert (len(found.rows), found.warnings) == (3, ())
    assert [row.target.is_rated for row in found.rows] == [True, True, False]


def test_labels_in_two_languages() -> None:
    found = sample("ciso_risk_assessment_template.xlsx")
    assert (len(found.rows), found.warnings) == (4, ())
    assert all(row.current.is_rated and row.inherent.is_rated for row in found.rows)


def test_a_merged_title_and_a_value_that_never_agrees() -> None:
    found = sample("iso_FitZone Risk Register.xlsx")
    assert [row.external_ref for row in found.rows] == [f"R{n:03}" for n in range(1, 13)]
    assert Counter(note.column for note in found.warnings) == {"Risk Value": 12}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ciso_risk-matrix-5x5-iso-27005.yaml", "matrix library"),
        ("td_demo-threat-model.json", "threat model"),
    ],
)
def test_what_is_no_register_is_named_and_refused(name: str, kind: str) -> None:
    with pytest.raises(ImportRefused, match=f"This is a {kind}.*Nothing was stored"):
        sample(name)
