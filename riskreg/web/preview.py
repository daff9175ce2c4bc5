"""A Markdown text as it will be shown, for forms that preview it."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from riskreg.web.jinja import markdown
from riskreg.web.security import SELF, requires

bp = Blueprint("preview", __name__)


@bp.post("/markdown/preview")
@requires(SELF)
def markdown_preview() -> ResponseReturnValue:
    """The sanitised HTML of the field `text`; stores nothing."""
    return str(markdown(request.form.get("text", "")))
