"""The demo fills an empty database, the same on the same day, and only an empty one."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.actions.models import ActionItem
from riskreg.audit.models import AuditEntry
from riskreg.db import db
from riskreg.demo.chronicle import Chronicle
from riskreg.demo.company import Company
from riskreg.demo.generate import SEED, generate, tell_all
from riskreg.errors import Conflict
from riskreg.lib.dates import clock_at
from riskreg.org.models import Person, System, Team
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.reviews.models import Review
from riskreg.risks.models import Risk

TODAY = datetime(2026, 6, 3, 9, 30, tzinfo=UTC)
COUNTS = {
    Team: 9,
    Person: 30,
    System: 25,
    Risk: 120,
    Review: 12,
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


def test_the_same_day_tells_the_same_acts_at_the_same_instants() -> None:
    assert _told() == _told()
    assert len(_told()) > 700


def _told() -> list[datetime]:
    chronicle = Chronicle(now=TODAY, zone=ZoneInfo("Europe/London"), seed=SEED)
    tell_all(chronicle, Company())
    return [act.at for act in chronicle.acts]
