"""One head, and the tables that the migrations make are those of the models."""

from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text

from riskreg import migrate, standing
from riskreg.db import db


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(migrate.config()).get_heads()) == 1


def test_the_newest_file_is_named_by_the_head() -> None:
    assert standing.wanted_revision() == (
        ScriptDirectory.from_config(migrate.config()).get_current_head()
    )


def test_the_migrated_tables_are_those_of_the_models(app: Flask) -> None:
    assert migrate.differences() == []
    assert migrate.is_current()


def test_a_difference_is_told_by_name(app: Flask) -> None:
    """Seen from inside a transaction that is taken back."""
    with db.engine.connect() as connection:
        for statement in ("DROP TABLE use_count", "ALTER TABLE person DROP COLUMN title"):
            connection.execute(text(statement))
        found = migrate.differences_on(connection)
        connection.rollback()
    assert found == [
        "missing table: use_count",
        "missing index: ix_use_count_began_at",
        "missing column: person.title",
    ]
