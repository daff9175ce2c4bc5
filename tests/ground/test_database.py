"""How the program talks to its database: safe modes, write locks, aware instants."""

from datetime import datetime, timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from riskreg.db import Base, db, journal_mode, transaction, wal_is_safe
from riskreg.lib.dates import now
from riskreg.org.models import Person, SetupCode
from riskreg.tables import missing
from tests.factories import make_person


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((4, 0, 0), True),
    ],
)
def test_write_ahead_only_with_a_repaired_library(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_every_change_waits_for_the_disk(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        assert db.session.scalar(text("SHOW transaction_isolation")) == "read committed"
        assert db.session.scalar(text("SHOW jit")) == "off"
        return
    assert db.session.scalar(text("PRAGMA synchronous")) == 2
    assert db.session.scalar(text("PRAGMA journal_mode")) == journal_mode().lower()
    assert db.session.scalar(text("PRAGMA foreign_keys")) == 1


def test_no_update_is_lost_between_twenty_writers(app: Flask) -> None:
    person_id = make_person().id

    def add_one() -> None:
        with app.app_context():
            with transaction():
                person = db.session.get_one(Person, person_id, with_for_update=True)
                person.title = str(int(person.title or "0") + 1)
            db.session.remove()

    threads = [Thread(target=add_one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.get_one(Person, person_id).title == "20"


def test_an_instant_comes_back_aware_and_equal(app: Flask) -> None:
    instant = datetime(2026, 3, 29, 3, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    with transaction():
        db.session.add(SetupCode(code_hash="a", created_at=instant, expires_at=instant))
    stored = db.session.scalars(select(SetupCode.created_at)).one()
    assert stored == instant
    assert stored.utcoffset() == timedelta(0)


def test_a_naive_instant_is_refused(app: Flask) -> None:
    db.session.add(
        SetupCode(code_hash="a", created_at=now().replace(tzinfo=None), expires_at=now())
    )
    with pytest.raises(StatementError, match="time zone"):
        db.session.flush()


@pytest.mark.asvs("v5.0.0-2.3.3")
def test_an_error_rolls_back_all_of_a_transaction(app: Flask) -> None:
    def fail_halfway() -> None:
        with transaction():
            db.session.add(SetupCode(code_hash="a", created_at=now(), expires_at=now()))
            raise KeyError

    with pytest.raises(KeyError):
        fail_halfway()
    assert db.session.scalars(select(SetupCode)).all() == []


def test_what_tables_lack_is_named(app: Flask) -> None:
    connection = db.session.connection()
    assert missing(connection, Base.metadata) == []
    connection.execute(text("ALTER TABLE person DROP COLUMN title"))
    connection.execute(text("DROP TABLE use_count"))
    assert missing(connection, Base.metadata) == [
        "no such table: use_count",
        "no such column: person.title",
    ]
    db.session.rollback()
