"""riskreg import, as a script sees it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from riskreg.cli import build_parser, main
from riskreg.db import transaction
from riskreg.errors import RiskregError
from riskreg.imports.commands import KINDS, run_import
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.services import install_matrix
from tests.factories import make_team
from tests.imports.registers import risks
from tests.imports.tables import csv_bytes

KEYS = [
    *("kind", "rows", "created", "updated", "unchanged", "skipped"),
    *("warnings", "errors", "mapping"),
]
ROWS = (("title", "likelihood", "impact", "kind"), ("One", 4, 5, "both"), ("Two", 1, 1, "both"))
SAMPLES = os.environ.get("RISKREG_SAMPLES", "")


@pytest.fixture
def team(app: Flask) -> Team:
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    return make_team("Root")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    path.write_bytes(csv_bytes(*ROWS))
    return path


@pytest.fixture
def home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """An installation of its own, and the folder one stands in."""
    monkeypatch.setenv("RISKREG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RISKREG_ADMIN_EMAIL", "ada@example.org")
    monkeypatch.setenv("RISKREG_ADMIN_PASSWORD", "a sentence is a fine password")
    assert main(["init", "--no-input"]) == 0
    capsys.readouterr()
    return tmp_path


def run(*arguments: object) -> int:
    return run_import(build_parser().parse_args(["import", *map(str, arguments)]))


def report(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_prints_exactly_the_report(
    team: Team, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(file, "--format", "json") == 0
    found = report(capsys)
    assert list(found) == KEYS
    assert [found[name] for name in KEYS[:6]] == ["risks", 2, 2, 0, 0, 0]
    assert found["mapping"] == {
        "title": "title",
        "likelihood": "current_likelihood",
        "impact": "current_impact",
        "kind": "kind",
    }
    assert {risk.team_id for risk in risks()} == {team.id}
    run(file, "--format", "json")
    found = report(capsys)
    assert [found[name] for name in KEYS[2:5]] == [0, 0, 2]


def test_a_dry_run_stores_nothing(
    team: Team, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(file, "--dry-run", "--format", "json") == 0
    assert (report(capsys)["created"], risks()) == (2, [])


def test_imports_into_the_named_team(team: Team, file: Path) -> None:
    below = make_team("Below", parent=team)
    run(file, "--team", "below")
    assert {risk.team_id for risk in risks()} == {below.id}


def test_errors_are_in_the_report_and_stop_everything(
    team: Team, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(csv_bytes(*ROWS, ("", 1, 2, "both")))
    for option in ((), ("--dry-run",)):
        assert run(path, "--format", "json", *option) == 1
        printed = capsys.readouterr()
        found = json.loads(printed.out)
        assert [(error["line"], error["column"]) for error in found["errors"]] == [(4, "title")]
        assert "nothing was stored" in printed.err
    assert risks() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("missing.csv",), "cannot be read"),
        (("--as", "checklist"), "cannot import checklist yet"),
        (("--team", "nowhere"), "nothing here"),
        (("--map", "Nothing"), "no saved mapping called"),
        (("--column", "title"), "COLUMN=FIELD"),
        (("--column", "title=shoe"), "which is no field"),
        (("--scale", "impact=9"), "such as impact=1-10"),
        (("--sheet", "B"), "no sheet called"),
    ],
)
def test_refuses_with_one_clear_sentence(
    team: Team, file: Path, arguments: tuple[str, ...], words: str
) -> None:
    path = () if arguments[0] == "missing.csv" else (file,)
    with pytest.raises(RiskregError, match=words) as refused:
        run(*path, *arguments)
    assert "\n" not in refused.value.message
    assert risks() == []


@pytest.mark.parametrize(
    "arguments",
    [
        *("missing.csv", "empty.csv", "notes.md", "model.json", "good.csv --team nope"),
        *("good.csv --map Nothing", "good.csv --sheet B", "good.csv --as checklist"),
    ],
)
def test_a_script_gets_the_report_of_a_file_that_was_not_read(
    home: Path, arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "empty.csv").touch()
    (home / "notes.md").write_text("# Notes\n\nNothing but words.\n")
    (home / "model.json").write_text('{"summary": {"title": "x"}, "detail": {"diagrams": []}}')
    (home / "good.csv").write_bytes(csv_bytes(*ROWS))
    monkeypatch.chdir(home)
    assert main(["import", *arguments.split(), "--format", "json"]) == 1
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert list(found) == KEYS
    assert [found[name] for name in KEYS[1:6]] == [0, 0, 0, 0, 0]
    assert (found["warnings"], found["mapping"]) == ([], {})
    (error,) = found["errors"]
    assert (error["line"], error["column"]) == (None, "")
    assert printed.err == f"riskreg: {error['message']}\n"


def test_a_script_gets_the_report_without_any_tables_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RISKREG_HOME", str(tmp_path / "home"))
    assert main(["import", "x.csv", "--format", "json"]) == 1
    assert "riskreg init" in json.loads(capsys.readouterr().out)["errors"][0]["message"]


def test_every_line_is_named_to_a_script_and_equal_ones_once_to_a_person(
    team: Team, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kinds.csv"
    path.write_bytes(csv_bytes(("title", "impact"), *((f"Risk {n}", n % 9) for n in range(1, 13))))
    assert run(path, "--dry-run", "--format", "json") == 0
    warnings = report(capsys)["warnings"]
    assert [(warning["line"], warning["column"]) for warning in warnings] == [
        *((None, "impact"), *((line, "title") for line in range(2, 14)))
    ]
    assert run(path, "--dry-run") == 0
    told = capsys.readouterr().out.partition("warnings\n")[2].splitlines()
    assert len(told) == 2
    assert told[1].endswith("Also in line 3, 4, 5, 6, 7, 8, 9, 10 and 3 more.")


def test_a_mapping_is_saved_with_its_corrections_and_reused(
    team: Team, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pumps.csv"
    path.write_bytes(csv_bytes(("what", "why", "kind"), ("One", "Old pumps", "both")))
    assert run(path) == 1
    assert run(path, "--map", "Pumps", "--column", "what=title", "--column", "why=cause") == 0
    assert (risks()[0].title, risks()[0].cause) == ("One", "Old pumps")
    capsys.readouterr()
    assert run(path, "--map", "Pumps", "--format", "json") == 0
    assert report(capsys)["unchanged"] == 1


def test_dates_are_read_as_said(team: Team, tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_bytes(csv_bytes(("title", "identified", "kind"), ("One", "02/03/2026", "both")))
    run(path, "--date-order", "dmy")
    assert risks()[0].identified_on.isoformat() == "2026-03-02"


def test_reads_as_text_too(team: Team, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(file, "--dry-run")
    assert "created    2" in capsys.readouterr().out


def test_every_kind_of_the_product_is_named() -> None:
    assert len(KINDS) == len(set(KINDS)) == 14


@pytest.mark.skipif(not SAMPLES, reason="RISKREG_SAMPLES names no folder")
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("sg1unitis_risk_register.csv", 12),
        ("farab_Risk Register.csv", 20),
        ("qcra_chf_risk_register.csv", 52),
        ("ciso_RA_sample.csv", 3),
        ("ciso_risk_assessment_template.xlsx", 4),
        ("iso_FitZone Risk Register.xlsx", 12),
        ("ciso_risk-matrix-5x5-iso-27005.yaml", None),
        ("td_demo-threat-model.json", None),
    ],
)
def test_real_files_come_in_once(
    team: Team, name: str, count: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(SAMPLES) / "risks" / name
    if count is None:
        with pytest.raises(RiskregError, match="Nothing was stored"):
            run(path)
        return
    assert run(path, "--format", "json") == 0
    found = report(capsys)
    assert [found[key] for key in KEYS[1:6]] == [count, count, 0, 0, 0]
    assert run(path, "--format", "json") == 0
    found = report(capsys)
    assert [found[key] for key in KEYS[1:6]] == [count, 0, 0, count, 0]
    assert len(risks()) == count
