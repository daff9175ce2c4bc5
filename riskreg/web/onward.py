"""Where a form leads to when it was sent from another page than its own."""

from flask import request


def onward(default: str) -> str:
    """The path in the field `next`, if it is one on this site; else the default."""
    path = request.form.get("next", "")
    outside = not path.startswith("/") or path.startswith(("//", "/\\"))
    return default if outside or "\\" in path or not path.isprintable() else path
