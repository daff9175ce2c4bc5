"""Prints what the first acts of the demo write: a program, so that its hashes can be other ones."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from riskreg import create_app, migrate
from riskreg.audit.models import AuditEntry
from riskreg.db import db, opened, transaction
from riskreg.demo.chronicle import Chronicle
from riskreg.demo.company import Company, found
from riskreg.demo.generate import FOUNDED_DAYS_AGO, SEED, tell_all
from riskreg.lib.dates import clock_at
from riskreg.settings import Settings

TODAY = datetime(2026, 6, 3, 9, 30, tzinfo=UTC)
ACTS = 60


def main() -> None:
    """In an empty folder, which is named."""
    home = Path(sys.argv[1])
    database = f"sqlite:///{home}/riskreg.db"
    settings = Settings(home=home, database_url=database, secret_key="t" * 40, testing=True)
    with opened(create_app(settings)):
        migrate.upgrade()
        chronicle = Chronicle(now=TODAY, zone=ZoneInfo("Europe/London"), seed=SEED)
        company = Company()
        with transaction():
            with clock_at(chronicle.instant(FOUNDED_DAYS_AGO, "found")):
                found(company)
            tell_all(chronicle, company)
            chronicle.acts = sorted(chronicle.acts, key=lambda act: (act.at, act.number))[:ACTS]
            chronicle.replay()
        for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)):
            told = [entry.actor_name, entry.action, entry.subject_ref, entry.changes, entry.digest]
            sys.stdout.write(json.dumps(told) + "\n")


main()
