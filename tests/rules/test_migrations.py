"""One head, and the tables that the migrations make are those of the models."""

from alembic.script import ScriptDirectory
from flask import Flask

from riskreg import migrate, standing


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(migrate.config()).get_heads()) == 1


def test_the_newest_file_is_named_by_the_head() -> None:
    assert standing.wanted_revision() == (
        ScriptDirectory.from_config(migrate.config()).get_current_head()
    )


def test_the_migrated_tables_are_those_of_the_models(app: Flask) -> None:
    assert migrate.differences() == []
    assert migrate.is_current()
