"""Snapshots and packs to test with; every factory commits."""

from pathlib import Path
from typing import Any

from flask import current_app

from riskreg.db import db, transaction
from riskreg.org.models import Person, Team
from riskreg.org.permissions import Actor
from riskreg.packs.engine import Pdf
from riskreg.packs.kinds import PackKind
from riskreg.packs.models import Pack, Snapshot
from riskreg.packs.services import ask_for_pack, freeze, keep_pdf
from riskreg.risks.services import install_matrix
from tests.factories import actor


def make_snapshot(
    doer: Person | Actor, team: Team, kind: PackKind = PackKind.TOP_TEN, **values: Any
) -> Snapshot:
    """What a person may see of a team, frozen."""
    who = doer if isinstance(doer, Actor) else actor(doer)
    with transaction():
        install_matrix(who)
        stored = db.session.get_one(Team, team.id)
        snapshot_id = freeze(who, kind=kind, team=stored, **values).id
    return db.session.get_one(Snapshot, snapshot_id)


def make_pack(person: Person, team: Team, kind: PackKind = PackKind.TOP_TEN, **values: Any) -> Pack:
    """A pack that was asked for and waits."""
    snapshot = make_snapshot(person, team, kind, **values)
    with transaction():
        pack_id = ask_for_pack(actor(person), db.session.get_one(Snapshot, snapshot.id)).id
    return db.session.get_one(Pack, pack_id)


def keep(pack: Pack, content: bytes = b"%PDF-1.7 made up") -> Path:
    """Give a pack a file, as the worker does."""
    home: Path = current_app.config["SETTINGS"].home
    with transaction():
        stored = db.session.get_one(Pack, pack.id)
        path = keep_pdf(stored, Pdf(content=content, page_count=3), home=home)
        db.session.execute(
            db.text("UPDATE job SET state = 'done' WHERE id = :id"), {"id": stored.job_id}
        )
    return path
