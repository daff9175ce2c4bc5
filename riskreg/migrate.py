"""Bring the database's tables to the version of the program, and say whether they are."""

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.schema import SchemaItem

from riskreg.db import Base, db, write_intent
from riskreg.paths import MIGRATIONS
from riskreg.tables import BY_HAND, missing_by_hand

DIFFERENCE = {"add": "missing", "remove": "unknown", "modify": "different"}
LOCK_KEY = 7_274_832_019

# What models do not know is left out of the comparison and asked for by name.
_LEFT_OUT = {
    *BY_HAND["postgresql"],
    "risk_words",
    *(f"risk_words_{part}" for part in ("data", "idx", "docsize", "config", "content")),
}


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
        db.engine.dispose()  # a connection that made tables prepares long statements each time
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
        return differences_on(connection)


def differences_on(connection: Connection) -> list[str]:
    """The same, as one connection sees it."""
    options = {"compare_type": True, "include_name": is_compared}
    found = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    missing = [f"missing object: {name}" for name in missing_by_hand(connection)]
    return [*map(_told, found), *missing]


def _told(found: Any) -> str:
    """What Alembic found, by name: "missing column: person.title"."""
    if isinstance(found, list):
        return ", ".join(map(_told, found))
    verb, _, kind = found[0].partition("_")
    named = [part for part in found[1:] if isinstance(part, (str, SchemaItem))]
    names = [part if isinstance(part, str) else str(getattr(part, "name", "")) for part in named]
    return f"{DIFFERENCE[verb]} {kind}: {'.'.join(names)}"


def is_compared(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether the models are asked about a name in the database."""
    return name not in _LEFT_OUT
