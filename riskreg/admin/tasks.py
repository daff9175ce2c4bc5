"""Housekeeping that comes round."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from riskreg.db import transaction
from riskreg.jobs.registry import Context, task
from riskreg.jobs.services import KEEP_FINISHED, sweep
from riskreg.lib.dates import now
from riskreg.org.api_keys import KEPT_FOR, sweep_keys
from riskreg.org.limits import sweep_uses
from riskreg.org.one_time_links import sweep_links

KEEP_USES = timedelta(days=1)  # longer than any limit looks back


@task("admin.sweep", title=_l("Tidy up what is old"), every=timedelta(hours=6))
def sweep_old_rows(_context: Context) -> dict[str, int]:
    """Forget jobs and links of a month ago, and counts of uses that no longer matter."""
    with transaction():
        uses = sweep_uses(now() - KEEP_USES)
        links = sweep_links(now() - KEEP_FINISHED)
        keys = sweep_keys(now() - KEPT_FOR)
    jobs = sweep(now() - KEEP_FINISHED)
    return {"jobs": jobs, "uses": uses, "links": links, "keys": keys}
