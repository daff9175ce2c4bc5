"""The trail as a chain: without a gap, in the order of commits, and whatever is changed shows."""

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select, update

from riskreg.audit.anchors import (
    Anchor,
    append,
    line_of,
    present,
    public_key,
    public_text,
    read,
    signing_key,
)
from riskreg.audit.chain import FIELDS
from riskreg.audit.models import AuditEntry
from riskreg.audit.services import record
from riskreg.audit.tasks import anchor_trail
from riskreg.audit.verify import verify
from riskreg.cli import build_parser
from riskreg.db import db, transaction, write_intent
from riskreg.errors import Invalid
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from tests.audit.tampering import SEEN_BY_ITSELF, SEEN_WITH_AN_ANCHOR, Tampering, cut_tail
from tests.factories import make_team

THREADS, ACTS = 6, 8


def note(words: str, team: Team) -> None:
    record(actor=SYSTEM_ACTOR, action="team.note", subject=team, note=words)


def notes() -> list[str]:
    query = select(AuditEntry.note).where(AuditEntry.action == "team.note").order_by(AuditEntry.id)
    return list(db.session.scalars(query))


@pytest.fixture
def team(app: Flask) -> Team:
    return make_team()


def test_every_column_is_in_the_digest() -> None:
    assert {*FIELDS, "digest"} == set(AuditEntry.__table__.columns.keys())


def test_entries_are_numbered_without_a_gap_and_chained(team: Team) -> None:
    with transaction():
        note("first", team)
        note("second", team)
    verdict = verify()
    assert verdict.is_sound
    assert verdict.entries == db.session.scalar(select(func.max(AuditEntry.id)))
    assert verdict.entries == db.session.scalar(select(func.count(AuditEntry.id)))
    assert notes() == ["first", "second"]


def test_what_is_rolled_back_leaves_no_entry(team: Team) -> None:
    before = verify()
    with suppress(RuntimeError), transaction():
        note("never", team)
        raise RuntimeError
    with transaction():
        note("kept", team)
        with suppress(RuntimeError), db.session.begin_nested():
            note("lost with its savepoint", team)
            raise RuntimeError
        with db.session.begin_nested():
            note("kept with its savepoint", team)
    assert notes() == ["kept", "kept with its savepoint"]
    assert verify().entries == before.entries + 2


def test_many_writers_make_one_chain(app: Flask, team: Team) -> None:
    number, before = team.id, verify().entries

    def work(name: int) -> None:
        with app.app_context():
            for act in range(ACTS):
                with transaction():
                    note(f"{name}.{act}", db.session.get_one(Team, number))
            db.session.remove()

    threads = [Thread(target=work, args=(name,)) for name in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()  # what was read before is a picture of then
    verdict = verify()
    assert verdict.is_sound, verdict.fault
    assert verdict.entries == before + THREADS * ACTS
    for name in range(THREADS):
        own = [words for words in notes() if words.startswith(f"{name}.")]
        assert own == [f"{name}.{act}" for act in range(ACTS)]


@pytest.fixture
def anchor(team: Team) -> Iterator[Anchor]:
    """An anchor of a trail of some thirty entries."""
    with transaction():
        for number in range(30):
            note(f"act {number}", team)
    yield present()
    db.session.rollback()


@pytest.mark.parametrize("seed", range(9))
@pytest.mark.parametrize("tamper", SEEN_BY_ITSELF)
def test_the_chain_shows_what_was_changed(anchor: Anchor, tamper: Tampering, seed: int) -> None:
    with write_intent():
        tamper(db.session.connection(), random.Random(seed), anchor.entries)
    assert not verify().is_sound


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("tamper", SEEN_WITH_AN_ANCHOR)
def test_an_anchor_shows_what_the_chain_alone_cannot(
    anchor: Anchor, tamper: Tampering, seed: int
) -> None:
    with write_intent():
        tamper(db.session.connection(), random.Random(seed), anchor.entries)
    assert verify().is_sound, "this is why there are anchors"
    assert not verify([anchor]).is_sound


def test_old_anchors_hold_when_the_trail_has_grown(anchor: Anchor, team: Team) -> None:
    with transaction():
        note("later", team)
    assert verify([anchor, present()]).is_sound


def test_anchors_are_signed_lines(anchor: Anchor, tmp_path: Path) -> None:
    key = signing_key(tmp_path)
    assert (tmp_path / "trail.key").stat().st_mode & 0o777 == 0o600
    assert public_text(signing_key(tmp_path)) == public_text(key)
    file = tmp_path / "anchors"
    append(file, line_of(anchor, key))
    append(file, line_of(present(), key))
    public = public_key(public_text(key))
    assert read(file, public)[0] == anchor
    forged = json.loads(line_of(anchor, key)) | {"entries": anchor.entries - 1}
    append(file, json.dumps(forged))
    with pytest.raises(Invalid, match=r"Line 3 .* was not signed with this register's key"):
        read(file, public)


@pytest.mark.parametrize(
    "line", ["nonsense", "{}", "[]", '{"signature": "zz"}', '{"signature": "00", "entries": 1}']
)
def test_a_line_that_is_no_anchor_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "anchors"
    file.write_text(f"\n{line}\n")
    with pytest.raises(Invalid, match=r"Line 2 of .* is not an anchor"):
        read(file, signing_key(tmp_path).public_key())


def run(*arguments: str) -> int:
    chosen = build_parser().parse_args(["audit", *arguments])
    status: int = chosen.run(chosen)
    return status


def test_the_command_verifies_with_anchors(
    anchor: Anchor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "anchors"
    assert run("anchor", str(file)) == 0
    assert run("verify", "--anchor", str(file), "--format", "json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["sound"], said["entries"], said["anchors"]) == (True, anchor.entries, 1)
    assert run("key") == 0
    key = capsys.readouterr().out.strip()
    with write_intent():
        cut_tail(db.session.connection(), random.Random(1), anchor.entries)
    assert run("verify", "--anchor", str(file), "--key", key) == 1
    assert f"There were {anchor.entries} entries once" in capsys.readouterr().err
    assert run("verify") == 0
    assert "Without an anchor" in capsys.readouterr().err


def test_the_command_names_rows_that_were_changed_behind_its_back(
    team: Team, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", "--rows") == 0
    with write_intent():
        db.session.connection().execute(update(Team).values(name="Firm"))
    assert run("verify") == 0
    capsys.readouterr()
    assert run("verify", "--rows", "--format", "json") == 1
    said = json.loads(capsys.readouterr().out)
    assert said["sound"] is False
    assert said["faults"] == [f"team {team.id} is not as the trail says: name."]


def test_the_worker_anchors_where_it_is_told_to(
    anchor: Anchor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: Any = current_app.config["SETTINGS"]
    context: Any = None
    assert anchor_trail(context) == {"anchored": 0}
    object.__setattr__(settings, "anchor_file", str(tmp_path / "a"))
    try:
        assert anchor_trail(context) == {"anchored": anchor.entries}
    finally:
        object.__setattr__(settings, "anchor_file", "")
    public = signing_key(settings.home).public_key()
    assert [each.entries for each in read(tmp_path / "a", public)] == [anchor.entries]
