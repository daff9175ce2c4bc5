"""Writes of packs: freeze a snapshot, ask for its PDF, make it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from riskreg.audit.services import plain, record
from riskreg.db import db
from riskreg.errors import Invalid
from riskreg.jobs.services import enqueue
from riskreg.lib.dates import local_day, now
from riskreg.lib.hashing import digest, sha256
from riskreg.metrics.matrix import Matrix
from riskreg.org.access import require
from riskreg.org.models import Team
from riskreg.org.permissions import Actor, Permission
from riskreg.packs.engine import Pdf
from riskreg.packs.kinds import PackKind, Scope
from riskreg.packs.models import Pack, Snapshot
from riskreg.packs.recipes import RECIPES, SECTIONS
from riskreg.risks.matrices import current_matrix, matrix_of

PAPERS = ("A4", "Letter")
TASK = "pack.make"


def freeze(
    actor: Actor,
    *,
    kind: PackKind,
    team: Team,
    ref: str = "",
    filters: Mapping[str, str] | None = None,
) -> Snapshot:
    """Freeze what the actor may see of a team, or of one thing, into plain values.

    Equal contents give equal hashes. Raises Invalid for a missing ref, NotFound or Forbidden as
    the actor's roles say.
    """
    require(actor, Permission.PACK_MAKE, team, view=Permission.TEAM_VIEW)
    recipe = RECIPES[kind]
    if recipe.needs_ref and not ref:
        raise Invalid(_("Say which one this pack is about, such as R-12."), field="ref")
    scope = Scope(team=team, on=local_day(now(), actor.timezone), ref=ref, filters=filters or {})
    sections: dict[str, Any] = {}
    for key in recipe.sections:
        collected = SECTIONS[key].collect(actor, scope)
        if collected is not None:
            sections[key] = plain(collected)
    data = {
        "kind": kind.value,
        "team": team.name,
        "on": scope.on.isoformat(),
        "made_for": actor.name,
        "filters": dict(scope.filters),
        "matrix": current_definition(),
        "sections": sections,
    }
    snapshot = Snapshot(
        kind=kind,
        team_id=team.id,
        subject_ref=ref,
        title=recipe.title(),
        made_at=now(),
        made_by_id=actor.person_id,
        data=data,
        sha256=digest(data),
    )
    db.session.add(snapshot)
    db.session.flush()
    return snapshot


def ask_for_pack(actor: Actor, snapshot: Snapshot, *, paper: str = "A4") -> Pack:
    """Ask for the PDF of a snapshot; a worker makes it."""
    if paper not in PAPERS:
        raise Invalid(_("Paper is A4 or Letter."), field="paper")
    pack = Pack(
        snapshot=snapshot,
        team_id=snapshot.team_id,
        paper=paper,
        asked_at=now(),
        asked_by_id=actor.person_id,
    )
    db.session.add(pack)
    db.session.flush()
    job = enqueue(
        TASK,
        {"pack_id": pack.id},
        team_id=pack.team_id,
        asked_by_id=actor.person_id,
        max_attempts=2,
    )
    pack.job_id = job.id
    db.session.flush()
    record(
        actor=actor,
        action="pack.ask",
        subject=pack,
        changes={"kind": [None, snapshot.kind], "snapshot": [None, snapshot.sha256]},
    )
    return pack


def keep_pdf(pack: Pack, pdf: Pdf, *, home: Path) -> Path:
    """Keep the finished PDF in the data folder and note what it is."""
    folder = home / "packs"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{pack.id}.pdf"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pdf.content)
    pack.ready_at = now()
    pack.file_name = file_name(pack.snapshot)
    pack.sha256 = sha256(pdf.content)
    pack.size_bytes = len(pdf.content)
    pack.page_count = pdf.page_count
    db.session.flush()
    return path


def file_name(snapshot: Snapshot) -> str:
    """What the download is called: riskreg-top-ten-payments-2026-11-23.pdf."""
    slug = db.session.scalar(select(Team.slug).where(Team.id == snapshot.team_id)) or "team"
    parts = ["riskreg", snapshot.kind, snapshot.subject_ref.lower() or slug, snapshot.data["on"]]
    return "-".join(parts) + ".pdf"


def current_definition() -> dict[str, Any]:
    """The matrix as it is now, to be printed in the definitions whatever becomes of it later."""
    matrix: Matrix = matrix_of(current_matrix())
    return matrix.to_definition()
