"""Files of known tools, in the shapes these tools write."""

import json
from datetime import date

import pytest

from riskreg.imports.recognise import dialect_of, known_dialects
from riskreg.imports.understand import understand
from riskreg.metrics.default_matrix import DEFAULT_MATRIX
from riskreg.metrics.matrix import Rating
from riskreg.risks.kinds import Kind, Size, Status, Treatment
from tests.imports.tables import csv_bytes, row, table, understood, xlsx_bytes

CISO = (
    *("ref_id", "assets", "threats", "name", "description", "existing_controls"),
    *("current_impact", "current_proba", "current_risk", "additional_controls"),
    *("residual_impact", "residual_proba", "residual_risk", "treatment", "justification"),
)


def test_every_dialect_has_its_own_name_and_known_fields() -> None:
    names = [dialect.name for dialect in known_dialects()]
    assert len(names) == len(set(names))
    assert dialect_of(["Foo"]).name == "generic"


def test_ciso_assistant_lists_labels_and_unknowns() -> None:
    rows = (
        row(
            "R.1 | shop |  | Ransomware |  | A,B | Significant | Likely | Low",
            "C,D | -- | -- | -- | open | ",
        ),
        row(
            "R.2 |  |  | Outage |  |  | Critical | Certain | High",
            " | Important | Unlikely | Low | cancelled | why",
        ),
    )
    found = understand(table(csv_bytes(CISO, *rows, delimiter=";")), DEFAULT_MATRIX)
    assert found.warnings == ()
    assert found.recognised["tool"] == "CISO Assistant"
    assert [row.current for row in found.rows] == [
        Rating(likelihood=2, impact=2),
        Rating(likelihood=5, impact=5),
    ]
    assert [row.target.is_rated for row in found.rows] == [False, True]
    assert found.rows[0].actions == ("C", "D")
    assert found.rows[0].stated_score == "Low"
    assert {row.treatment for row in found.rows} == {Treatment.UNDECIDED}


def test_ciso_assistant_template_mixes_languages() -> None:
    header = ["ref_id", "name", "inherent_proba", "inherent_impact", "current_proba"]
    header += ["current_impact", "residual_proba", "residual_impact", "existing_controls"]
    rows = [
        ["R01", "one", "vraisemblable", "mineur", "unlikely", "important", "", "", "a\nb"],
        ["R02", "two", "very likely", "significatif", "certain", "critique", "", "", ""],
    ]
    found = understand(table(xlsx_bytes({"Sheet1": [header, *rows]})), DEFAULT_MATRIX)
    assert found.warnings == ()
    assert [row.inherent for row in found.rows] == [
        Rating(likelihood=2, impact=1),
        Rating(likelihood=4, impact=2),
    ]
    assert found.rows[1].current == Rating(likelihood=5, impact=5)


def test_simplerisk_effort_scores_and_headings() -> None:
    found = understood(
        row(
            "ID | Status | Subject | Classic: Likelihood | Classic: Impact | Mitigation Effort",
            "Inherent Risk (Current) | Planning Strategy | Next Review Date | Review Date",
        ),
        ("Team Blue", "", "", "", "", "", "", "", "", ""),
        row(
            "1001 | New | Fire | Credible | Extreme/Catastrophic | Considerable",
            "6.4 | Research | PAST DUE | 2026-01-05",
        ),
        row(
            "1001 | New | Fire | Credible | Extreme/Catastrophic | Considerable",
            "6.4 | Research | PAST DUE | 2026-01-06",
        ),
        ("1002", "Mgmt Reviewed", "Flood", "", "", "Trivial", "2.0", "Accept", "", ""),
    )
    assert found.recognised["tool"] == "SimpleRisk"
    assert [row.external_ref for row in found.rows] == ["1001", "1002"]
    assert [note.line for note in found.warnings] == [2, 4]
    fire, flood = found.rows
    assert fire.current == Rating(likelihood=3, impact=5)
    assert (fire.effort_size, fire.effort_days, fire.stated_score) == (Size.M, 25, "6.4")
    assert (fire.treatment, fire.status) == (Treatment.UNDECIDED, Status.OPEN)
    assert not flood.current.is_rated
    assert flood.stated_score == "2.0"
    assert flood.treatment is Treatment.ACCEPT


