"""Writes of packs: freeze a snapshot, ask for its PDF, keep it."""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from riskreg.audit.plain import plain
from riskreg.audit.services import record
from riskreg.db import db, take_turn
from riskreg.errors import Conflict, Invalid, NotFound
from riskreg.jobs.kinds import JobState
from riskreg.jobs.models import Job
from riskreg.jobs.services import enqueue
from riskreg.lib.dates import local_day, now
from riskreg.lib.hashing import digest, sha256
from riskreg.lib.text import truncate
from riskreg.org.access import require, team_ids
from riskreg.org.confidential import KINDS, SNAPSHOT, Secret
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR, Actor, Permission
from riskreg.org.readers import note_taking
from riskreg.packs.engine import Pdf
from riskreg.packs.kinds import OTHER_TEAMS, PAPERS, PackKind, Recipe, Scope
from riskreg.packs.models import Pack, Snapshot
from riskreg.packs.queries import earlier_ten, pack_of_form, unfinished_packs
from riskreg.packs.recipes import RECIPES, SECTIONS
from riskreg.risks.chips import filter_words
from riskreg.risks.filters import RiskFilter
from riskreg.risks.matrices import current_matrix, matrix_of
from riskreg.risks.options import filter_options
from riskreg.risks.queries import view_of

TASK = "pack.make"
TITLE_CHARS_MAX = 200
UNFINISHED_MAX = 3
COMPARED_AFTER = timedelta(days=7)


def freeze(
    actor: Actor,
    *,
    kind: PackKind,
    team: Team,
    ref: str = "",
    filters: Mapping[str, str] | None = None,
) -> Snapshot:
    """Freeze what the actor may see of a team, or of one thing, into plain values.

    A pack about one thing belongs to that thing's team, which must be `team` or below it. The whole
    team reads a pack, so nothing confidential is in it; but where it is about one confidential
    thing, it is as confidential as that, and no other is in it. `filters` are the query values of
    a list. Equal contents give equal hashes. Raises Invalid for a missing ref, NotFound or
    Forbidden as the actor's roles say.
    """
    recipe = RECIPES[kind]
    item = _subject(actor, recipe, team, ref)
    secret: Secret | None = item.secret if item is not None else None
    actor = actor.privy_to_only(secret) if secret else actor.without_secrets()
    scope = _scope(actor, recipe, item or team, filters or {})
    require(actor, Permission.PACK_MAKE, scope.team, view=Permission.TEAM_VIEW)
    require(actor, recipe.needs, scope.team, view=Permission.TEAM_VIEW)
    sections, other_teams = _collect(actor, recipe, scope)
    data = _data(actor, kind, scope) | {"sections": sections}
    if secret:
        data["confidential"] = True
    snapshot = Snapshot(
        kind=kind,
        team=scope.team,
        subject_ref=scope.ref or _view_name(scope.filters),
        title=truncate(_title(recipe, sections), TITLE_CHARS_MAX),
        made_at=now(),
        made_by_id=actor.person_id,
        data=data,
        other_team_ids=other_teams,
        sha256=digest(data),
        **_about(item),
    )
    db.session.add(snapshot)
    db.session.flush()
    changes = {"kind": [None, kind.value], "sha256": [None, snapshot.sha256]}
    record(actor=actor, action="snapshot.freeze", subject=snapshot, changes=changes)
    if secret:
        note_taking(actor, [secret], file_name(snapshot))
    return snapshot


def _scope(actor: Actor, recipe: Recipe, about: Any, filters: Mapping[str, str]) -> Scope:
    """What is looked at: a team with the filters of its list, or one thing."""
    is_team = recipe.subject is None
    team, chosen = (about if is_team else about.team), _filters(recipe, filters)
    before = None
    if "changes" in recipe.sections and not chosen:
        before = earlier_ten(team, until=now() - COMPARED_AFTER)
    return Scope(
        team=team,
        on=local_day(now(), actor.timezone),
        ref="" if is_team else about.ref,
        filters=chosen,
        earlier=before.data if before else None,
    )


def _data(actor: Actor, kind: PackKind, scope: Scope) -> dict[str, Any]:
    """What every pack freezes beside its sections."""
    return {
        "kind": kind.value,
        "team": scope.team.name,
        "on": scope.on.isoformat(),
        "made_for": actor.name if actor.person_id else "",
        "filters": dict(scope.filters),
        "filter_words": _words(actor, scope),
        "lang": str(get_locale() or "en"),
        "matrix": matrix_of(current_matrix()).to_definition(),
    }


def ask_for_pack(
    actor: Actor, snapshot: Snapshot, *, paper: str = "A4", form_key: str | None = None
) -> Pack:
    """Ask for the PDF of a snapshot; a worker makes it. Raises Invalid, or Conflict when full."""
    if paper not in PAPERS:
        raise Invalid(_("Paper is A4 or Letter."), field="paper")
    _refuse_more(actor)
    pack = Pack(
        snapshot=snapshot,
        team_id=snapshot.team_id,
        risk_id=snapshot.risk_id,
        incident_id=snapshot.incident_id,
        review_id=snapshot.review_id,
        paper=paper,
        form_key=form_key,
        asked_at=now(),
        asked_by_id=actor.person_id,
    )
    db.session.add(pack)
    db.session.flush()
    _enqueue(actor, pack)
    changes: dict[str, list[Any]] = {"kind": [None, snapshot.kind], "snapshot": [None, snapshot.id]}
    record(actor=actor, action="pack.ask", subject=pack, changes=changes)
    return pack


def asked_with(actor: Actor, form_key: str | None) -> Pack | None:
    """The pack that this form has asked for already, so that a second click asks for nothing."""
    if not form_key:
        return None
    take_turn(f"Pack:{form_key}")
    return pack_of_form(form_key, actor.person_id)


