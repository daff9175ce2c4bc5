"""Nobody learns who has an account: the same answers, for the same work.

The drill `enumeration` measures the time itself.
"""

from dataclasses import replace

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError
from flask import Flask

from riskreg.org import passwords
from tests.attacks.strangers import (
    PEOPLE,
    WAYS,
    make_people,
    new_client,
    sign_in,
    statements,
    without_chance,
)
from tests.attacks.world import MAIL
from tests.factories import make_team
from tests.org.conftest import clock

__all__ = ["clock"]

pytestmark = pytest.mark.full_cost

COST = (2, 19456)


@pytest.fixture
def hashed(app: Flask, clock: object, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """People to ask about; returns the hashes that are checked, which takes no time here."""
    stored = passwords.hash_password("a sentence that nobody guesses")
    make_people(make_team("Company"), stored)
    checked: list[str] = []

    class Noting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            checked.append(str(hash))
            raise VerifyMismatchError

    monkeypatch.setattr(passwords, "_hasher", Noting())
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], mail=MAIL))
    return checked


@pytest.mark.asvs("v5.0.0-6.3.8")
def test_answers_works_and_waits_alike_whoever_is_asked_about(
    app: Flask, hashed: list[str]
) -> None:
    for way, names in WAYS.items():
        told = []
        for name in names:
            hashed.clear()
            with statements() as asked:
                answer = way(new_client(app), name, "192.0.2.1")
            costs = [extract_parameters(each) for each in hashed]
            work = [(cost.time_cost, cost.memory_cost) for cost in costs]
            assert work == ([COST] if way is sign_in else []), (way, name)
            told.append((without_chance(answer, name), asked))
        assert all(each == told[0] for each in told), way
    for name in PEOPLE[:2]:
        tries = [sign_in(new_client(app), name, "192.0.2.1") for _ in range(6)]
        assert [each.status_code for each in tries] == [422] * 4 + [429] * 2, name
