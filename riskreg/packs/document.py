"""From a snapshot to HTML and PDF: prints what was frozen and asks nothing of the database."""

from datetime import UTC, date
from typing import Any

from flask import current_app, render_template
from flask_babel import format_date
from flask_babel import gettext as _
from markupsafe import Markup

from riskreg.metrics.matrix import Matrix
from riskreg.packs.drawings import HELPERS
from riskreg.packs.engine import Pdf, Progress, render_pdf
from riskreg.packs.kinds import PackKind
from riskreg.packs.models import Snapshot
from riskreg.packs.recipes import RECIPES, SECTIONS


def pack_html(snapshot: Snapshot, *, paper: str = "A4") -> str:
    """The whole pack as HTML for WeasyPrint."""
    recipe = RECIPES[PackKind(snapshot.kind)]
    data = snapshot.data
    made_on = format_date(date.fromisoformat(data["on"]), "d MMMM y", rebase=False)
    pack: dict[str, Any] = {
        "title": recipe.title(),
        "team": data["team"],
        "kind": snapshot.kind,
        "made_on": made_on,
        "made_for": data["made_for"],
        "filters": filter_sentence(data["filters"]),
        "snapshot_id": snapshot.id,
        "sha256": snapshot.sha256,
        "paper": paper,
        "demo": current_app.config["SETTINGS"].demo,
        **recipe.cover(data["sections"]),
    }
    matrix = Matrix.from_definition(data["matrix"])
    sections = [
        {
            "id": key,
            "title": SECTIONS[key].title(),
            "new_page": SECTIONS[key].new_page,
            "html": Markup(  # noqa: S704 - made by our own autoescaped template
                render_template(
                    f"packs/sections/{key}.html",
                    data=data["sections"][key],
                    matrix=matrix,
                    pack=pack,
                    **HELPERS,
                )
            ),
        }
        for key in recipe.sections
        if key in data["sections"]
    ]
    return str(render_template("print.html", pack=pack, sections=sections))


def pack_pdf(snapshot: Snapshot, *, paper: str = "A4", progress: Progress | None = None) -> Pdf:
    """The pack as PDF; the same snapshot and paper give the same bytes."""
    made_at = int(snapshot.made_at.astimezone(UTC).timestamp())
    identifier = f"{snapshot.sha256}-{paper}"
    html = pack_html(snapshot, paper=paper)
    return render_pdf(html, identifier=identifier, made_at=made_at, progress=progress)


def filter_sentence(filters: dict[str, str]) -> str:
    """Which rows were chosen, in words; empty when nothing was filtered."""
    if not filters:
        return ""
    chosen = ", ".join(f"{name} {value}" for name, value in sorted(filters.items()))
    return str(_("Rows chosen by: %(filters)s.", filters=chosen))
