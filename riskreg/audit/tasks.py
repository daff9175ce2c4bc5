"""What the worker does for the trail."""

from datetime import timedelta
from pathlib import Path

from flask import current_app
from flask_babel import lazy_gettext as _l

from riskreg.audit.anchors import append, line_of, present, signing_key
from riskreg.jobs.registry import Context, task
from riskreg.settings import Settings


@task("audit.anchor", title=_l("Anchor the trail outside the database"), every=timedelta(hours=1))
def anchor_trail(_context: Context) -> dict[str, int]:
    """Add a signed line to the file of anchors, where one is configured."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.anchor_file:
        return {"anchored": 0}
    anchor = present()
    append(Path(settings.anchor_file), line_of(anchor, signing_key(settings.home)))
    return {"anchored": anchor.entries}
