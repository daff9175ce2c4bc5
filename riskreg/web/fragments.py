"""The same route answers a page, or the part of it that htmx asked for."""

from typing import Any

from flask import render_template, request


def is_fragment() -> bool:
    """Whether htmx asked."""
    return (
        request.headers.get("HX-Request") == "true"
        and "HX-History-Restore-Request" not in request.headers
    )


def page_or_fragment(page: str, fragment: str, **context: Any) -> str:
    """Render the fragment for htmx, else the page that includes the same fragment."""
    return render_template(fragment if is_fragment() else page, **context)
