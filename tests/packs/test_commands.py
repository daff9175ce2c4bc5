"""riskreg pack, from the command line."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.cli import build_parser, main
from riskreg.db import db
from riskreg.errors import Invalid, NotFound, Unavailable
from riskreg.lib.hashing import sha256
from riskreg.packs import commands
from riskreg.packs.engine import load_weasyprint
from riskreg.packs.kinds import PLANNED, PackKind
from tests.factories import make_team
from tests.risks.factories import make_risk


def run(*arguments: str) -> int:
    chosen = build_parser().parse_args(["pack", *arguments])
    return int(chosen.run(chosen))


def test_knows_every_kind() -> None:
    assert set(commands.KINDS) == set(PackKind)
    assert commands.PLANNED == PLANNED


@pytest.mark.pdf
def test_writes_the_file_and_says_what_it_is(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        load_weasyprint()
    except Unavailable as error:
        pytest.skip(error.message)
    team = make_team()
    risk = make_risk(team, 5, 5, title="The keys lie about")
    path = tmp_path / "risk.pdf"
    asked = ("risk", "--ref", risk.ref, "--paper", "Letter", "--format", "json", "-o", str(path))
    assert run(*asked) == 0
    out, messages = capsys.readouterr()
    report = json.loads(out)
    assert (report["pages"], report["sha256"]) == (3, sha256(path.read_bytes()))
    assert "The keys lie about: 3 pages in" in messages
    assert list(tmp_path.iterdir()) == [path]
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject_type == "snapshot")
    ).one()
    assert (entry.actor_name, entry.subject_id) == ("riskreg", report["snapshot"]["id"])


@pytest.mark.parametrize("kind", PLANNED)
def test_says_which_packs_there_are_not_yet(app: Flask, tmp_path: Path, kind: str) -> None:
    with pytest.raises(Invalid, match=f"The pack {kind} cannot be made yet"):
        run(kind, "-o", str(tmp_path / "x.pdf"))


def test_refuses_in_one_sentence(app: Flask, tmp_path: Path) -> None:
    team, there = make_team(), ("-o", str(tmp_path / "x.pdf"))
    make_risk(team, 1, 1)
    with pytest.raises(Invalid, match="no pack called nonsense"):
        run("nonsense", *there)
    with pytest.raises(NotFound):
        run("top-ten", "--team", "nowhere", *there)
    with pytest.raises(Invalid, match="which one"):
        run("risk", "--team", team.slug, *there)
    with pytest.raises(NotFound):
        run("risk", "--ref", "R-999", *there)
    with pytest.raises(Invalid, match="cannot be written"):
        run("top-ten", "-o", str(tmp_path / "missing" / "x.pdf"))
    assert list(tmp_path.iterdir()) == []


def test_exits_with_one_when_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RISKREG_HOME", str(tmp_path))
    tmp_path.chmod(0o700)
    assert main(["db", "upgrade"]) == 0
    capsys.readouterr()
    assert main(["pack", "weekly", "-o", str(tmp_path / "x.pdf")]) == 1
    assert capsys.readouterr().err.startswith("riskreg: The pack weekly cannot be made yet")
