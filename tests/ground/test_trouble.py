"""A database in trouble: a sentence and 503, never a crash, and work goes on by itself after."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from riskreg import create_app
from riskreg.audit.chain import LOCK_KEY
from riskreg.db import db, transaction, write_intent
from riskreg.org.kinds import Scope
from riskreg.org.models import Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.models import Risk
from riskreg.risks.services import install_matrix
from riskreg.settings import Settings
from riskreg.waiting_line import line_before
from riskreg.web import health
from tests.api.conftest import make_token
from tests.client import RegisterClient
from tests.factories import make_person, make_team

LONG = "A sentence that needs room. " * 300
GIVEN = {
    "title": "During",
    "kind": "security",
    "team": "root",
    "treatment": "undecided",
    "system": "",
    "owner": "",
}


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A register whose connections can be given commands before each use."""

    app: Flask
    client: RegisterClient

    @contextmanager
    def every_connection(self, *commands: str) -> Iterator[None]:
        """Inside, each connection is told this before it is used; afterwards all are new."""

        def tell(connection: Any, *_rest: Any) -> None:
            with connection.cursor() as cursor:
                for command in commands:
                    cursor.execute(command)

        def tell_sqlite(connection: Any, *_rest: Any) -> None:
            for command in commands:
                connection.execute(command).close()

        with self.app.app_context():
            engine = db.engine
        chosen = tell_sqlite if engine.dialect.name == "sqlite" else tell
        sa.event.listen(engine, "checkout", chosen)
        try:
            yield
        finally:
            sa.event.remove(engine, "checkout", chosen)
            engine.dispose()

    def file(self, title: str) -> TestResponse:
        """File a risk that needs new pages of the database."""
        return self.client.post("/risks/new", data={**GIVEN, "title": title, "description": LONG})

    def titles(self) -> list[str]:
        """What is really there."""
        return list(db.session.scalars(sa.select(Risk.title).order_by(Risk.id)))


@pytest.fixture
def trouble(app: Flask, settings: Settings) -> Iterator[Trouble]:
    """As it is served: what fails at the commit is not let through to the test."""
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    person = make_person(make_team("Root"))
    served = create_app(replace(settings, testing=False))
    served.config["WTF_CSRF_ENABLED"] = False
    yield Trouble(app=served, client=RegisterClient(served).sign_in(person))
    with served.app_context():
        db.engine.dispose()


def assert_told(answer: TestResponse, sentence: str) -> None:
    """A page for a person, with all its headers, that says when to come back."""
    assert answer.status_code == 503
    assert sentence in answer.text
    assert "Nothing was saved" in answer.text
    assert answer.headers["Retry-After"] == "5"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def commands_of(kind: str) -> list[str]:
    """What puts a connection into trouble."""
    if db.engine.dialect.name == "postgresql":
        return {
            "read-only": ["SET TRANSACTION READ ONLY"],
            "locked": ["SET lock_timeout = '50ms'"],
        }.get(kind) or pytest.skip("needs a full disk")
    if kind == "full":
        return [f"PRAGMA max_page_count = {_pages()}"]
    return {
        "read-only": ["PRAGMA query_only = ON"],
        "locked": ["PRAGMA busy_timeout = 50"],
    }[kind]


def _pages() -> int:
    """How many the file has, after those that are free were taken out of it."""
    db.session.rollback()
    connection: Any = db.engine.raw_connection()  # outside of any transaction, as VACUUM demands
    try:
        connection.cursor().execute("VACUUM")
    finally:
        connection.close()
    pages: int = db.session.scalar(sa.text("PRAGMA page_count"))
    db.session.rollback()
    return pages


@contextmanager
def held_by_another(kind: str) -> Iterator[None]:
    """Where it is about a lock, somebody else has it."""
    with db.engine.connect() as connection:
        if kind == "locked" and db.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif kind == "locked":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_KEY)))
        yield


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("full", "The disk of the database is full."),
        ("read-only", "The database can only be read just now."),
        ("locked", "Others are saving just now."),
    ],
)
@pytest.mark.asvs("v5.0.0-16.5.3")
def test_nothing_is_saved_and_then_work_goes_on(trouble: Trouble, kind: str, sentence: str) -> None:
    assert trouble.file("Before").status_code == 303
    with held_by_another(kind), trouble.every_connection(*commands_of(kind)):
        assert_told(trouble.file("During"), sentence)
        assert trouble.client.get("/risks").status_code == 200  # reading goes on
    assert trouble.file("After").status_code == 303
    assert trouble.titles() == ["Before", "After"]


