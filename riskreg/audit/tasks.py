"""What the worker does for the trail."""

import json
from datetime import timedelta
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from riskreg.audit.anchors import append, line_of, present, signing_key
from riskreg.db import transaction
from riskreg.jobs.registry import Context, GiveUp, task
from riskreg.jobs.webhooks import Call, deliver, put_in
from riskreg.settings import Settings

SEND = "webhook.anchor"


@task("audit.anchor", title=_l("Anchor the trail outside the database"), every=timedelta(hours=1))
def anchor_trail(_context: Context) -> dict[str, int]:
    """Sign an anchor; let it be sent, and add it to the file, where either is configured."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.anchor_file and settings.anchor_webhook is None:
        return {"anchored": 0}
    anchor = present()
    line = line_of(anchor, signing_key(settings.home))
    if settings.anchor_webhook is not None:
        with transaction():
            put_in(SEND, {"line": line})
    if settings.anchor_file:
        append(Path(settings.anchor_file), line)
    return {"anchored": anchor.entries}


@task(SEND, title=_l("Send an anchor of the trail"))
def send_anchor(context: Context) -> dict[str, int]:
    """Send one; tried again like a letter until the receiver has it."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.anchor_webhook is None:
        raise GiveUp(_("There is no receiver of anchors any more (RISKREG_ANCHOR_WEBHOOK)."))
    anchor = json.loads(context.payload["line"])
    call = Call(number=context.payload["number"], type="trail.anchor", at=anchor["at"], data=anchor)
    return {"status": deliver(call, settings.anchor_webhook, networks=settings.outgoing_networks)}
