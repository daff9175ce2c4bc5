"""Checklists as files: reading one, publishing it as a version, and its translations."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask_babel import get_locale
from sqlalchemy import select

from riskreg.audit.services import record
from riskreg.db import db
from riskreg.lib.dates import now
from riskreg.lib.shipped import read
from riskreg.org.permissions import Actor
from riskreg.reviews.kinds import Level, Severity
from riskreg.reviews.models import Checklist, ChecklistVersion, Statement
from riskreg.risks.kinds import Kind

CONTENT = Path(__file__).parent / "content"
SHIPPED = CONTENT / "operability.yaml"


@dataclass(frozen=True, kw_only=True)
class Words:
    """The texts of a statement in the reader's language."""

    area: str
    area_about: str
    text: str
    evidence_asked: str
    guidance: str
    title: str
    cause: str
    event: str
    consequence: str


def install_checklist(actor: Actor, *, path: Path = SHIPPED) -> ChecklistVersion:
    """Publish the checklist of a file, unless this version of it is published already.

    A published version is never edited: what changes in the file must come with a new number.
    """
    content = read(path)
    checklist = _checklist(content)
    version = db.session.scalar(
        select(ChecklistVersion).where(
            ChecklistVersion.checklist_id == checklist.id,
            ChecklistVersion.number == content["version"],
        )
    )
    return version or _publish(actor, checklist, content)


def current_version(key: str = "operability") -> ChecklistVersion | None:
    """The newest version of a checklist, which new reviews are made against; None before set-up."""
    return db.session.scalar(
        select(ChecklistVersion)
        .join(Checklist)
        .where(Checklist.key == key)
        .order_by(ChecklistVersion.number.desc())
        .limit(1)
    )


def words_of(statement: Statement, texts: Mapping[str, Any] | None = None) -> Words:
    """The statement's texts; `texts` is a translation, which may leave out any of them."""
    texts = texts or {}
    area = texts.get("areas", {}).get(statement.area_key, {})
    own = texts.get("statements", {}).get(statement.code, {})
    risk = own.get("risk", {})
    return Words(
        area=area.get("name", statement.area),
        area_about=area.get("about", statement.area_about),
        text=own.get("text", statement.text),
        evidence_asked=own.get("evidence", statement.evidence_asked),
        guidance=own.get("guidance", statement.guidance),
        title=risk.get("title", statement.seed_title),
        cause=risk.get("cause", statement.seed_cause),
        event=risk.get("event", statement.seed_event),
        consequence=risk.get("consequence", statement.seed_consequence),
    )


def translation(key: str, language: str | None = None, folder: Path = CONTENT) -> Mapping[str, Any]:
    """The texts of a checklist in a language (default: the reader's); empty without a file."""
    return _translation(folder / f"{key}.{language or get_locale() or 'en'}.yaml")


@lru_cache(maxsize=32)
def _translation(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    texts: dict[str, Any] = read(path)
    return texts


def _checklist(content: Mapping[str, Any]) -> Checklist:
    checklist = db.session.scalar(select(Checklist).where(Checklist.key == content["key"]))
    if checklist is None:
        checklist = Checklist(
            key=content["key"], name=content["title"], description=content.get("summary", "")
        )
        db.session.add(checklist)
        db.session.flush()
    return checklist


def _publish(actor: Actor, checklist: Checklist, content: Mapping[str, Any]) -> ChecklistVersion:
    version = ChecklistVersion(
        checklist_id=checklist.id,
        number=content["version"],
        published_at=now(),
        practices=dict(content.get("practices", {})),
    )
    version.statements = [
        _statement(position, area, entry, content["effort_days"])
        for position, (area, entry) in enumerate(
            ((area, entry) for area in content["areas"] for entry in area["statements"]), start=1
        )
    ]
    db.session.add(version)
    db.session.flush()
    record(
        actor=actor,
        action="checklist.publish",
        subject=version,
        changes={"version": [None, f"{checklist.key} {version.number}"]},
    )
    return version


def _statement(
    position: int, area: Mapping[str, Any], entry: Mapping[str, Any], days: Mapping[str, int]
) -> Statement:
    seed, risk = entry["seed"], entry["risk"]
    return Statement(
        position=position,
        code=entry["id"],
        area_key=area["id"],
        area=area["name"],
        area_about=area.get("about", ""),
        text=entry["text"],
        guidance=entry.get("guidance", ""),
        severity=Severity(entry["severity"]),
        level=Level(entry["level"]),
        evidence_asked=entry.get("evidence", ""),
        max_age_months=entry["max_age_months"],
        is_starred=entry.get("starred", False),
        seed_impact=seed["impact"],
        seed_likelihood=seed["likelihood"],
        seed_effort_days=days[seed["effort"]],
        seed_kind=Kind(risk["kind"]),
        seed_title=risk["title"],
        seed_cause=risk["cause"],
        seed_event=risk["event"],
        seed_consequence=risk["consequence"],
    )
