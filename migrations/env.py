"""Alembic's entry point: the models against the configured database."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from riskreg.db import Base, UTCDateTime, Word, db
from riskreg.migrate import is_compared


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our own column types in migrations as plain SQLAlchemy ones."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Word):
        return f"sa.String(length={item.impl.length})"
    return False


def run(connection: Connection) -> None:
    """Run the migrations on this connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        include_name=is_compared,
    )
    with context.begin_transaction():
        context.run_migrations()


with db.engine.connect() as _connection:
    run(_connection)
    _connection.commit()