def make_again(actor: Actor, pack: Pack) -> Pack:
    """Ask anew for a pack that failed or whose file was put away; the snapshot is the same one."""
    require(actor, Permission.PACK_MAKE, pack.snapshot, view=Permission.PACK_VIEW)
    job = db.session.get(Job, pack.job_id) if pack.job_id else None
    if job is not None and job.state in {JobState.WAITING, JobState.RUNNING}:
        return pack
    if pack.file_name:
        raise Conflict(_("This pack is ready; there is nothing to make again."))
    _refuse_more(actor)
    _enqueue(actor, pack)
    record(actor=actor, action="pack.make_again", subject=pack)
    return pack


def keep_pdf(pack: Pack, pdf: Pdf, *, home: Path) -> Path:
    """Keep the finished PDF in the data folder and note what it is.

    It is written beside its place first: whoever is reading the old file reads on in it.
    """
    path = file_path(pack, home)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pdf.content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    fingerprint = sha256(pdf.content)
    changes: dict[str, list[Any]] = {
        "sha256": [pack.sha256, fingerprint],
        "page_count": [pack.page_count, pdf.page_count],
    }
    pack.ready_at = now()
    pack.file_name = file_name(pack.snapshot)
    pack.sha256 = fingerprint
    pack.size_bytes = len(pdf.content)
    pack.page_count = pdf.page_count
    db.session.flush()
    record(actor=SYSTEM_ACTOR, action="pack.make", subject=pack, changes=changes)
    return path


def put_away(pack: Pack, *, home: Path) -> None:
    """Delete the file; the snapshot stays and gives the same file again."""
    file_path(pack, home).unlink(missing_ok=True)
    changes = {"file_name": [pack.file_name, ""]}
    pack.file_name = ""
    record(actor=SYSTEM_ACTOR, action="pack.put_away", subject=pack, changes=changes)


def file_path(pack: Pack, home: Path) -> Path:
    """Where the pack's file lies."""
    return home / "packs" / f"{pack.id}.pdf"


def file_name(snapshot: Snapshot) -> str:
    """What the download is called: riskreg-top-ten-payments-2026-11-23.pdf."""
    slug = db.session.scalar(select(Team.slug).where(Team.id == snapshot.team_id)) or "team"
    about = snapshot.subject_ref.lower() if RECIPES[PackKind(snapshot.kind)].needs_ref else slug
    return "-".join(["riskreg", snapshot.kind, about, snapshot.data["on"]]) + ".pdf"


def _subject(actor: Actor, recipe: Recipe, team: Team, ref: str) -> Any:
    """The one thing it is about; None for a pack of a team."""
    if recipe.subject is None:
        return None
    if not ref:
        raise Invalid(_("Say which one this pack is about, such as R-12."), field="ref")
    row = recipe.subject(actor, ref)
    if not row.team.path.startswith(team.path):
        raise NotFound(_("%(ref)s does not belong to %(team)s.", ref=row.ref, team=team.name))
    return row


def _about(item: Any) -> dict[str, int]:
    """The number of the one thing it is about, in the column for its kind."""
    if item is None:
        return {}
    return {KINDS[item.__tablename__].parts[SNAPSHOT]: item.id}


def _filters(recipe: Recipe, filters: Mapping[str, str]) -> dict[str, str]:
    """Those that narrow the list, checked; the team is not one of them."""
    if not recipe.takes_filters:
        return {}
    chosen = RiskFilter.from_args(filters).to_args()
    chosen.pop("team", None)
    return chosen


def _words(actor: Actor, scope: Scope) -> list[list[str]]:
    """The filters as people read them: names do not stay what they were."""
    if not scope.filters:
        return []
    criteria = RiskFilter.from_args({**scope.filters, "team": scope.team.slug})
    view = view_of(actor, criteria, today=scope.on)
    named = team_ids(actor, Permission.SYSTEM_VIEW, below=scope.team)
    options = filter_options(view, None if named is None else tuple(named))
    found = filter_words(criteria, options, matrix_of(current_matrix()))
    return [[str(name), str(value)] for name, value in found]


def _view_name(filters: Mapping[str, str]) -> str:
    """What tells the snapshot of a filtered view from that of the whole, for comparing packs."""
    return truncate("&".join(f"{name}={value}" for name, value in sorted(filters.items())), 120)


def _collect(actor: Actor, recipe: Recipe, scope: Scope) -> tuple[dict[str, Any], list[int]]:
    sections: dict[str, Any] = {}
    other_teams: set[int] = set()
    for key in recipe.sections:
        collected = SECTIONS[key].collect(actor, scope)
        if collected is not None:
            other_teams.update(collected.pop(OTHER_TEAMS, ()))
            sections[key] = plain(collected)
    return sections, sorted(other_teams)


def _title(recipe: Recipe, sections: Mapping[str, Any]) -> str:
    """The kind, or for one thing what its cover says: Risk R-12, Picking stops …"""
    cover = recipe.cover(sections)
    return f"{cover['title']}, {cover['sentence']}" if "title" in cover else recipe.title()


def _refuse_more(actor: Actor) -> None:
    if actor.person_id and unfinished_packs(actor.person_id) >= UNFINISHED_MAX:
        raise Conflict(
            _(
                "%(n)s packs of yours are still being made. Wait for one of them to be finished.",
                n=UNFINISHED_MAX,
            )
        )


def _enqueue(actor: Actor, pack: Pack) -> None:
    payload = {"pack_id": pack.id}
    job = enqueue(TASK, payload, team_id=pack.team_id, asked_by_id=actor.person_id, max_attempts=2)
    pack.job_id = job.id
    db.session.flush()
