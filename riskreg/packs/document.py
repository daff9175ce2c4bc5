"""From a snapshot to HTML and PDF: prints what was frozen and asks nothing of the database."""

from datetime import UTC
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from riskreg.lib.text import truncate
from riskreg.metrics.matrix import Matrix
from riskreg.packs.drawings import HELPERS
from riskreg.packs.engine import Pdf, Progress, render_pdf
from riskreg.packs.kinds import PackKind
from riskreg.packs.models import Snapshot
from riskreg.packs.recipes import RECIPES, SECTIONS
from riskreg.packs.words import format_long_on

SHORT_CONTENTS = 3  # so few entries stand on the cover instead of a page of their own
LONG_SENTENCE, RUNNING_HEAD = 110, 90


def pack_html(snapshot: Snapshot, *, paper: str = "A4") -> str:
    """The whole pack as HTML for WeasyPrint, in the language it was frozen in."""
    with force_locale(snapshot.data["lang"]):
        matrix = Matrix.from_definition(snapshot.data["matrix"])
        pack = _frame(snapshot, paper)
        sections = [_section(key, data, pack, matrix) for key, data in _in_order(snapshot)]
        return str(render_template("print.html", pack=pack, sections=sections))


def pack_pdf(snapshot: Snapshot, *, paper: str = "A4", progress: Progress | None = None) -> Pdf:
    """The pack as PDF; the same snapshot and paper give the same bytes."""
    made_at = int(snapshot.made_at.astimezone(UTC).timestamp())
    identifier = f"{snapshot.sha256}-{paper}"
    html = pack_html(snapshot, paper=paper)
    return render_pdf(html, identifier=identifier, made_at=made_at, progress=progress)


def _frame(snapshot: Snapshot, paper: str) -> dict[str, Any]:
    """What cover, heads and feet say."""
    data = snapshot.data
    recipe = RECIPES[PackKind(snapshot.kind)]
    cover = {"title": recipe.title(), **recipe.cover(data["sections"])}
    return {
        **cover,
        "is_long": len(cover["sentence"]) > LONG_SENTENCE,
        "head": truncate(f"{cover['title']} · {data['team']}", RUNNING_HEAD),
        "short_contents": len(data["sections"]) <= SHORT_CONTENTS,
        "team": data["team"],
        "kind": snapshot.kind,
        "lang": data["lang"],
        "made_on": format_long_on(data["on"]),
        "made_at": f"{snapshot.made_at.astimezone(UTC):%H:%M}",
        "made_for": data["made_for"],
        "filters": _filters(data["filter_words"]),
        "snapshot_id": snapshot.id,
        "sha256": snapshot.sha256,
        "paper": paper,
        "demo": current_app.config["SETTINGS"].demo,
    }


def _filters(words: list[list[str]]) -> str:
    """Which rows were chosen, in words; empty when nothing was filtered."""
    if not words:
        return ""
    chosen = "; ".join(f"{name}: {value}" for name, value in words)
    return str(_("Only the rows with %(chosen)s.", chosen=chosen))


def _in_order(snapshot: Snapshot) -> list[tuple[str, Any]]:
    frozen = snapshot.data["sections"]
    recipe = RECIPES[PackKind(snapshot.kind)]
    return [(key, frozen[key]) for key in recipe.sections if key in frozen]


def _section(key: str, data: Any, pack: dict[str, Any], matrix: Matrix) -> dict[str, Any]:
    section = SECTIONS[key]
    html = render_template(
        f"packs/sections/{key}.html", data=data, matrix=matrix, pack=pack, **HELPERS
    )
    return {
        "id": key,
        "title": section.title(),
        "headline": section.headline(data, matrix) if section.headline else "",
        "html": Markup(html),  # noqa: S704 - made by our own autoescaped template
    }
