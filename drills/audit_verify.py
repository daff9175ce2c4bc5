"""How long it takes to prove a trail, and that one changed entry in the middle of it is found."""

from time import perf_counter, process_time

import sqlalchemy as sa

from drills.outcome import Outcome
from drills.stage import Stage
from riskreg.audit.models import AuditEntry
from riskreg.audit.services import Changes, Subject, record_all
from riskreg.audit.verify import verify
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


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Write so many entries and read them once; the time is only that of the reading."""
    with stage.looking_in():
        _fill(size)
        with write_intent():
            if control:
                middle = sa.update(AuditEntry).where(AuditEntry.id == size // 2)
                db.session.connection().execute(middle.values(note="Nothing happened."))
            start, worked = perf_counter(), process_time()
            verdict = verify()
            seconds, worked = perf_counter() - start, process_time() - worked
            db.session.rollback()
    million = 1_000_000 / verdict.entries
    told = (
        f"{verdict.entries / seconds:,.0f} entries a second; at that pace a million takes "
        f"{seconds * million:.0f} s, of which {worked * million:.0f} s are this process's own work"
    )
    return Outcome(n=size, acked=verdict.entries, wrong=int(not verdict.is_sound), told=told)


def _fill(size: int) -> None:
    changes: Changes = {"current_likelihood": [2, 4], "current_impact": [3, 5], "why": ["", TEXT]}
    for _ in range(0, size, BATCH):
        with transaction():
            team = db.session.scalars(sa.select(Team)).one()
            acts: list[tuple[Subject, Changes]] = [(team, changes)] * BATCH
            record_all(actor=SYSTEM_ACTOR, action="risk.assess", acts=acts, note=TEXT)
