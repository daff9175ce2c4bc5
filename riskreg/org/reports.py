"""What browsers refused to load or to run: a hole that somebody tried, or a fault of ours.

Anybody may send such a report, so it is only logged, in short, and not more often than a log bears.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from riskreg.errors import TooMany
from riskreg.org.limits import Limit, count_use
from riskreg.web.security import PUBLIC, REPORTS, requires

bp = Blueprint("reports", __name__)
log = structlog.get_logger()

BYTES_MAX = 16 * 1024
CHARS_MAX = 200
# What is kept of a report, by the names of both formats.
FIELDS = {
    "directive": ("effectiveDirective", "effective-directive", "violated-directive"),
    "blocked": ("blockedURL", "blocked-uri"),
    "page": ("documentURL", "document-uri"),
    "source": ("sourceFile", "source-file"),
    "line": ("lineNumber", "line-number"),
}
ADDRESSES = {"blocked", "page", "source"}


@bp.post(REPORTS)
@requires(PUBLIC)
def create() -> ResponseReturnValue:
    """Log what a browser reports; answers 204 whatever was sent."""
    if (request.content_length or 0) <= BYTES_MAX:
        for report in _reports(request.get_data(cache=False)):
            if _has_room():
                log.warning("csp_report", **report)
    return "", 204


def _reports(body: bytes) -> Iterator[dict[str, str]]:
    """What is worth keeping of each report; nothing of what is no report."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return
    for each in sent if isinstance(sent, list) else [sent]:
        told = (each.get("body") or each.get("csp-report")) if isinstance(each, dict) else None
        if isinstance(told, dict):
            yield {name: _short(name, told, keys) for name, keys in FIELDS.items()}


def _short(name: str, told: dict[str, Any], keys: tuple[str, ...]) -> str:
    value = next((str(told[key]) for key in keys if told.get(key)), "")
    return (_without_query(value) if name in ADDRESSES else value)[:CHARS_MAX]


def _without_query(address: str) -> str:
    """What somebody looked for or typed is nobody's business."""
    try:
        return urlsplit(address)._replace(query="", fragment="").geturl()
    except ValueError:
        return ""


def _has_room() -> bool:
    try:
        count_use(Limit.REPORT, "all")
    except TooMany:
        return False
    return True
