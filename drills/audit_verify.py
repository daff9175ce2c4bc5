"""How long it takes to prove a trail, in how much memory, and that one changed entry is found."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from time import perf_counter

import sqlalchemy as sa

from drills.outcome import Outcome
from drills.stage import Stage
from riskreg.audit.models import AuditEntry
from riskreg.audit.services import Changes, Subject, record_all
from riskreg.db import db, transaction, write_intent
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR

SHORT, LONG, CONTROL_SIZE = 50_000, 1_000_000, 2_000
DATABASES = ("sqlite", "postgresql")
CONTROL = "one entry in the middle is changed"
PROMISE = "A trail of a million entries can be proven within minutes."
TRIES, ACKED = "entries", "read"
BATCH = 1_000
TEXT = "A sentence of the length that people write when they say why something was changed."
GROWN_MB_MAX = 16


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What `riskreg audit verify` said, and what it took."""

    is_sound: bool
    entries: int
    seconds: float
    cpu_seconds: float
    most_mb: int


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Write so many entries; prove a tenth of them and all of them by the command."""
    with stage.looking_in():
        _fill(size // 10)
    tenth = _proof(stage)
    with stage.looking_in():
        _fill(size - size // 10)
        if control:
            middle = sa.update(AuditEntry).where(AuditEntry.id == size // 2)
            with write_intent(), db.engine.begin() as connection:
                connection.execute(middle.values(note="Nothing happened."))
    whole = _proof(stage)
    has_grown = whole.most_mb > tenth.most_mb + GROWN_MB_MAX
    told = (
        f"{whole.seconds:.0f} s, of which {whole.cpu_seconds:.0f} s are the command's own work; "
        f"at most {whole.most_mb} MB, for a tenth of the entries {tenth.most_mb} MB"
    )
    wrong = int(not tenth.is_sound) + int(not whole.is_sound) + int(has_grown)
    return Outcome(n=size, acked=whole.entries, wrong=wrong, told=told)


def _proof(stage: Stage) -> Proof:
    """By the command as it is typed, with the time and memory of its process."""
    command = [sys.executable, "-m", "riskreg", "audit", "verify", "--format", "json"]
    start = perf_counter()
    with subprocess.Popen(
        command, env=stage.environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.read())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Proof(
        is_sound=said["sound"],
        entries=said["entries"],
        seconds=perf_counter() - start,
        cpu_seconds=used.ru_utime + used.ru_stime,
        most_mb=used.ru_maxrss // 1024,
    )


def _fill(size: int) -> None:
    changes: Changes = {"current_likelihood": [2, 4], "current_impact": [3, 5], "why": ["", TEXT]}
    for _ in range(0, size, BATCH):
        with transaction():
            team = db.session.scalars(sa.select(Team)).one()
            acts: list[tuple[Subject, Changes]] = [(team, changes)] * BATCH
            record_all(actor=SYSTEM_ACTOR, action="risk.assess", acts=acts, note=TEXT)
