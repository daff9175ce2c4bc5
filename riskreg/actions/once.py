"""One form, one row: a form that is sent twice makes one thing."""

import secrets
from typing import TypeVar

from sqlalchemy import String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.db import db


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
    """The row that a form with this key has made already."""
    if not form_key:
        return None
    return db.session.scalar(select(table).where(table.form_key == form_key))


def add_once(row: Row) -> Row:
    """Store a new row; returns the one that another request made faster from the same form."""
    if row.form_key is None:
        db.session.add(row)
        db.session.flush()
        return row
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        faster = made_with(type(row), row.form_key)
        if faster is None:
            raise
        return faster
    return row
