"""Set a risk's values, say what changed, and refuse to write over somebody else's change."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from riskreg.audit.plain import plain
from riskreg.audit.services import changed
from riskreg.errors import Stale
from riskreg.metrics.matrix import Rating
from riskreg.org.models import Person, System, Team
from riskreg.risks.kinds import Tier
from riskreg.risks.models import Risk, RiskLink, RiskTag
from riskreg.risks.scoring import rating_of
from riskreg.risks.values import COLUMNS, RATINGS


def set_values(risk: Risk, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set columns, tags, links and knowers; returns what changed, people and systems by name."""
    changes = changed(risk, {name: values[name] for name in COLUMNS if name in values})
    for name in ("owner", "system"):
        if name in changes:
            changes[name] = [_name(old) for old in changes[name]]
    if "tags" in values:
        changes |= _set_tags(risk, values["tags"])
    if "links" in values:
        changes |= _set_links(risk, values["links"])
    if "knowers" in values:
        changes |= _set_knowers(risk, values["knowers"])
    return changes


def refuse_stale(risk: Risk, values: Mapping[str, Any], version: int | None) -> None:
    """Raise Stale with what differs on both sides when `version` is not the stored one."""
    if version is None or version == risk.version:
        return
    yours = {name: _shown(value) for name, value in values.items() if name != "why"}
    theirs = {name: _shown(_stored(risk, name)) for name in yours}
    raise Stale(
        _(
            "Somebody else changed %(ref)s while you were working on it. Nothing was saved.",
            ref=risk.ref,
        ),
        theirs={name: theirs[name] for name in yours if theirs[name] != yours[name]},
        yours={name: yours[name] for name in yours if theirs[name] != yours[name]},
    )


def _set_tags(risk: Risk, tags: list[str]) -> dict[str, list[Any]]:
    old = sorted(entry.tag for entry in risk.tags)
    if old == tags:
        return {}
    kept = [entry for entry in risk.tags if entry.tag in tags]
    risk.tags = kept + [RiskTag(tag=tag) for tag in tags if tag not in old]
    return {"tags": [old, tags]}


def _set_links(risk: Risk, links: list[tuple[str, str]]) -> dict[str, list[Any]]:
    old = {link.url: link.label for link in risk.links}
    if old == dict(links):
        return {}
    by_url = {link.url: link for link in risk.links}
    risk.links = [by_url.get(url) or RiskLink(url=url) for url, _label in links]
    for link, (_url, label) in zip(risk.links, links, strict=True):
        link.label = label
    return {"links": [list(old), [url for url, _label in links]]}


def _set_knowers(risk: Risk, knowers: Sequence[Person]) -> dict[str, list[Any]]:
    old = sorted(risk.knowers, key=lambda person: person.id)
    new = sorted(set(knowers), key=lambda person: person.id)
    if old == new:
        return {}
    risk.knowers = new
    return {"knowers": [[person.name for person in old], [person.name for person in new]]}


def _stored(risk: Risk, name: str) -> Any:
    if name == "tags":
        return [entry.tag for entry in risk.tags]
    if name == "links":
        return [(link.url, link.label) for link in risk.links]
    return rating_of(risk, Tier(name)) if name in RATINGS else getattr(risk, name)


def _shown(value: Any) -> str:
    if isinstance(value, Rating):
        return f"{value.likelihood or '–'} × {value.impact or '–'}"
    if isinstance(value, list | tuple):
        return ", ".join(_shown(item) for item in value)
    return _name(value) or "–"


def _name(value: Any) -> str:
    """What the trail calls a value: a person's, team's or system's name, else the value itself."""
    if value is None:
        return ""
    return value.name if isinstance(value, Person | System | Team) else str(plain(value))
