"""The power goes in the middle of anything: what was acknowledged is there, and nothing is torn."""

import random
import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa

from drills.disk import Disk, Platter
from drills.outcome import Outcome, compare, total
from drills.stage import Stage
from riskreg import create_app
from riskreg import db as database
from riskreg.db import db, sqlite_module, transaction
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.services import create_risk

SHORT, LONG, CONTROL_SIZE = 400, 5_000, 120
DATABASES = ("sqlite",)
CONTROL = "synchronous NORMAL and OFF; each of them loses"
PROMISE = "When the power goes, nothing acknowledged is lost and nothing is half there."
TRIES, ACKED = "cuts", "risks looked for after them"
FILE = "riskreg.db"
FILED_MAX = 250
SOUND = (("WAL", None), ("DELETE", None))  # how it is written down, and how it waits
MANGLED = (LookupError, TypeError, ValueError)  # what is left may read as anything
UNSOUND = (("WAL", "NORMAL"), ("WAL", "OFF"), ("DELETE", "OFF"))


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Record how risks are filed, then cut the recording and open what is left of the files.

    Half of the cuts are in write-ahead mode, half in the mode for libraries with a fault in that.
    """
    ways = UNSOUND if control else SOUND
    each = size // len(ways)
    filed = min(max(each, 20), FILED_MAX)
    parts: list[Outcome] = []
    for mode, synced in ways:
        been = len(parts)
        with mock.patch.object(database, "journal_mode", lambda mode=mode: mode):
            start = (stage.settings.home / FILE).read_bytes()
            disk = _recorded(stage, filed, synced=synced)
            parts += _cut(stage, start, disk, random.Random(size), each)
        if synced and not any(part.has_bitten for part in parts[been:]):
            return Outcome(n=len(parts), acked=0)  # a control that finds nothing
    writes = f"each at one of {len(disk.acts)} steps of filing {filed} risks, in either mode"
    return total(len(parts), parts, told=writes)


def _recorded(stage: Stage, count: int, *, synced: str | None) -> Disk:
    disk = Disk()
    with disk.recording():
        played = replace(stage, app=create_app(stage.settings))
        with played.looking_in():
            if synced:
                sa.event.listen(db.engine, "connect", _syncing(synced))
            team = db.session.scalars(sa.select(Team)).one()
            for number in range(count):
                title = f"filed-{len(disk.acts)}-{number}"
                with transaction():
                    values = {"title": title, "kind": "security", "tags": [title]}
                    create_risk(SYSTEM_ACTOR, team=team, values=values, form_key=title)
                disk.acked(title)
    return disk


def _syncing(how: str) -> Any:
    return lambda connection, _record: connection.execute(f"PRAGMA synchronous={how}").close()


def _cut(stage: Stage, start: bytes, disk: Disk, dice: random.Random, times: int) -> list[Outcome]:
    folder = stage.settings.home / "after"
    url = f"sqlite:///{folder / FILE}"
    folder.mkdir(mode=0o700)
    after = replace(stage, app=create_app(stage.settings.with_database(url)))
    before = set(_titles_of(start, folder))
    platter, places = Platter(files={FILE: bytearray(start)}), _places(disk, dice, times)
    outcomes = []
    for number, act in enumerate(disk.acts):
        for _ in range(places.count(number)):
            files = platter.after_a_cut(dice)
            outcomes.append(_found(after, folder, files, [*before, *platter.acked]))
        platter.do(act)
    shutil.rmtree(folder)
    return outcomes


def _places(disk: Disk, dice: random.Random, times: int) -> list[int]:
    return [dice.randrange(len(disk.acts)) for _ in range(times)]


def _found(
    after: Stage, folder: Path, files: dict[str, bytearray], acked: Sequence[str]
) -> Outcome:
    _lay_down(folder, files)
    try:
        with closing(sqlite_module().connect(folder / FILE)) as connection:
            (state,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        return compare(1, acked, after.titles(), wrong=after.faults() + (state != "ok"))
    except (sa.exc.DatabaseError, sqlite_module().DatabaseError, *MANGLED):
        return Outcome(n=1, acked=len(acked), wrong=1)


def _titles_of(start: bytes, folder: Path) -> list[str]:
    _lay_down(folder, {FILE: bytearray(start)})
    with closing(sqlite_module().connect(folder / FILE)) as connection:
        return [title for (title,) in connection.execute("SELECT title FROM risk")]


def _lay_down(folder: Path, files: dict[str, bytearray]) -> None:
    for path in folder.iterdir():
        path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
