"""The disk below an SQLite database: it is this machine's own and can be written to, or refused."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from riskreg import disks, serving
from riskreg.db import db, demand_safe_writing
from riskreg.disks import demand_fit_disk, file_system_of
from riskreg.errors import SettingsError
from riskreg.settings import Settings

MOUNTS = """\
/dev/vda / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
filer:/export /srv nfs4 rw 0 0
/dev/vdb /srv/data\\040here xfs rw 0 0
//filer/share /mnt cifs rw 0 0
tmpfs /mnt tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        ("/home/ada", ("/", "ext4")),
        ("/srv/riskreg", ("/srv", "nfs4")),
        ("/srvother", ("/", "ext4")),
        ("/srv/data here/riskreg", ("/srv/data here", "xfs")),
        ("/mnt/riskreg", ("/mnt", "tmpfs")),
    ],
)
def test_knows_which_disk_holds_a_folder(folder: str, found: tuple[str, str]) -> None:
    assert file_system_of(Path(folder), MOUNTS) == found
    assert file_system_of(Path(folder), "") == ("/", "")


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    (tmp_path / "riskreg.db").touch()
    return Settings(
        home=tmp_path, database_url=f"sqlite:///{tmp_path}/riskreg.db", secret_key="d" * 40
    )


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_refuses_the_disk_of_another_machine(
    here: Settings, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    demand_fit_disk(here)
    mounts = here.home / "mounts"
    mounts.write_text(f"filer:/x {here.home.resolve()} {kind} rw 0 0\n")
    monkeypatch.setattr(disks, "MOUNTS", mounts)
    with pytest.raises(SettingsError, match=f"{kind} at .*use PostgreSQL"):
        demand_fit_disk(here)
    demand_fit_disk(here.with_database("postgresql://db.example.org/riskreg"))


@pytest.mark.parametrize("name", ["", "riskreg.db"])
def test_refuses_what_cannot_be_written_to(
    here: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    closed = here.home / name
    monkeypatch.setattr(os, "access", lambda path, _how: Path(path) != closed)
    with pytest.raises(SettingsError, match=f"{closed} cannot be written to: its disk is read"):
        demand_fit_disk(here)


def test_refuses_an_sqlite_that_does_not_wait_for_the_disk(app: Flask) -> None:
    demand_safe_writing(db.engine)
    careless = sa.create_engine("sqlite://")
    sa.event.listen(careless, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    with pytest.raises(SettingsError, match="synchronous 0"):
        demand_safe_writing(careless)
    careless.dispose()


@pytest.mark.parametrize(("mode", "warned"), [("WAL", False), ("DELETE", True)])
def test_the_server_says_when_its_library_has_the_fault(
    here: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    mode: str,
    warned: bool,
) -> None:
    monkeypatch.setattr("riskreg.db.journal_mode", lambda: mode)
    serving._warn_of_library(here)
    assert ("has a fault in its write-ahead log" in capsys.readouterr().err) is warned
