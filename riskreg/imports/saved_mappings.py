"""Mappings kept under a name: save one, read one; used by the pages and the command."""

from __future__ import annotations

from sqlalchemy import select

from riskreg.audit.services import record
from riskreg.db import db
from riskreg.errors import Invalid, NotFound
from riskreg.imports.decisions import Decisions
from riskreg.imports.models import SavedMapping
from riskreg.imports.texts import gettext as _
from riskreg.lib.dates import now
from riskreg.lib.text import TextError, clean_line
from riskreg.org.permissions import Actor

KIND = "risks"
MAPPING_NAME_CHARS_MAX = 80


def save_mapping(actor: Actor, name: str, decisions: Decisions) -> SavedMapping:
    """Keep decisions under a name, in place of those it had; raises Invalid without a name."""
    try:
        name = clean_line(name, max_chars=MAPPING_NAME_CHARS_MAX)
    except TextError as error:
        raise Invalid(_("This name is too long."), field="name") from error
    if not name:
        raise Invalid(_("Give the mapping a name."), field="name")
    saved = _mapping_named(name)
    old = saved.mapping if saved else None
    new = {**decisions.as_json(), "sheet": None}
    if saved is None:
        saved = SavedMapping(kind=KIND, name=name, created_at=now(), created_by_id=actor.person_id)
        db.session.add(saved)
    if old != new:
        saved.mapping = new
        db.session.flush()
        changes = {"name": [None, name]} if old is None else {"mapping": [old, new]}
        record(actor=actor, action="import.save-mapping", subject=saved, changes=changes)
    return saved


def mapping_exists(name: str) -> bool:
    """Whether decisions are kept under a name."""
    return _mapping_named(name) is not None


def decisions_saved_as(name: str) -> Decisions:
    """The decisions kept under a name; NotFound naming those there are."""
    saved = _mapping_named(name)
    if saved is None:
        names = db.session.scalars(select(SavedMapping.name).order_by(SavedMapping.name)).all()
        raise NotFound(
            _(
                "There is no saved mapping called “%(name)s”; there are: %(names)s.",
                name=name,
                names=", ".join(names) or _("none yet"),
            )
        )
    return Decisions.from_json(saved.mapping)


def _mapping_named(name: str) -> SavedMapping | None:
    return db.session.scalar(
        select(SavedMapping).where(SavedMapping.kind == KIND, SavedMapping.name == name)
    )
