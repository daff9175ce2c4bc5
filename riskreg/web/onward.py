"""Where a form or a sign-in leads to when it came from another page than its own."""

from flask import request


def onward(default: str) -> str:
    """The path in the field `next`, if it is one on this site; else the default."""
    path = request.form.get("next", "")
    return path if is_ours(path) else default


def is_ours(path: str) -> bool:
    """Whether it is a path on this site, however a browser reads it.

    Browsers take a backslash for a slash, and leave out what cannot be seen.
    """
    return (
        path.startswith("/")
        and not path.startswith("//")
        and "\\" not in path
        and path.isprintable()
    )
