"""riskreg export, from the command line."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.cli import build_parser
from riskreg.db import db
from riskreg.errors import Invalid, NotFound
from tests.factories import make_system, make_team
from tests.risks.factories import make_risk


def run(*arguments: str) -> int:
    chosen = build_parser().parse_args(["export", *arguments])
    return int(chosen.run(chosen))


def test_writes_to_standard_output(app: Flask, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    risk = make_risk(make_team(), 3, 3)
    assert run("risks", "--format", "json") == 0
    out, messages = capfdbinary.readouterr()
    assert [row["ref"] for row in json.loads(out)["data"]] == [risk.ref]
    assert b"1 rows written" in messages


def test_writes_a_file_called_by_its_format(app: Flask, tmp_path: Path) -> None:
    root = make_team()
    make_system(make_team(parent=root))
    mine = make_team(parent=root)
    system = make_system(mine)
    path = tmp_path / "systems.json"
    assert run("systems", "--team", mine.slug, "-o", str(path)) == 0
    assert [row["slug"] for row in json.loads(path.read_text())["data"]] == [system.key]
    assert list(tmp_path.iterdir()) == [path]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "export.make")).one()
    assert (entry.actor_name, entry.team_id) == ("riskreg", mine.id)


def test_refuses_in_one_sentence(app: Flask, tmp_path: Path) -> None:
    make_team()
    with pytest.raises(NotFound):
        run("risks", "--team", "nowhere")
    with pytest.raises(Invalid, match="such as"):
        run("review")
    with pytest.raises(Invalid, match="cannot be written"):
        run("teams", "-o", str(tmp_path / "missing" / "x.csv"))
