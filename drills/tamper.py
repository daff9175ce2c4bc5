"""Somebody with the database's password edits the trail, in a thousand ways."""

import random
from collections import Counter

from drills.outcome import Outcome
from drills.stage import Stage
from riskreg.audit.anchors import present
from riskreg.audit.verify import verify
from riskreg.db import db, write_intent
from tests.audit.steps import Walk
from tests.audit.tampering import SEEN_BY_ITSELF, SEEN_WITH_AN_ANCHOR

SHORT, LONG, CONTROL_SIZE = 1_000, 10_000, 50
DATABASES = ("sqlite", "postgresql")
CONTROL = "no anchor"
PROMISE = "With an anchor kept elsewhere, no change of the trail goes unseen."
TRIES, ACKED = "tamperings", "found"
STEPS = 60
WAYS = (*SEEN_BY_ITSELF, *SEEN_WITH_AN_ANCHOR)


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Tamper so many times, each time with the trail as it was; `wrong` were not found."""
    dice = random.Random(size)
    unseen = Counter[str]()
    with stage.looking_in():
        walk = Walk(size)
        walk.begin()
        walk.walk(STEPS)
        anchor = present()
        for number in range(size):
            tamper = WAYS[number % len(WAYS)]
            with write_intent():
                tamper(db.session.connection(), dice, anchor.entries)
                unseen[tamper.__name__] += verify([] if control else [anchor]).is_sound
                db.session.rollback()
    wrong = unseen.total()
    told = f"{len(WAYS)} ways, {anchor.entries} entries"
    return Outcome(n=size, acked=size - wrong, wrong=wrong, told=told)
