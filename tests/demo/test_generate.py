"""The demo fills an empty database, the same on the same day, and only an empty one."""

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.actions.models import ActionItem
from riskreg.audit.models import AuditEntry
from riskreg.audit.replay import differences
from riskreg.audit.verify import verify
from riskreg.db import db
from riskreg.demo.chronicle import Chronicle
from riskreg.demo.company import Company
from riskreg.demo.generate import SEED, generate, tell_all
from riskreg.errors import Conflict
from riskreg.imports.models import ImportFile
from riskreg.jobs.models import Job
from riskreg.lib.dates import clock_at
from riskreg.org.models import Person, System, Team
from riskreg.packs.kinds import PackState
from riskreg.packs.models import Pack
from riskreg.packs.queries import jobs_of, state_of
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.reviews.models import Review
from riskreg.risks.models import Risk, RiskLink
from tests.demo.first_acts import ACTS, first_acts
from tests.demo.story import ACTIONS

ROOT = Path(__file__).parents[2]
TODAY = datetime(2026, 6, 3, 9, 30, tzinfo=UTC)
DECLINED = sum("wont_do_after_days" in action for _, action in ACTIONS)
COUNTS = {
    Team: 9,
    Person: 30,
    System: 25,
    Risk: 120 + 6 + DECLINED,  # of the texts, imported, accepted instead of an action
    Review: 13,
    Incident: 30,
    Postmortem: 30,
    ActionItem: 140,
}


def test_a_whole_organisation_is_there_and_nothing_lies_in_the_future(app: Flask) -> None:
    with clock_at(TODAY):
        generate()
    found = {model: db.session.scalar(select(func.count()).select_from(model)) for model in COUNTS}
    assert found == COUNTS
    first, last = db.session.execute(select(func.min(AuditEntry.at), func.max(AuditEntry.at))).one()
    assert (TODAY - first).days > 700
    assert last <= TODAY
    with pytest.raises(Conflict, match="empty"):
        generate()
    assert verify().is_sound
    assert list(differences()) == []  # the trail alone rebuilds two years of it
    with clock_at(TODAY):
        packs_are_there()
    imports_and_links_are_there()


def packs_are_there() -> None:
    packs = db.session.scalars(select(Pack).order_by(Pack.id)).all()
    states = [state_of(pack, job) for pack, job in zip(packs, _jobs(packs), strict=True)]
    assert states == [PackState.PUT_AWAY, PackState.WAITING, PackState.WAITING]
    assert [pack.snapshot.kind for pack in packs] == ["leadership", "top-ten", "top-ten"]
    assert (TODAY - packs[0].asked_at).days in {91, 92}
    before, now = (pack.snapshot.data for pack in packs[:2])
    assert now["sections"]["changes"]["since"] == before["on"]


def imports_and_links_are_there() -> None:
    file = db.session.scalars(select(ImportFile)).one()
    assert (file.applied_at is not None, file.report["created"]) == (True, 6)
    uploader = db.session.get_one(Person, file.uploaded_by_id)
    assert uploader.name == "Tobias Reuter"  # whom the sign-in page offers first
    assert (db.session.scalar(select(func.count(RiskLink.id))) or 0) >= 12
    unrated = select(func.count(Risk.id)).where(
        Risk.treatment == "accept", Risk.current_impact.is_(None)
    )
    assert db.session.scalar(unrated) == 0


def _jobs(packs: Sequence[Pack]) -> list[Job | None]:
    return [jobs_of(packs).get(pack.id) for pack in packs]


def test_the_same_day_tells_the_same_acts_at_the_same_instants() -> None:
    told = _told()
    assert told == _told()
    assert len(told) > 700


def test_the_same_day_writes_the_same_whatever_the_hashes_are(tmp_path: Path) -> None:
    """The first acts, here and in a process whose sets are in another order."""
    here, there = tmp_path / "here", tmp_path / "there"
    for home in (here, there):
        home.mkdir(mode=0o700)
    environ = {name: word for name, word in os.environ.items() if not name.startswith("RISKREG_")}
    command = [sys.executable, "-m", "tests.demo.first_acts", str(there)]
    mixed = environ | {"PYTHONHASHSEED": "7"}
    process = subprocess.Popen(command, env=mixed, stdout=subprocess.PIPE, cwd=ROOT, text=True)
    told = first_acts(here)
    assert process.communicate()[0].splitlines() == told
    assert len(told) > ACTS


def _told() -> list[datetime]:
    chronicle = Chronicle(now=TODAY, zone=ZoneInfo("Europe/London"), seed=SEED)
    tell_all(chronicle, Company())
    return [act.at for act in chronicle.acts]
