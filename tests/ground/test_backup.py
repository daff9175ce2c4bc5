"""riskreg backup: a whole copy that only its owner reads, and that comes back."""

import json
import os
import shutil
import stat
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from riskreg.cli import build_parser
from riskreg.commands.backup import run_backup
from riskreg.commands.copies import Manifest
from riskreg.db import db, sqlite_module
from riskreg.errors import Conflict, Invalid, RiskregError, Unavailable
from riskreg.lib.hashing import sha256
from tests import postgres
from tests.factories import make_team


def backup(file: Path, *options: str) -> int:
    return run_backup(build_parser().parse_args(["backup", str(file), *options]))


def teams_in(file: Path) -> list[str]:
    """The names of the teams in a backup, read as one would after restoring it."""
    if db.engine.dialect.name == "sqlite":
        with closing(sqlite_module().connect(file)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return [name for (name,) in copy.execute("SELECT name FROM team ORDER BY id")]
    name = f"{db.engine.url.database}_restored"
    url = sa.make_url(postgres.create_database(name))
    try:
        address = url.set(drivername="postgresql").render_as_string()
        subprocess.run(["pg_restore", "-d", address, str(file)], check=True)
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            return list(connection.scalars(sa.text("SELECT name FROM team ORDER BY id")))
    finally:
        postgres.drop_database(name)


@pytest.fixture
def file(app: Flask, tmp_path: Path) -> Path:
    """Where the backup goes."""
    if db.engine.dialect.name == "postgresql" and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on this machine")
    return tmp_path / "copy.db"


def test_what_is_saved_comes_back(file: Path) -> None:
    make_team("Root")
    assert backup(file) == 0
    make_team("Later")
    assert teams_in(file) == ["Root"]


def test_only_its_owner_reads_it(file: Path) -> None:
    before = os.umask(0)
    try:
        backup(file)
    finally:
        os.umask(before)
    made = sorted(file.parent.iterdir())
    assert [path.name for path in made] == ["copy.db", "copy.db.json"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}


def test_says_what_it_wrote(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backup(file, "--format", "json")
    printed = capsys.readouterr()
    content = file.read_bytes()
    told = json.loads(printed.out)
    assert told.pop("file") == str(file)
    assert told == json.loads(Manifest.place(file).read_text())
    assert (told["bytes"], told["sha256"]) == (len(content), sha256(content))
    assert told["contents"]["tables"]["team"] == 0
    assert "secret.key" in printed.err


def test_never_takes_the_place_of_another_file(file: Path) -> None:
    file.write_text("the backup of yesterday")
    with pytest.raises(Conflict, match="left as it is"):
        backup(file)
    assert file.read_text() == "the backup of yesterday"


def test_works_after_one_that_was_stopped_in_the_middle(file: Path) -> None:
    (file.parent / ".copy.db.part").write_text("half a backup")
    make_team("Root")
    backup(file)
    assert teams_in(file) == ["Root"]


def test_leaves_nothing_behind_where_it_fails(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Invalid, match="cannot be written: No space left on device"):
        backup(file)
    assert list(file.parent.iterdir()) == []


def test_names_a_folder_that_is_not_there(file: Path) -> None:
    with pytest.raises(RiskregError, match="cannot be written"):
        backup(file.parent / "missing" / "copy.db")


def test_without_pg_dump_it_says_what_to_type(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite is copied by its own library")

    def find_none(_name: str) -> Any:
        return None

    monkeypatch.setattr(shutil, "which", find_none)
    with pytest.raises(Unavailable, match=r"pg_dump -Fc -d '?postgresql://.* -f .*copy\.db"):
        backup(file)
    assert list(file.parent.iterdir()) == []
