"""A stranger with a stopwatch: how long answers take does not tell who has an account."""

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from drills.outcome import Outcome
from drills.stage import Stage
from riskreg.db import db, transaction
from riskreg.org import sessions
from riskreg.org.models import Team, UseCount
from riskreg.org.passwords import hash_password, password_matches
from tests.attacks.strangers import WAYS, Way, make_people, new_client, sign_in
from tests.attacks.world import MAIL

SHORT, LONG, CONTROL_SIZE = 100, 1_000, 15
DATABASES = ("sqlite", "postgresql")
CONTROL = "a password is only checked where there is one"
PROMISE = (
    "Whether somebody has an account, is locked out, or has no password takes no other time to "
    "answer: medians within a tenth."
)
TRIES, ACKED = "rounds", "answers timed"
TENTH = 0.1
WARM_UP, TIMES = 3, 4


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Ask in every way about everybody, so many times in a new order.

    `wrong` are those of whom the median is more than a tenth off that of an active person, or of a
    link that never was one.
    """
    app: Any = stage.app
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mail=MAIL)
    dice, taken = random.Random(size), defaultdict[tuple[str, str], list[float]](list)
    with stage.looking_in(), careless() if control else nullcontext():
        make_people(db.session.scalars(sa.select(Team)).one(), hash_password("a sentence of ours"))
        asked = [(way, name) for way, names in WAYS.items() for name in names]
        for number in range(-WARM_UP, size):
            dice.shuffle(asked)
            for place, (way, name) in enumerate(asked):
                seconds = _timed(app, way, name, f"10.0.0.{place}")
                taken[way.__name__, name] += seconds if number >= 0 else []
            _forget_tries()
    return _outcome(size, {each: median(found) for each, found in taken.items()})


def _timed(app: Any, way: Way, name: str, address: str) -> list[float]:
    """How long the answer took; short ones are asked for more often, because they vary more."""
    found = []
    for _ in range(1 if way is sign_in else TIMES):
        client, start = new_client(app), perf_counter()
        status = way(client, name, address).status_code
        found.append(perf_counter() - start)
        assert status in {303, 404, 422}, status
    return found


@contextmanager
def careless() -> Iterator[None]:
    """As many programs do it: no person or no password, no hash."""

    def checked(stored: str | None, password: str) -> bool:
        return stored is not None and password_matches(stored, password)

    with patch.object(sessions, "password_matches", checked):
        yield


def _forget_tries() -> None:
    db.session.remove()
    with transaction():
        db.session.execute(sa.delete(UseCount))
    db.session.remove()


def _outcome(size: int, medians: dict[tuple[str, str], float]) -> Outcome:
    told, wrong = [], 0
    for way, names in WAYS.items():
        first = medians[way.__name__, names[0]]
        ratios = [medians[way.__name__, name] / first for name in names]
        wrong += sum(abs(ratio - 1) > TENTH for ratio in ratios)
        told.append(f"{way.__name__} {first * 1000:.1f} ms × {min(ratios):.2f}-{max(ratios):.2f}")
    return Outcome(
        n=size,
        acked=size * sum(1 if way == sign_in.__name__ else TIMES for way, _name in medians),
        wrong=wrong,
        told="; ".join(told),
    )
