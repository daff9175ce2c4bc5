"""Large files: previewed and imported by a worker, in one transaction, with the rights of then."""

import io
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import delete, select

from riskreg.db import db, transaction
from riskreg.imports import tasks
from riskreg.imports.models import ImportFile
from riskreg.imports.services import FOREGROUND_ROWS_MAX
from riskreg.jobs.models import Job
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.services import install_matrix
from tests.client import RegisterClient
from tests.factories import make_person, make_team
from tests.imports.registers import risks
from tests.imports.tables import csv_bytes
from tests.imports.test_pages import seal

COUNT = FOREGROUND_ROWS_MAX + 1


@dataclass
class Told:
    """A context that remembers what it was told."""

    payload: dict[str, Any]
    job_id: int = 1
    labels: list[str] = field(default_factory=list)

    def progress(self, _done: int, _total: int | None, label: str) -> None:
        self.labels.append(label)


@pytest.fixture
def address(client: RegisterClient) -> str:
    """The page of an uploaded file that is too large for a page."""
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    team = make_team()
    client.sign_in(make_person(team))
    rows = [(f"R{n}", f"Risk {n}", "both") for n in range(COUNT)]
    content = csv_bytes(("id", "title", "kind"), *rows)
    data = {"team": team.slug, "file": (io.BytesIO(content), "large.csv")}
    return str(client.post("/risks/import", data=data).location)


def work() -> dict[str, Any] | None:
    """Do the newest piece of work as the worker does."""
    job = db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
    told = Told(payload=job.payload)
    handlers = {"imports.preview": tasks.preview_file, "imports.apply": tasks.apply_file}
    result = handlers[job.task](told)
    assert told.labels
    return result


def file() -> ImportFile:
    db.session.rollback()
    return db.session.scalars(select(ImportFile)).one()


def test_a_large_file_is_previewed_and_imported_in_the_background(
    client: RegisterClient, address: str
) -> None:
    waiting = client.get(address).text
    assert "Waiting for its turn" in waiting
    assert work() == {"created": COUNT, "updated": 0}
    assert risks() == []
    page = client.get(address).text
    assert f"Import {COUNT} risks" in page
    assert client.post(f"{address}/application", data={"seal": seal(page)}).status_code == 303
    assert risks() == []
    assert work() == {"created": COUNT, "updated": 0}
    assert len(risks()) == COUNT
    assert work() == {"created": COUNT, "updated": 0}  # a worker may do it twice
    assert len(risks()) == COUNT
    assert file().content is None


def test_rights_taken_away_before_the_work_begins_are_missed(
    client: RegisterClient, address: str
) -> None:
    work()
    client.post(f"{address}/application", data={"seal": seal(client.get(address).text)})
    with transaction():
        db.session.connection().execute(delete(Grant))
        person = db.session.scalars(select(Person)).one()
        root = db.session.scalars(select(Team)).one()
        viewer = Grant(person_id=person.id, team_id=root.id, role=Role.VIEWER, created_at=now())
        db.session.add(viewer)
    assert work() == {"refused": 1}
    assert risks() == []
    assert "does not let you" in file().problem


def test_a_refusal_is_shown_on_the_page(client: RegisterClient, address: str) -> None:
    with transaction():
        kept = db.session.scalars(select(ImportFile)).one()
        kept.sha256 = "0" * 64
    assert work() == {"refused": 1}
    page = client.get(address).text
    assert "This file was not imported" in page
    assert "damaged" in page
