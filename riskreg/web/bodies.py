"""How much a form may hold; refused before anything is read of it.

Flask limits the parts of a form that carries a file, but not the fields of any other: two megabytes
of "a&" are a million of them, which keep a core busy for more than a second.
"""

from flask import Flask, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

MEGABYTE = 1024 * 1024
FORM_BYTES_MAX = 2 * MEGABYTE
PARTS_MAX = 200  # a file comes with a handful of fields
# An import decides on 100 columns, a list on 50 rows; who may read something can be hundreds.
FIELDS_MAX = 1_000
PLAIN, WITH_FILE = "application/x-www-form-urlencoded", "multipart/form-data"
BESIDE_A_FILE = 64 * 1024


def init_app(app: Flask) -> None:
    """Attach the check before every request."""
    app.before_request(_refuse_too_much)


def megabytes() -> int:
    """How large a file may be."""
    most: int = current_app.config["SETTINGS"].upload_megabytes
    return most


def _refuse_too_much() -> None:
    length = request.content_length or 0
    if request.mimetype == WITH_FILE and length > megabytes() * MEGABYTE + BESIDE_A_FILE:
        raise RequestEntityTooLarge
    if request.mimetype != PLAIN:
        return
    if length > FORM_BYTES_MAX:
        raise RequestEntityTooLarge
    if request.get_data().count(b"&") >= FIELDS_MAX:
        raise RequestEntityTooLarge
