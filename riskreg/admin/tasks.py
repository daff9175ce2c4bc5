"""Housekeeping that comes round."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from riskreg.db import transaction
from riskreg.jobs.registry import Context, task
from riskreg.jobs.services import KEEP_FINISHED, sweep
from riskreg.lib.dates import now
from riskreg.org.sessions import TRY_WINDOW, sweep_sign_in_tries


@task("admin.sweep", title=_l("Tidy up what is old"), every=timedelta(hours=6))
def sweep_old_rows(_context: Context) -> dict[str, int]:
    """Forget finished jobs of a month ago and failed sign-ins that no longer matter."""
    with transaction():
        tries = sweep_sign_in_tries(now() - 4 * TRY_WINDOW)
    return {"jobs": sweep(now() - KEEP_FINISHED), "tries": tries}
