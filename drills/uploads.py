"""Uploads that were never meant well: bombs, noise, mangled books; no page may crash on one."""

import random
import time

from sqlalchemy import select

from drills.outcome import Outcome
from drills.stage import Stage
from riskreg.db import db
from riskreg.org.limits import RULES, Limit
from riskreg.org.models import Person, Team
from tests.client import RegisterClient
from tests.imports.test_attacks import ANSWERS, UNLIMITED, attacked

SHORT, LONG, CONTROL_SIZE = 170, 2_000, 30
DATABASES = ("sqlite", "postgresql")
CONTROL = "no answer but 200 counts as one"
PROMISE = "Whatever file is uploaded, the answer is a sentence, never a crash."
TRIES, ACKED = "uploads", "answers"


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Upload so many, decide something about each, and import it; `acked` are the answers."""
    allowed = {200} if control else ANSWERS
    app, limit = stage.app, RULES[Limit.IMPORT]
    app.config["WTF_CSRF_ENABLED"] = False
    RULES[Limit.IMPORT] = UNLIMITED
    statuses, longest, dice = list[int](), 0.0, random.Random(size)
    with stage.looking_in():
        slug = db.session.scalars(select(Team.slug)).one()
        client = RegisterClient(app).sign_in(db.session.scalars(select(Person).limit(1)).one())
        try:
            for _number in range(size):
                start = time.monotonic()
                statuses += attacked(client, slug, dice)
                longest = max(longest, time.monotonic() - start)
        finally:
            RULES[Limit.IMPORT] = limit
    wrong = sum(status not in allowed for status in statuses)
    told = f"longest {longest:.1f} s for upload, decisions and import"
    return Outcome(n=size, acked=len(statuses), wrong=wrong, told=told)
