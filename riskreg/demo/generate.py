"""Fill an empty database with the demo: every act goes through the services, at its own time."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from riskreg.db import db, transaction
from riskreg.demo.chronicle import Chronicle
from riskreg.demo.company import Company, found
from riskreg.demo.content import load
from riskreg.demo.incidents import tell_incidents
from riskreg.demo.papers import tell_papers
from riskreg.demo.reviews import tell_reviews
from riskreg.demo.risks import tell_risks
from riskreg.errors import Conflict
from riskreg.lib.dates import clock_at, now
from riskreg.org.models import Person

SEED = "larkmere"
FOUNDED_DAYS_AGO = 760

Progress = Callable[[int, int], None]


def generate(progress: Progress | None = None) -> Company:
    """Write the demo's two years, ending now; raises Conflict where people exist already.

    The same day gives the same rows: all that looks like chance is drawn from the seed.
    """
    if db.session.scalar(select(func.count(Person.id))):
        raise Conflict("This database is in use; the demo only fills an empty one.")
    zone = ZoneInfo(load("company.yaml")["company"]["timezone"])
    chronicle = Chronicle(now=now(), zone=zone, seed=SEED)
    company = Company()
    with transaction():
        with clock_at(chronicle.instant(FOUNDED_DAYS_AGO, "found")):
            found(company)
        tell_all(chronicle, company)
        chronicle.replay(progress)
    return company


def tell_all(chronicle: Chronicle, company: Company) -> None:
    """Add every act of the two years."""
    risks = tell_risks(chronicle, company)
    tell_reviews(chronicle, company, risks)
    tell_incidents(chronicle, company, risks)
    tell_papers(chronicle, company)
