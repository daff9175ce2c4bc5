"""Bring the database's tables to the version of the program, and say whether they are."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from riskreg.db import Base, db, write_intent
from riskreg.paths import MIGRATIONS

LOCK_KEY = 7_274_832_019


def config() -> Config:
    """Alembic's configuration; there is no ini file."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("path_separator", "os")
    return settings


def upgrade() -> None:
    """Apply every missing migration; several processes at once wait for one another."""
    if db.engine.dialect.name == "sqlite":
        with write_intent():
            command.upgrade(config(), "head")
        return
    with db.engine.connect() as lock:
        lock.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK_KEY})
        try:
            command.upgrade(config(), "head")
        finally:
            lock.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK_KEY})


def revisions() -> tuple[str | None, str | None]:
    """(the database's revision, the program's revision)."""
    with db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, ScriptDirectory.from_config(config()).get_current_head()


def is_current() -> bool:
    """Whether the tables are those of this program."""
    current, head = revisions()
    return current is not None and current == head


def differences() -> list[str]:
    """Where the database's tables differ from the models; empty when they agree."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]
