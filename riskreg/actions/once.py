"""One form, one row: a form that is sent twice makes one thing."""

import secrets
from typing import TypeVar

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.db import db, take_turn


class MadeOnce:
    """Of a table whose rows are made by forms: the key of the form, None for those made otherwise.

    Named before the base class in the bases of a model.
    """

    form_key: Mapped[str | None] = mapped_column(String(64), unique=True, sort_order=99)


Row = TypeVar("Row", bound=MadeOnce)


def new_form_key() -> str:
    """A key for an empty form, which nobody can guess."""
    return secrets.token_urlsafe(16)


def made_with(table: type[Row], form_key: str | None) -> Row | None:
    """The row that a form with this key has made already.

    Until the transaction ends nobody else makes one with this key.
    """
    if not form_key:
        return None
    take_turn(f"{table.__name__}:{form_key}")
    return db.session.scalar(select(table).where(table.form_key == form_key))
