"""Whether the program may work with its database: the tables are its own, and not a demo's.

Asked at the start of every command, so it loads nothing of the migrations but their names.
"""

from sqlalchemy import func, inspect, select, text

from riskreg.audit.models import AuditEntry
from riskreg.audit.services import record
from riskreg.db import Base, db
from riskreg.disks import demand_fit_disk
from riskreg.errors import SettingsError
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.paths import MIGRATIONS
from riskreg.settings import Settings
from riskreg.tables import missing

DEMO_ACT = "demo.begin"
TOLD_MAX = 3


class _Database:
    """The whole database as the subject of an act."""

    __tablename__ = "database"
    id = None


def demand_own_database(settings: Settings) -> None:
    """Raise SettingsError unless tables and program agree, or where a demo would be taken for real.

    The sentence says which command helps.
    """
    demand_fit_disk(settings)
    current, wanted = current_revision(), wanted_revision()
    if current is None:
        raise SettingsError(
            "The database has no tables of riskreg yet; run `riskreg init`, "
            "or `riskreg db upgrade` for the tables alone."
        )
    if current < wanted:
        raise SettingsError(
            f"The tables are at version {current} and this program wants {wanted}; "
            "make a backup, then run `riskreg db upgrade`."
        )
    if current > wanted:
        raise SettingsError(
            f"The tables are at version {current}, made by a newer riskreg; "
            f"this program knows {wanted}. Install the newer one."
        )
    demand_whole_tables()
    if not settings.demo and holds_demo():
        raise SettingsError(
            "The database of RISKREG_DATABASE_URL holds a demo, with made-up people who sign in "
            "without a password; use another one."
        )


def demand_whole_tables() -> None:
    """Raise SettingsError where tables of this very version lack something, which pages ask for."""
    with db.engine.connect() as connection:
        gone = missing(connection, Base.metadata)
    if gone:
        told = "; ".join(gone[:TOLD_MAX])
        rest = f" and {len(gone) - TOLD_MAX} more" if len(gone) > TOLD_MAX else ""
        raise SettingsError(
            f"The tables are not those of this program ({told}{rest}); "
            "`riskreg db check` names the differences."
        )


def current_revision() -> str | None:
    """The version of the tables; None when there are none."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def wanted_revision() -> str:
    """The version of the tables that this program was written for; files are named by theirs."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("*_*.py"))


def mark_as_demo() -> None:
    """Write into an empty database that all it will ever hold is made up; first of all acts."""
    record(
        actor=SYSTEM_ACTOR,
        action=DEMO_ACT,
        subject=_Database(),
        note="Everything in this database is made up.",
    )


def holds_demo() -> bool:
    """Whether the first act of the trail, which nobody can take back, began a demo."""
    first = select(func.min(AuditEntry.id)).scalar_subquery()
    with db.engine.connect() as connection:
        found = connection.scalar(select(AuditEntry.action).where(AuditEntry.id == first))
    return found == DEMO_ACT
