"""From a snapshot to HTML and PDF: prints what was frozen and asks nothing of the database."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from riskreg.lib.text import truncate
from riskreg.metrics.matrix import Matrix
from riskreg.packs.drawings import HELPERS
from riskreg.packs.engine import ELSEWHERE, Pdf, Progress, render_pdf
from riskreg.packs.kept import KeptParts
from riskreg.packs.kinds import Frozen, PackKind
from riskreg.packs.large import Frame, Part, large_pdf
from riskreg.packs.models import Snapshot
from riskreg.packs.recipes import RECIPES, SECTIONS
from riskreg.packs.words import format_long_on

SHORT_CONTENTS = 3  # so few entries stand on the cover instead of a page of their own
LONG_SENTENCE, RUNNING_HEAD, NAME_IN_HEAD = 110, 90, 60


def pack_html(snapshot: Snapshot, *, paper: str = "A4") -> str:
    """The whole pack as HTML for WeasyPrint, in the language it was frozen in."""
    with force_locale(snapshot.data["lang"]):
        pack, sections = _printed(snapshot, paper)
        return str(render_template("print.html", pack=pack, sections=sections))


def pack_pdf(snapshot: Snapshot, *, paper: str = "A4", progress: Progress | None = None) -> Pdf:
    """The pack as PDF; the same snapshot and paper give the same bytes.

    A large one is printed in parts, of which those are kept that the next pack may have again.
    """
    with force_locale(snapshot.data["lang"]):
        pack, sections = _printed(snapshot, paper)
        parts = _parts(pack, sections) if pack["parted"] else []
        html = "" if parts else str(render_template("print.html", pack=pack, sections=sections))
    if parts:
        kept = kept_parts(current_app.config["SETTINGS"].home)
        return large_pdf(parts, _late_frame(pack, sections), kept=kept, progress=progress)
    made_at = int(snapshot.made_at.astimezone(UTC).timestamp())
    identifier = f"{snapshot.sha256}-{paper}"
    return render_pdf(html, identifier=identifier, made_at=made_at, progress=progress)


def kept_parts(home: Path) -> KeptParts:
    """Where parts of large packs are kept."""
    return KeptParts(folder=home / "packs" / "parts")


def _printed(snapshot: Snapshot, paper: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the frame says, and each section or slice of one as HTML."""
    matrix = Matrix.from_definition(snapshot.data["matrix"])
    pack = _frame(snapshot, paper)
    sections = [
        {"number": number, **section}
        for number, (key, data) in enumerate(_in_order(snapshot), start=1)
        for section in _section(key, data, pack, matrix)
    ]
    pack["parted"] = any(section["is_rest"] for section in sections)
    return pack, sections


def _parts(pack: dict[str, Any], sections: list[dict[str, Any]]) -> list[Part]:
    """Each section, or slice of one, by itself: below the title, a slice below its section too."""
    return [
        Part(
            html=render_template("packs/part.html", pack=pack, section=section),
            depth=2 if section["is_rest"] else 1,
        )
        for section in sections
    ]


def _late_frame(pack: dict[str, Any], sections: list[dict[str, Any]]) -> Frame:
    """Cover, contents and feet, once it is known how many pages each part has."""

    def printed(template: str, **values: Any) -> str:
        with force_locale(pack["lang"]):
            return str(render_template(f"packs/{template}.html", pack=pack, **values))

    def front(begins: Sequence[int]) -> str:
        pairs = zip(sections, begins, strict=True)
        listed = [{**section, "page": page} for section, page in pairs]
        return printed("front", sections=listed, elsewhere=ELSEWHERE)

    def feet(total: int) -> str:
        return printed("feet", total=total)

    return Frame(front_pages=1 if pack["short_contents"] else 2, front=front, feet=feet)


def _frame(snapshot: Snapshot, paper: str) -> dict[str, Any]:
    """What cover, heads and feet say."""
    data = snapshot.data
    recipe = RECIPES[PackKind(snapshot.kind)]
    cover = {"title": recipe.title(), **recipe.cover(data["sections"])}
    return {
        **cover,
        "is_long": len(cover["sentence"]) > LONG_SENTENCE,
        "head": truncate(f"{cover['title']} · {data['team']}", RUNNING_HEAD),
        "mark": _mark(data) if data.get("confidential") else "",
        "short_contents": len(data["sections"]) <= SHORT_CONTENTS,
        "team": data["team"],
        "kind": snapshot.kind,
        "lang": data["lang"],
        "on": data["on"],
        "made_on": format_long_on(data["on"]),
        "made_at": f"{snapshot.made_at.astimezone(UTC):%H:%M}",
        "made_for": data["made_for"],
        "filters": _filters(data["filter_words"]),
        "snapshot_id": snapshot.id,
        "sha256": snapshot.sha256,
        "paper": paper,
        "demo": current_app.config["SETTINGS"].demo,
    }


def _mark(data: Frozen) -> str:
    """What every page says of a pack that holds something confidential."""
    name, day = truncate(data["made_for"], NAME_IN_HEAD), format_long_on(data["on"])
    return str(_("CONFIDENTIAL — made for %(name)s, %(day)s", name=name, day=day))


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


def _section(key: str, data: Any, pack: dict[str, Any], matrix: Matrix) -> Iterator[dict[str, Any]]:
    """The section as HTML, or its slices one by one."""
    section = SECTIONS[key]
    for index, frozen in enumerate(section.slices(data) if section.slices else [data]):
        html = render_template(
            f"packs/sections/{key}.html", data=frozen, matrix=matrix, pack=pack, **HELPERS
        )
        yield {
            "id": key,
            "title": section.title(),
            "headline": section.headline(data, matrix) if section.headline and not index else "",
            "html": Markup(html),  # noqa: S704 - made by our own autoescaped template
            "is_rest": index > 0,
        }
