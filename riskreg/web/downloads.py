"""Answers that are files."""

from collections.abc import Iterable

from flask import Response
from werkzeug.http import dump_options_header


def attachment(content: bytes | Iterable[bytes], *, file_name: str, mimetype: str) -> Response:
    """A file to keep; it may run nothing."""
    response = Response(content, mimetype=mimetype)
    plain = " ".join(file_name.split()).encode("ascii", "replace").decode().replace("?", "_")
    response.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": plain})
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