def test_a_line_that_does_not_move_on_is_left(
    trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("is about SQLite")
    monkeypatch.setattr("riskreg.db.IN_LINE_SECONDS", 0.01)
    with write_intent(), db.engine.begin(), trouble.every_connection(*commands_of("locked")):
        assert_told(trouble.file("While another writes"), "Others are saving just now.")
    turn = line_before(db.engine.url.database).wait(0)
    assert turn is not None
    assert trouble.file("While another, who has the turn, stands still").status_code == 303
    turn.end()
    assert len(trouble.titles()) == 1


def test_a_file_that_cannot_be_opened_is_told(trouble: Trouble) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("is about SQLite")
    assert trouble.file("Before").status_code == 303
    with trouble.app.app_context():
        db.engine.dispose()
        folder = Path(str(db.engine.url.database)).parent
    db.session.remove()
    db.engine.dispose()
    away = folder.rename(folder.with_name("away"))
    try:
        for answer in (trouble.client.get("/risks"), trouble.file("During")):
            assert_told(answer, "The file of the database cannot be opened just now.")
    finally:
        away.rename(folder)
    assert trouble.file("After").status_code == 303
    assert trouble.titles() == ["Before", "After"]


@pytest.mark.asvs("v5.0.0-16.5.2")
def test_a_database_that_is_gone_is_told_and_found_again(trouble: Trouble) -> None:
    broken = "SELECT no_such_function_here()"
    if db.engine.dialect.name == "postgresql":
        broken = "SELECT pg_terminate_backend(pg_backend_pid())"
    with trouble.every_connection(broken):
        assert_told(trouble.client.get("/risks"), "The database does not answer just now.")
        assert trouble.client.get("/readyz").status_code == 503
        assert trouble.client.get("/healthz").status_code == 200
    assert trouble.client.get("/risks").status_code == 200
    assert trouble.client.get("/readyz").status_code == 200


def test_who_reads_does_not_notice_a_connection_that_is_lost_once(trouble: Trouble) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("has no server that ends connections")
    ends, left = "SELECT pg_terminate_backend(pg_backend_pid())", list[str]()
    with trouble.app.app_context():
        engine = db.engine

    def end_once(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if left and "FROM risk" in statement:
            cursor.connection.cursor().execute(left.pop())

    sa.event.listen(engine, "before_cursor_execute", end_once)
    try:
        assert trouble.file("Before").status_code == 303
        left.append(ends)
        assert "Before" in trouble.client.get("/risks").text
        assert left == []
        left.append(ends)
        assert_told(trouble.file("Before"), "The database does not answer just now.")
    finally:
        sa.event.remove(engine, "before_cursor_execute", end_once)
        engine.dispose()


def test_a_program_is_told_too(trouble: Trouble) -> None:
    with trouble.every_connection(*commands_of("read-only")):
        accept = {"Accept": "application/json"}
        answer = trouble.client.post("/risks/new", data=GIVEN, headers=accept)
    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"
    assert "Nothing was saved" in answer.get_json()["detail"]


def test_a_program_with_a_token_goes_on_reading(trouble: Trouble) -> None:
    person, team = db.session.scalars(sa.select(Person)).one(), db.session.scalars(sa.select(Team))
    headers = {"Authorization": f"Bearer {make_token(person, team.one(), Scope.WRITE)[1]}"}
    new = {"title": "During", "kind": "security", "team": "root"}
    with trouble.every_connection(*commands_of("read-only")):
        refused = trouble.client.post("/api/v1/risks", json=new, headers=headers)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert trouble.client.get("/api/v1/risks", headers=headers).status_code == 200
    assert trouble.client.post("/api/v1/risks", json=new, headers=headers).status_code == 201


def test_it_is_not_ready_where_it_cannot_write(
    trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name == "postgresql":
        with trouble.every_connection("SET TRANSACTION READ ONLY"):
            assert trouble.client.get("/readyz").status_code == 503
        return
    free = shutil.disk_usage("/").free
    monkeypatch.setattr(health, "MIN_FREE_BYTES", free * 1_000)
    answer = trouble.client.get("/readyz", headers={"Accept": "application/json"})
    assert answer.get_json()["detail"] == "The disk of the database is full."
    monkeypatch.undo()
    monkeypatch.setattr("os.access", lambda *_asked: False)
    answer = trouble.client.get("/readyz", headers={"Accept": "application/json"})
    assert answer.get_json()["detail"] == "The database can only be read just now."