def test_jira_labels_custom_fields_and_wide_rows() -> None:
    found = understood(
        row(
            "Summary | Issue key | Issue id | Issue Type | Status | Assignee | Created",
            "Due date | Labels | Labels | Original Estimate",
            "Custom field (Inherent probability) | Custom field (Inherent impact)",
            "Custom field (Residual probability) | Custom field (Residual impact)",
        ),
        row(
            "Fire | OPS-7 | 10007 | Risk | Done | ann | 30/Sep/26 12:00 AM",
            "31/Oct/26 12:00 AM | site | power | 57600",
            "Almost certain | Severe | Rare | Minor | x",
        ),
    )
    risk = found.rows[0]
    assert found.recognised["tool"] == "Jira"
    assert (risk.external_ref, risk.status) == ("OPS-7", Status.CLOSED)
    assert (risk.identified_on, risk.due_on) == (date(2026, 9, 30), date(2026, 10, 31))
    assert (risk.tags, risk.effort_days) == (("site", "power"), 2)
    assert risk.inherent == Rating(likelihood=5, impact=5)
    assert risk.current == Rating(likelihood=1, impact=2)
    assert [(note.line, note.message[:5]) for note in found.warnings] == [(2, "1 row")]


def test_opengrc_inherent_and_residual() -> None:
    found = understood(
        row(
            "Code | Name | Description | Status | Inherent Likelihood | Inherent Impact",
            "Inherent Risk | Residual Likelihood | Residual Impact | Residual Risk",
            "Department | Created At",
        ),
        ("RISK-1", "Fire", "Cables", "Assessed", 5, 4, 20, 2, 4, 8, "Site", "2026-01-02 03:04:05"),
    )
    risk = found.rows[0]
    assert found.recognised["tool"] == "OpenGRC"
    assert found.warnings == ()
    assert risk.inherent == Rating(likelihood=5, impact=4)
    assert risk.current == Rating(likelihood=2, impact=4)
    assert (risk.stated_score, risk.team, risk.identified_on) == ("8", "Site", date(2026, 1, 2))


def test_vanta_json_without_titles() -> None:
    scenario = {
        "riskId": "r-1",
        "description": "Fire in the hall",
        "likelihood": 4,
        "impact": 5,
        "residualLikelihood": 2,
        "residualImpact": 3,
        "categories": ["Site"],
        "treatment": "Mitigate",
        "customFields": [{"label": "a", "value": "b"}],
        "identificationDate": "2026-02-03T00:00:00Z",
    }
    data = json.dumps({"results": {"data": [scenario]}}).encode()
    found = understand(table(data, "vanta.json"), DEFAULT_MATRIX)
    risk = found.rows[0]
    assert found.recognised["tool"] == "Vanta"
    assert (risk.title, risk.category) == ("Fire in the hall", "Site")
    assert risk.current == Rating(likelihood=4, impact=5)
    assert risk.target == Rating(likelihood=2, impact=3)
    assert [note.column for note in found.warnings] == ["customFields"]


@pytest.mark.parametrize("filename", ["risks.csv", "risks.json"])
def test_our_own_export_is_read_without_a_warning(filename: str) -> None:
    record = {
        "ref": "R-12",
        "title": "Total",
        "category": "None",
        "tags": "tbd",
        "kind": "both",
        "current_likelihood": 4,
        "current_impact": 5,
        "effort_days": 12,
        "effort_size": "S",
        "stated_score": "9",
        "band": "High",
        "team": "blue",
        "identified_on": "2026-01-02",
    }
    data = json.dumps({"data": [record]}).encode()
    if filename.endswith(".csv"):
        data = csv_bytes(tuple(record), tuple(record.values()))
    found = understand(table(data, filename), DEFAULT_MATRIX)
    assert (found.warnings, found.errors) == ((), ())
    assert found.recognised["tool"] == "riskreg"
    risk = found.rows[0]
    assert (risk.ref, risk.key, risk.kind) == ("R-12", "ref:R-12", Kind.BOTH)
    assert (risk.category, risk.tags, risk.stated_score) == ("None", ("tbd",), "9")
    assert (risk.effort_days, risk.effort_size) == (12, Size.S)
    assert risk.current == Rating(likelihood=4, impact=5)
    assert risk.extra == ()
