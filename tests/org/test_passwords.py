"""Passwords: what is refused, what a hash costs, and that one is always made."""

from threading import BoundedSemaphore

import pytest
from argon2 import PasswordHasher, extract_parameters
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from riskreg.db import db
from riskreg.errors import Invalid, TooMany
from riskreg.org import passwords
from riskreg.org.guessable import is_guessable
from riskreg.org.models import Person
from riskreg.org.passwords import (
    MAX_LENGTH,
    MIN_LENGTH,
    MIN_LENGTH_WITH_SECOND_FACTOR,
    hash_password,
    password_matches,
)
from riskreg.org.services import checked_password
from tests.client import RegisterClient
from tests.factories import make_person, make_team

pytestmark = pytest.mark.full_cost

PASSWORD = "a sentence that is long"
ABOUT = ("Ada Lovelace", "ada.lovelace@example.org", "Rhineland Payments")
GUESSABLE = (
    "password", "P@ssw0rd123!", "passwordpassword", "Summer2026!", "Welcome to 2026!",
    "qwertyuiop12345", "1q2w3e4r5t6y7u8i", "qazwsxedcrfvtgb", "123456789012345",
    "aaaaaaaaaaaaaaaa", "abcabcabcabcabc", "31.12.1999", "iloveyou12345678", "Jennifer.1987!!",
    "correct horse battery staple", "admin123admin123", "PASSWORT-passwort",
)  # fmt: skip
OWN = (
    "AdaLovelace2026", "ada.lovelace@example.org", "ada.lovelace@example.org1!",
    "Rhineland-Payments", "lovelace lovelace", "L0velace!2026",
)  # fmt: skip
FINE = (
    "a sentence that is long", "our cat sleeps all day", "tobias likes trains", "xk3q9vbz",
    "Der Zug hält nie in Köln", "пароль который длинный", "ada sold the green bicycle",
)  # fmt: skip


@pytest.mark.asvs("v5.0.0-6.2.4")
@pytest.mark.parametrize("password", GUESSABLE)
def test_knows_what_is_tried_first(password: str) -> None:
    assert is_guessable(password)


@pytest.mark.asvs("v5.0.0-6.2.4")
def test_refuses_the_ten_thousand_most_used() -> None:
    most_used = list(FREQUENCY_LISTS["passwords"])[:10_000]
    long_enough = [each for each in most_used if len(each) >= MIN_LENGTH_WITH_SECOND_FACTOR]
    assert len(long_enough) > 3_000
    assert [each for each in long_enough if not is_guessable(each)] == []


@pytest.mark.parametrize("password", OWN)
@pytest.mark.asvs("v5.0.0-6.2.11")
def test_knows_names_of_the_person_and_the_organisation(password: str) -> None:
    assert is_guessable(password, about=ABOUT)
    assert is_guessable(f"{password}{password}", about=ABOUT)


@pytest.mark.parametrize("password", FINE)
def test_leaves_sentences_and_chance_alone(password: str) -> None:
    assert not is_guessable(password, about=ABOUT)


@given(st.text(max_size=300))
def test_judges_any_text(password: str) -> None:
    assert is_guessable(password) in {True, False}
    assert is_guessable(password + password) or not is_guessable(password)


@pytest.mark.asvs("v5.0.0-6.2.1")
@pytest.mark.asvs("v5.0.0-6.2.5")
@pytest.mark.asvs("v5.0.0-6.2.9")
def test_asks_for_length_and_nothing_else(app: Flask) -> None:
    long = " ".join(f"{number} trees" for number in range(16, 90))
    for password in ("nothing but tiny letters", "ΟΛΑ ΚΕΦΑΛΑΙΑ ΕΔΩ", long[:MAX_LENGTH], long[:128]):
        assert checked_password(password) == password
    for password in ("x7 k2 q9 w4 z1"[: MIN_LENGTH - 1], long[: MAX_LENGTH + 1]):
        with pytest.raises(Invalid, match="15 to 256"):
            checked_password(password)


def test_refuses_the_organisations_name(app: Flask) -> None:
    make_team("Rhineland Payments")
    with pytest.raises(Invalid, match="tried first"):
        checked_password("RhinelandPayments1")


@pytest.mark.asvs("v5.0.0-11.4.2")
def test_hashes_at_the_cost_that_is_promised() -> None:
    cost = extract_parameters(hash_password(PASSWORD))
    assert (cost.type.name, cost.time_cost, cost.memory_cost, cost.parallelism) == (
        *("ID", 2, 19456, 1),
    )


def test_hashes_again_at_sign_in_when_the_cost_changed(client: RegisterClient) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    person = make_person(make_team(), email="ada@example.org", password_hash=old)
    sent = {"email": "ada@example.org", "password": PASSWORD}
    assert client.post("/sign-in", data={**sent, "password": "wrong"}).status_code == 422
    assert db.session.get_one(Person, person.id).password_hash == old
    assert client.post("/sign-in", data=sent).status_code == 303
    new = db.session.get_one(Person, person.id).password_hash
    assert new is not None
    assert extract_parameters(new).memory_cost == 19456
    assert password_matches(new, PASSWORD)
    client.post("/sign-in", data=sent)
    assert db.session.get_one(Person, person.id).password_hash == new


@pytest.mark.asvs("v5.0.0-6.3.8")
@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org", "new@example.org"])
def test_hashes_as_often_whoever_is_asked_for(
    client: RegisterClient, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    """The same work for a person, for a stranger, and for one who has no password yet."""
    team = make_team()
    make_person(team, email="ada@example.org", password_hash=hash_password(PASSWORD))
    make_person(team, email="new@example.org")
    costs = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            costs.append(extract_parameters(str(hash)))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    assert client.post("/sign-in", data={"email": email, "password": "wrong"}).status_code == 422
    assert [(cost.time_cost, cost.memory_cost) for cost in costs] == [(2, 19456)]


def test_never_hashes_more_at_once_than_there_are_cores(
    client: RegisterClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_person(make_team(), email="ada@example.org", password_hash=hash_password(PASSWORD))
    places = BoundedSemaphore(1)
    monkeypatch.setattr(passwords, "_places", places)
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.01)
    sent = {"email": "ada@example.org", "password": PASSWORD}
    with places:
        with pytest.raises(TooMany):
            hash_password(PASSWORD)
        answer = client.post("/sign-in", data=sent)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert client.post("/sign-in", data=sent).status_code == 303
