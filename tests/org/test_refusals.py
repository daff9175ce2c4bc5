"""What was refused is in the trail: who, from where, why; and nobody fills it by being refused."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from riskreg.audit.models import AuditEntry
from riskreg.audit.verify import verify
from riskreg.db import db
from riskreg.org import refusals
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.org.passwords import hash_password
from riskreg.org.refusals import Act
from tests.client import RegisterClient
from tests.factories import make_person, make_team

PASSWORD = "a sentence that is long"


@pytest.fixture
def root(client: RegisterClient) -> Team:
    return make_team()


@pytest.fixture
def ada(root: Team) -> Person:
    return make_person(
        root,
        role=Role.VIEWER,
        email="ada@example.org",
        name="Ada",
        password_hash=hash_password(PASSWORD),
    )


def noted() -> list[AuditEntry]:
    db.session.rollback()
    found = select(AuditEntry).where(AuditEntry.action.in_(list(Act))).order_by(AuditEntry.id)
    return list(db.session.scalars(found))


def sign_in(client: RegisterClient, email: str, password: str) -> int:
    return client.post("/sign-in", data={"email": email, "password": password}).status_code


@pytest.mark.asvs("v5.0.0-16.3.1")
def test_a_wrong_password_is_noted_for_whom_it_was_given(
    client: RegisterClient, ada: Person
) -> None:
    assert sign_in(client, "Ada@Example.org", "not this one") == 422
    assert sign_in(client, "nobody@example.org", "my secret, typed in the wrong field") == 422
    known, unknown = noted()
    assert (known.action, known.actor_id, known.subject_type) == (Act.SIGN_IN, None, "person")
    assert known.subject_id == ada.id
    assert known.note.startswith("as Ada: POST /sign-in from 127.0.0.1: ")
    assert (unknown.subject_type, unknown.subject_ref) == ("address", "127.0.0.1")
    assert "nobody@example.org" not in unknown.note
    assert "secret" not in unknown.note
    assert verify().is_sound


@pytest.mark.asvs("v5.0.0-16.3.1")
def test_a_wrong_code_and_a_wrong_proof_are_noted(client: RegisterClient, ada: Person) -> None:
    client.sign_in(ada)
    client.post("/me/second-factor")
    client.post("/me/second-factor/confirmation", data={"code": "000000"})
    client.post("/me/proof", data={"proof": "neither"})
    client.post("/me/password", data={"current": "wrong", "password": PASSWORD + " new"})
    assert [(entry.action, entry.actor_id) for entry in noted()] == [(Act.PROOF, ada.id)] * 3


@pytest.mark.asvs("v5.0.0-16.3.2")
def test_what_somebody_may_not_do_or_see_is_noted(
    client: RegisterClient, root: Team, ada: Person
) -> None:
    client.sign_in(ada)
    assert client.post(f"/teams/{root.slug}/edit", data={"name": "Mine"}).status_code == 403
    assert client.get("/risks/R-4711").status_code == 404
    refused, missing = noted()
    assert (refused.action, refused.actor_name) == (Act.ACCESS, "Ada")
    assert f"POST /teams/{root.slug}/edit from 127.0.0.1" in refused.note
    assert "GET /risks/R-4711" in missing.note
    assert db.session.get_one(Team, root.id).name == root.name != "Mine"


def test_what_a_stranger_does_not_find_is_not_noted(client: RegisterClient, ada: Person) -> None:
    assert client.get("/risks/R-4711").status_code == 303
    assert client.get("/no/such/page").status_code == 404
    assert noted() == []


def test_too_many_tries_are_noted(client: RegisterClient, ada: Person) -> None:
    answers = [sign_in(client, "ada@example.org", "wrong") for _try in range(6)]
    assert answers[-1] == 429
    assert [entry.action for entry in noted()] == [Act.SIGN_IN] * 5 + [Act.TOO_MANY]


def test_a_link_that_is_not_good_and_a_wrong_set_up_code_are_noted(
    client: RegisterClient, root: Team
) -> None:
    sent = {
        "code": "wrong",
        "organisation": "Kestrel",
        "name": "Ada",
        "email": "ada@example.org",
        "password": PASSWORD,
        "repeated": PASSWORD,
    }
    assert client.post("/setup", data=sent).status_code == 422
    assert client.get("/sign-in/password?token=guessed").status_code == 404
    code, link = noted()
    assert (code.subject_type, link.subject_type) == ("address", "address")
    assert "POST /setup" in code.note
    assert "guessed" not in link.note


@pytest.mark.parametrize(("bound", "of_whom"), [("OF_ONE", "one"), ("OF_ALL", "all")])
def test_nobody_fills_the_trail_by_being_refused(
    client: RegisterClient, ada: Person, monkeypatch: pytest.MonkeyPatch, bound: str, of_whom: str
) -> None:
    monkeypatch.setattr(refusals, bound, 2)
    client.sign_in(ada)
    for number in range(4):
        client.get(f"/risks/R-{number}")
    assert len(noted()) == 2
    client.post("/sign-out")
    sign_in(client, "nobody@example.org", "wrong")
    assert len(noted()) == (3 if of_whom == "one" else 2)


def test_a_refusal_that_cannot_be_noted_is_still_a_refusal(
    client: RegisterClient, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_refusal: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(refusals, "_write", fail)
    client.sign_in(ada)
    assert client.get("/risks/R-4711").status_code == 404
