"""Faults at the start of a command: one clear sentence each, and nothing is done."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.command import downgrade

from riskreg import create_app, migrate
from riskreg.cli import main
from riskreg.commands import doctor
from riskreg.db import opened, sqlite_module
from riskreg.settings import Settings


class Command:
    """The command as typed into a terminal, run in this process."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self._capsys = home, capsys

    def __call__(self, arguments: str) -> None:
        """Run it; it works."""
        assert main(arguments.split()) == 0, self._capsys.readouterr().err

    def refused(self, arguments: str) -> str:
        """Run it; it is refused with the one line that is returned."""
        self._capsys.readouterr()
        assert main(arguments.split()) == 1
        (line,) = self._capsys.readouterr().err.strip().splitlines()
        return str(line)


@pytest.fixture
def riskreg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The command on an empty folder."""
    for name in os.environ:
        if name.startswith("RISKREG_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("RISKREG_HOME", str(tmp_path / "home"))
    return Command(tmp_path / "home", capsys)


@pytest.mark.parametrize("command", ["top", "worker", "serve", "export risks"])
def test_a_command_that_needs_tables_says_how_to_make_them(riskreg: Command, command: str) -> None:
    assert riskreg.refused(command).startswith(
        "riskreg: The database has no tables of riskreg yet; run `riskreg init`"
    )


def test_a_database_without_tables_is_no_backup(riskreg: Command, tmp_path: Path) -> None:
    assert "nothing to keep" in riskreg.refused(f"backup {tmp_path / 'copy.db'}")
    assert not (tmp_path / "copy.db").exists()


def test_a_backup_is_restored_as_its_page_says(
    riskreg: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    riskreg("db upgrade")
    riskreg(f"backup {tmp_path / 'copy.db'}")
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    shutil.copy(tmp_path / "copy.db", other / "riskreg.db")
    monkeypatch.setenv("RISKREG_HOME", str(other))
    riskreg("db upgrade")
    riskreg("db check")
    riskreg("top")


def test_tables_are_changed_only_after_a_backup(riskreg: Command) -> None:
    riskreg("db upgrade")
    backups = riskreg.home / "backups"
    assert not backups.exists()  # of nothing there is none
    with opened(create_app(Settings.of_command())):
        downgrade(migrate.config(), "0001")
    riskreg("init --no-input")
    (kept,) = [each for each in backups.iterdir() if each.suffix == ".db"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    riskreg(f"backup {kept} --verify")
    riskreg("db check")


def test_tables_are_left_alone_where_no_backup_can_be_made(riskreg: Command) -> None:
    riskreg("db upgrade")
    with opened(create_app(Settings.of_command())):
        downgrade(migrate.config(), "0001")
    (riskreg.home / "backups").symlink_to("/proc/nowhere")
    assert "cannot be" in riskreg.refused("db upgrade")
    riskreg("db upgrade --no-backup")


@pytest.mark.parametrize(("version", "way"), [("0000", "riskreg db upgrade"), ("9999", "newer")])
def test_tables_of_another_version_are_left_alone(riskreg: Command, version: str, way: str) -> None:
    riskreg("db upgrade")
    with connected(riskreg.home / "riskreg.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    told = riskreg.refused("top")
    assert f"at version {version}" in told
    assert way in told


def test_a_missing_table_is_told_without_its_statement(riskreg: Command) -> None:
    riskreg("db upgrade")
    with connected(riskreg.home / "riskreg.db") as connection:
        connection.execute("DROP TABLE audit_entry")
    assert "(no such table: audit_entry); `riskreg db check`" in riskreg.refused("top")


def test_tables_that_lack_something_are_not_worked_with(riskreg: Command) -> None:
    riskreg("db upgrade")
    with connected(riskreg.home / "riskreg.db") as connection:
        connection.execute("ALTER TABLE person DROP COLUMN title")
        connection.execute("DROP TRIGGER risk_words_added")
    lacking = "no such column: person.title; no such object: risk_words_added"
    for command in ("serve --port 0", "worker", "top"):
        assert f"({lacking}); `riskreg db check`" in riskreg.refused(command)
    with opened(create_app(Settings.of_command())):
        found = doctor._tables()
    assert found.state == doctor.BROKEN
    assert lacking in found.advice


@pytest.mark.parametrize("command", ["top", "serve", "init --no-input"])
def test_a_database_that_does_not_answer_is_named(
    riskreg: Command, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RISKREG_DATABASE_URL", "postgresql://riskreg:hunter2@127.0.0.1:1/riskreg")
    told = riskreg.refused(command)
    assert "The database of RISKREG_DATABASE_URL cannot be used" in told
    assert "hunter2" not in told


def test_a_file_that_is_no_database_is_one_sentence(riskreg: Command) -> None:
    riskreg.home.mkdir(mode=0o700)
    (riskreg.home / "riskreg.db").write_text("Dear riskreg, " * 100)
    assert "file is not a database" in riskreg.refused("top")


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use_is_named_at_once(riskreg: Command, command: str) -> None:
    riskreg("db upgrade")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = riskreg.refused(f"{command} --port {port}")
    assert f"Port {port} of 127.0.0.1 cannot be used: Address already in use." in told


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_does_not_exist_is_refused(riskreg: Command, command: str) -> None:
    assert "between 0 and 65535; it is 99999" in riskreg.refused(f"{command} --port 99999")


@pytest.mark.parametrize(
    "command",
    [
        *("top", "export risks", "import x.csv", "pack top-ten -o x.pdf", "user add a@b.org"),
        "plan suggest --capacity 5d",
    ],
)
def test_an_unknown_team_is_named(riskreg: Command, command: str) -> None:
    riskreg("db upgrade")
    assert "There is no team with the slug “nope”" in riskreg.refused(f"{command} --team nope")


def test_a_reader_who_goes_away_is_no_fault(riskreg: Command) -> None:
    riskreg("db upgrade")
    with subprocess.Popen(
        [sys.executable, "-m", "riskreg", "export", "risks"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 128 + signal.SIGPIPE


def test_a_demos_database_is_no_real_one_from_another_folder(
    riskreg: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    riskreg(f"demo --home {tmp_path / 'demo'} --empty --no-serve")
    monkeypatch.setenv("RISKREG_DATABASE_URL", f"sqlite:///{tmp_path / 'demo/riskreg.db'}")
    for command in ("serve", "worker", "top"):
        assert "holds a demo" in riskreg.refused(command)


def test_a_demos_folder_takes_commands_and_is_not_served(
    riskreg: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    riskreg(f"demo --home {tmp_path / 'demo'} --empty --no-serve")
    monkeypatch.setenv("RISKREG_HOME", str(tmp_path / "demo"))
    riskreg("export teams --format json")
    for command in ("serve", "worker"):
        assert "holds a demo" in riskreg.refused(command)
    monkeypatch.setenv("RISKREG_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    assert "holds a demo" in riskreg.refused("export teams")


def test_nobody_else_may_read_the_database(riskreg: Command) -> None:
    riskreg("db upgrade")
    files = list(riskreg.home.glob("riskreg.db*"))
    assert files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


@contextmanager
def connected(file: Path) -> Iterator[Any]:
    """A database file, opened as the program does."""
    connection = sqlite_module().connect(file)
    with closing(connection), connection:
        yield connection
