"""riskreg db copy: the register in another database is the same register, or nothing is there."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from riskreg.cli import build_parser
from riskreg.commands import move
from riskreg.commands.copies import contents_of
from riskreg.commands.move import run_copy
from riskreg.db import db, sqlite_module, transaction
from riskreg.errors import Conflict, SettingsError
from riskreg.jobs.kinds import JobState
from riskreg.jobs.models import Job
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.services import create_person, grant_role
from tests import postgres
from tests.commands import riskreg
from tests.factories import make_team

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@pytest.fixture
def register(app: Flask) -> Team:
    """Teams that point forward and to themselves, odd words, instants, missing and null values."""
    root = make_team("Root")
    late = make_team("Late", parent=root)
    early = make_team("Payments", parent=root)
    with transaction():
        db.session.get_one(Team, late.id).parent_id = early.id
        person = create_person(SYSTEM_ACTOR, name="Ünï\\cödé 🙈", email="ada@example.org")
        grant_role(SYSTEM_ACTOR, person, root, Role.ENGINEER)
        for payload, more in (({"n": 1.0, "t": "é"}, {}), ({}, {"result": None})):
            values = {"created_at": now(), "run_at": now(), "state": JobState.DONE}
            db.session.add(Job(task="sample", payload=payload, **values, **more))
    return root


@pytest.fixture
def target(app: Flask, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the other kind."""
    if OTHER[db.engine.dialect.name] == "sqlite":
        (tmp_path / "other").mkdir()
        yield f"sqlite:///{tmp_path / 'other' / 'riskreg.db'}"
        return
    if postgres.ensure_server() is None:
        pytest.skip(postgres.missing_reason())
    name = f"riskreg_moved_{os.getpid()}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


def opened(url: str) -> sa.Engine:
    module = {"module": sqlite_module()} if url.startswith("sqlite") else {}
    return sa.create_engine(url, poolclass=sa.NullPool, **module)


def copy(target: str, *options: str) -> int:
    return run_copy(build_parser().parse_args(["db", "copy", "--to", target, *options]))


def test_all_of_it_is_there_and_work_goes_on(
    app: Flask, register: Team, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert copy(target, "--format", "json") == 0
    told: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["data"]
    with db.engine.connect() as here, opened(target).connect() as there:
        assert contents_of(there) == contents_of(here)
        assert {table["table"]: table["rows"] for table in told} | {"alembic_version": 1} == (
            contents_of(here).tables
        )
        null = "SELECT count(*) FROM job WHERE CAST(result AS TEXT) = 'null'"
        assert [side.scalar(sa.text(null)) for side in (here, there)] == [1, 1]
    environ = {"RISKREG_HOME": str(app.config["SETTINGS"].home), "RISKREG_DATABASE_URL": target}
    for command in ("db check", "audit verify", "user add new@example.org --team root"):
        assert riskreg(*command.split(), environ=os.environ | environ).status == 0


def test_a_database_that_holds_data_is_left_alone(app: Flask, register: Team, target: str) -> None:
    copy(target)
    with pytest.raises(Conflict, match=r"It holds data already \(table audit_entry\)"):
        copy(target)


def test_another_programs_database_is_left_alone(app: Flask, register: Team, target: str) -> None:
    with opened(target).begin() as connection:
        connection.execute(sa.text("CREATE TABLE theirs (id INTEGER)"))
    with pytest.raises(Conflict, match=r"tables of something else in it \(such as theirs\)"):
        copy(target)
    with opened(target).connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["theirs"]


def test_what_is_no_address_is_refused(app: Flask, register: Team) -> None:
    with pytest.raises(SettingsError, match="RISKREG_DATABASE_URL must be sqlite"):
        copy("mysql://localhost/riskreg")


def test_where_anything_differs_nothing_is_copied(
    app: Flask, register: Team, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.config["SETTINGS"]
    true_rows = move._rows

    def without_the_last(table: sa.Table, connection: sa.Connection) -> Any:
        rows = list(true_rows(table, connection))
        return rows[:-1] if table.name == "person" else rows

    monkeypatch.setattr(move, "_rows", without_the_last)
    goal = settings.with_database(target)
    move._prepare(goal)
    with (
        move._engine(settings) as here,
        move._engine(goal) as there,
        pytest.raises(Conflict, match="Table person came out different"),
    ):
        move.copy_all(here, there)
    with opened(target).connect() as connection:
        assert {n for t, n in contents_of(connection).tables.items() if t != "alembic_version"} == {
            0
        }
    monkeypatch.undo()
    with move._engine(settings) as here, move._engine(goal) as there:
        assert sum(table.rows for table in move.copy_all(here, there)) > 5


def test_a_trail_that_is_not_sound_is_told(app: Flask, register: Team, target: str) -> None:
    with transaction():
        db.session.execute(sa.text("UPDATE audit_entry SET note = 'x' WHERE id = 1"))
    with pytest.raises(Conflict, match="The trail is not sound: Entry 1 "):
        copy(target)
