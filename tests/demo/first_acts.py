"""What the first acts of the demo write; also a program, whose hashes are other ones."""

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


def first_acts(home: Path) -> list[str]:
    """What they write, told as the trail tells it, into an empty folder."""
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
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        return [
            json.dumps([each.actor_name, each.action, each.subject_ref, each.changes, each.digest])
            for each in entries
        ]


if __name__ == "__main__":
    sys.stdout.write("\n".join(first_acts(Path(sys.argv[1]))))
