"""Parts of the register's pages that are kept as they were printed, while no risk changes.

What is kept is found under everything it depends on: who may do what, the filter, the day. The
token of forms is each visitor's own; it is taken out before and put in after.
"""

from collections.abc import Callable, Hashable, Mapping

from flask import request
from flask_babel import get_locale
from markupsafe import Markup

from riskreg.risks.conditions import View
from riskreg.risks.stamps import Stamp, kept
from riskreg.web.form_tokens import form_token

GAP = "\x00"  # where the token goes


def once(name: str, view: View, printed: Callable[[], str], *key: Hashable) -> Markup:
    """A part of a page about a view, printed once; `key` is what else it depends on."""
    return parts(name, (view, *key), view.stamp, lambda: {name: printed()})[name]


def parts(
    name: str, key: Hashable, stamp: Stamp, printed: Callable[[], Mapping[str, str]]
) -> dict[str, Markup]:
    """Parts of a page by their names, printed once for each key and stamp."""
    token = form_token()

    def without_token() -> dict[str, str]:
        return {part: html.replace(token, GAP) for part, html in printed().items()}

    whole = (key, request.script_root, str(get_locale()))
    found = kept(name, whole, stamp, without_token, names=True)
    return {part: Markup(html.replace(GAP, token)) for part, html in found.items()}  # noqa: S704 - from templates
