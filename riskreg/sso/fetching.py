"""Ask the identity provider: within seconds, a small answer, no detours.

The operator named the provider's host, so it may lie inside the organisation. What the provider
names elsewhere is checked as any other address is.
"""

import json
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import current_app
from flask_babel import gettext as _

from riskreg.errors import Unavailable
from riskreg.lib.outgoing import Reach, ask
from riskreg.settings import Provider, Settings

ANSWER_BYTES_MAX = 256 * 1024


def fetch_json(
    url: str,
    provider: Provider,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The JSON object at an address (posting a form, where there is one), also of a refusal.

    Raises Unavailable where there is no answer in time, or none that is an object.
    """
    sent = {"Accept": "application/json", **(headers or {})}
    body = None
    if form is not None:
        body = urlencode(form).encode()
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    settings: Settings = current_app.config["SETTINGS"]
    reach = Reach(
        networks=settings.outgoing_networks,
        hosts=frozenset({str(urlsplit(provider.issuer).hostname)}),
    )
    try:
        found = json.loads(
            ask(url, reach=reach, body=body, headers=sent, bytes_max=ANSWER_BYTES_MAX).body
        )
    except (OSError, HTTPException, ValueError, RecursionError) as error:
        raise Unavailable(_("The identity provider does not answer as it should.")) from error
    if not isinstance(found, dict):
        raise Unavailable(_("The identity provider does not answer as it should."))
    return found
