"""Kept parts of large packs: whole or not at all, and not for ever."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from riskreg.lib.dates import now
from riskreg.packs import kept
from riskreg.packs.engine import Pdf
from riskreg.packs.kept import KeptParts

PART = Pdf(content=b"%PDF-1.7 a part\n", page_count=12)


@pytest.fixture
def parts(tmp_path: Path) -> KeptParts:
    return KeptParts(folder=tmp_path / "packs" / "parts")


def test_gives_what_was_kept(parts: KeptParts) -> None:
    assert parts.find("a") is None
    parts.keep("a", PART)
    assert parts.find("a") == PART
    assert parts.find("b") is None
    assert [path.name for path in parts.folder.iterdir()] == ["a"]
    assert parts.folder.stat().st_mode & 0o777 == 0o700
    assert (parts.folder / "a").stat().st_mode & 0o777 == 0o600


def test_what_is_not_as_it_was_written_is_not_kept(parts: KeptParts) -> None:
    parts.keep("a", PART)
    path = parts.folder / "a"
    path.write_bytes(path.read_bytes()[:-3])
    assert parts.find("a") is None
    parts.keep("a", PART)
    assert parts.find("a") == PART


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "packs").write_text("in the way")
    parts = KeptParts(folder=tmp_path / "packs" / "parts")
    parts.keep("a", PART)
    assert parts.find("a") is None
    assert parts.sweep() == 0


def test_what_nobody_used_for_long_goes(parts: KeptParts) -> None:
    for name, days in (("old", 9), ("used", 9), ("young", 7), ("new-half", 9)):
        parts.keep(name, PART)
        at = (now() - timedelta(days=days)).timestamp()
        os.utime(parts.folder / name, (at, at))
    assert parts.find("used") is not None
    assert parts.sweep() == 2
    assert {path.name for path in parts.folder.iterdir()} == {"used", "young"}


def test_the_least_recently_used_go_when_there_is_too_much(
    parts: KeptParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        parts.keep(name, PART)
        at = (now() - timedelta(hours=5)).timestamp()
        os.utime(parts.folder / name, (at, at))
    parts.find("a")
    monkeypatch.setattr(kept, "BYTES_MAX", (parts.folder / "a").stat().st_size)
    assert parts.sweep() == 2
    assert [path.name for path in parts.folder.iterdir()] == ["a"]
