"""Ten thousand random steps; the trail alone rebuilds every audited field of every row."""

import sqlalchemy as sa

from drills.outcome import Outcome
from drills.stage import Stage
from riskreg.audit.replay import differences
from riskreg.audit.verify import verify
from riskreg.db import db, write_intent
from tests.audit.steps import Walk

SHORT, LONG, CONTROL_SIZE = 10_000, 100_000, 200
DATABASES = ("sqlite", "postgresql")
CONTROL = "one title is changed past the program"
PROMISE = "The trail alone rebuilds every audited field of every row."
TRIES, ACKED = "steps", "done, the others refused"
LOOK_EVERY = 2_500
CHANGE = sa.text("UPDATE risk SET title = 'x' WHERE id = (SELECT min(id) FROM risk)")


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Take so many steps through the services; `wrong` are rows that are not as the trail says."""
    walk, wrong = Walk(size), 0
    with stage.looking_in():
        walk.begin()
        for start in range(0, size, LOOK_EVERY):
            walk.walk(min(LOOK_EVERY, size - start))
            wrong += _differing(control)
        entries = verify().entries
    return Outcome(n=size, acked=walk.done, wrong=wrong, told=f"{entries} entries")


def _differing(control: bool) -> int:
    with write_intent():
        if control:
            db.session.execute(CHANGE)
        found = len(list(differences())) + (not verify().is_sound)
        db.session.rollback()
    return found
