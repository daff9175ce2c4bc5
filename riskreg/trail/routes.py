"""The page of the trail."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from riskreg.org.permissions import Permission
from riskreg.org.queries import people
from riskreg.trail.filters import TrailFilter
from riskreg.trail.queries import PAGE_SIZE, EntryPage, entries
from riskreg.trail.words import ACT, SUBJECT, line_of
from riskreg.web.frame import chosen_team
from riskreg.web.paging import Page
from riskreg.web.security import current_actor, requires

bp = Blueprint("trail", __name__)
AT_MAX = 10_000_000


@bp.get("/trail")
@requires(Permission.TRAIL_VIEW)
def index() -> str:
    """Who did what, newest first."""
    wanted = TrailFilter.from_args(request.args, team=chosen_team())
    after, before = _number("after"), _number("before")
    found = entries(current_actor, wanted, after=after, before=None if after else before)
    return render_template(
        "trail/index.html",
        wanted=wanted,
        lines=[line_of(entry) for entry in found.entries],
        page=_page(found),
        people=[(person.id, person.name) for person in people()],
        acts=sorted(((key, str(words)) for key, words in ACT.items()), key=lambda act: act[1]),
        subjects=[(key, str(words)) for key, words in SUBJECT.items()],
        title=_("Trail of %(ref)s", ref=wanted.ref) if wanted.ref else _("Trail"),
    )


def _page(found: EntryPage) -> Page:
    first = _number("at") or 1
    kept: dict[str, Any] = {
        name: value
        for name, value in request.args.items()
        if name not in {"after", "before", "at"} and value
    }
    ids = [entry.id for entry in found.entries]
    newer = {**kept, "before": ids[0], "at": max(1, first - PAGE_SIZE)} if ids else None
    older = {**kept, "after": ids[-1], "at": first + len(ids)} if ids else None
    return Page(
        rows=found.entries,
        first=first,
        prev_url=url_for("trail.index", **newer) if newer and found.more_before else None,
        next_url=url_for("trail.index", **older) if older and found.more_after else None,
    )


def _number(name: str) -> int | None:
    raw = request.args.get(name, "")
    fine = raw.isascii() and raw.isdigit() and len(raw) < 10
    return min(int(raw), AT_MAX) if name == "at" and fine else int(raw) if fine else None
