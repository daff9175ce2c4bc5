"""Publishing the checklist that ships, and its translations."""

from pathlib import Path

import yaml
from flask import Flask
from sqlalchemy import func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.reviews.checklists import (
    SHIPPED,
    current_version,
    install_checklist,
    translation,
    words_of,
)
from riskreg.reviews.models import ChecklistVersion, Statement


def installed(path: Path = SHIPPED) -> ChecklistVersion:
    with transaction():
        version = install_checklist(SYSTEM_ACTOR, path=path)
    return db.session.get_one(ChecklistVersion, version.id)


def changed_file(folder: Path, number: int, text: str) -> Path:
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    content["version"] = number
    content["areas"][0]["statements"][0]["text"] = text
    path = folder / "operability.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def test_publishes_56_statements_in_13_areas(app: Flask) -> None:
    version = installed()
    assert len(version.statements) == 56
    assert len({statement.area_key for statement in version.statements}) == 13
    assert version.practices == {"ci": "chg-1", "canary": "chg-3", "synthetic": "syn-1"}


def test_keeps_what_a_statement_seeds(app: Flask) -> None:
    statement = next(each for each in installed().statements if each.code == "chg-5")
    assert (statement.severity, statement.level, statement.max_age_months) == (
        "blocker",
        "bronze",
        6,
    )
    assert (statement.seed_impact, statement.seed_likelihood) == (4, 4)
    assert (statement.seed_effort_days, statement.seed_kind) == (10, "operational")


def test_publishing_again_changes_nothing(app: Flask) -> None:
    first, second = installed(), installed()
    assert first.id == second.id
    assert db.session.scalar(select(func.count(Statement.id))) == 56
    acts = select(func.count(AuditEntry.id)).where(AuditEntry.action == "checklist.publish")
    assert db.session.scalar(acts) == 1


def test_the_same_number_never_edits_what_is_published(app: Flask, tmp_path: Path) -> None:
    installed()
    version = installed(changed_file(tmp_path, 1, "Something else is true."))
    assert version.statements[0].text.startswith("One team owns the system")


def test_a_new_number_is_a_new_version(app: Flask, tmp_path: Path) -> None:
    old = installed()
    new = installed(changed_file(tmp_path, 2, "Something else is true."))
    assert (new.number, new.statements[0].text) == (2, "Something else is true.")
    assert old.statements[0].text.startswith("One team owns the system")
    assert current_version() is new


def test_a_translation_replaces_what_it_holds_and_leaves_the_rest(
    app: Flask, tmp_path: Path
) -> None:
    texts = {
        "areas": {"own": {"name": "Zuständigkeit"}},
        "statements": {"own-1": {"text": "Ein Team.", "risk": {"title": "Niemand"}}},
    }
    (tmp_path / "operability.de.yaml").write_text(yaml.safe_dump(texts), encoding="utf-8")
    statement = installed().statements[0]
    words = words_of(statement, translation("operability", "de", tmp_path))
    assert (words.area, words.text, words.title) == ("Zuständigkeit", "Ein Team.", "Niemand")
    assert words.evidence_asked == statement.evidence_asked


def test_a_language_without_a_file_reads_the_original(app: Flask, tmp_path: Path) -> None:
    assert translation("operability", "fr", tmp_path) == {}
