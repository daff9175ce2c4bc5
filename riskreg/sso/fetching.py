"""Ask the identity provider: within seconds, a small answer, no detours."""

import json
from collections.abc import Mapping
from http.client import HTTPException, HTTPMessage
from time import monotonic
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from flask_babel import gettext as _

from riskreg.errors import Unavailable

TIMEOUT_SECONDS = 5.0  # of silence
WHOLE_SECONDS = 10.0
ANSWER_BYTES_MAX = 256 * 1024
PIECE_BYTES = 16 * 1024


class _NoDetours(HTTPRedirectHandler):
    """An address that leads on to another is not followed: secrets go where they were meant to."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """Never."""


_opener = build_opener(_NoDetours)


def fetch_json(
    url: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The JSON object at an address (posting a form, where there is one), also of a refusal.

    Raises Unavailable where there is no answer in time, or none that is an object.
    """
    data = None if form is None else urlencode(form).encode()
    request = Request(url, data=data, headers={"Accept": "application/json", **(headers or {})})  # noqa: S310 - the caller checked that it is a web address
    try:
        found = json.loads(_read(request))
    except (OSError, HTTPException, ValueError, RecursionError) as error:
        raise Unavailable(_("The identity provider does not answer as it should.")) from error
    if not isinstance(found, dict):
        raise Unavailable(_("The identity provider does not answer as it should."))
    return found


def _read(request: Request) -> bytes:
    until, content = monotonic() + WHOLE_SECONDS, b""
    try:
        answer = _opener.open(request, timeout=TIMEOUT_SECONDS)
    except HTTPError as refusal:
        answer = refusal
    with answer:
        while piece := answer.read1(PIECE_BYTES):
            content += piece
            if len(content) > ANSWER_BYTES_MAX or monotonic() > until:
                raise OSError("too long an answer")
    return content
