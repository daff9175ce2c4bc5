"""A row of a file as the values that the services of the register take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskreg.imports.conclusions import kind_of
from riskreg.imports.descriptions import Part, as_list, guarded, renewed
from riskreg.imports.kinds import RiskRow
from riskreg.imports.lookups import Lookups
from riskreg.imports.remarks import Remarks
from riskreg.imports.texts import gettext as _
from riskreg.metrics.matrix import Rating
from riskreg.risks import labels
from riskreg.risks.kinds import Kind, Status, Tier
from riskreg.risks.models import Risk
from riskreg.risks.scoring import rating_of
from riskreg.risks.values import LINES, LINKS_MAX, TAG_CHARS_MAX, TAGS_MAX, is_web_address

PLAIN = (
    *("title", "category", "external_ref", "cause", "event", "consequence", "controls"),
    *("treatment", "identified_on", "stated_score"),
)
Values = dict[str, Any]


class Drafts:
    """Makes the values of row after row; what a risk has no field for goes to its description.

    `column_of` names the column of a field in warnings.
    """

    def __init__(self, lookups: Lookups, remarks: Remarks, column_of: Mapping[str, str]) -> None:
        self._lookups, self._remarks, self._column_of = lookups, remarks, column_of
        self._concluded: dict[Kind | None, str] = {}

    def values(self, row: RiskRow, risk: Risk | None, planned: tuple[str, ...]) -> Values:
        """The values of a new risk, or what the row says about a stored one, and nothing else.

        `planned` are the listed actions that become no action items.
        """
        left: dict[str, str] = {}
        values: Values = {name: value for name in PLAIN if (value := getattr(row, name))}
        values |= self._kind(row, is_new=risk is None)
        values |= _effort(row) | _ratings(row, risk)
        values |= self._people_and_system(row, risk, left)
        values |= self._tags(row, left) | self._links(row, risk, left)
        if row.review_due_on and row.status is not Status.CLOSED:
            values["review_due_on"] = row.review_due_on
        self._shorten(row, values, left)
        return values | _description(row, risk, planned, left)

    def _kind(self, row: RiskRow, *, is_new: bool) -> Values:
        if row.kind is not None:
            return {"kind": row.kind}
        if not is_new:
            return {}
        found = kind_of(row.category, row.title)
        if found not in self._concluded:
            self._concluded[found] = _concluded(found)
        self._remarks.warn(row.line, self._column_of.get("title", ""), self._concluded[found])
        return {"kind": found or Kind.BOTH}

    def _people_and_system(self, row: RiskRow, risk: Risk | None, left: dict[str, str]) -> Values:
        values: Values = {}
        if row.owner:
            values["owner"] = self._lookups.owner(row, risk.owner if risk else None)
        if row.system:
            values["system"] = self._lookups.system(row, risk.system if risk else None)
        for name in ("owner", "system"):
            if name in values and values[name] is None:
                left[self._column_of[name]] = getattr(row, name)
                del values[name]  # what nobody knows takes away nothing
        if row.knowers:
            values["knowers"], missing = self._lookups.knowers(row)
            left[self._column_of["knowers"]] = "; ".join(missing)
        return values

    def _tags(self, row: RiskRow, left: dict[str, str]) -> Values:
        if not row.tags:
            return {}
        short = [tag for tag in row.tags if len(tag) <= TAG_CHARS_MAX]
        kept = short[:TAGS_MAX]
        if len(kept) < len(row.tags):
            message = _(
                "A risk has at most %(count)s tags of %(chars)s characters; the others stand in "
                "the description.",
                count=TAGS_MAX,
                chars=TAG_CHARS_MAX,
            )
            self._remarks.warn(row.line, self._column_of["tags"], message)
            left[self._column_of["tags"]] = "; ".join(t for t in row.tags if t not in kept)
        return {"tags": kept}

    def _links(self, row: RiskRow, risk: Risk | None, left: dict[str, str]) -> Values:
        """Web addresses, with the words that a stored one has; anything else stays a text."""
        if not row.links:
            return {}
        words = {link.url: link.label for link in risk.links} if risk else {}
        kept = [url for url in row.links if is_web_address(url)][:LINKS_MAX]
        others = [text for text in row.links if text not in kept]
        if others:
            message = _(
                "“%(text)s” is no web address; it stands in the description.", text=others[0][:60]
            )
            self._remarks.warn(row.line, self._column_of["links"], message)
            left[self._column_of["links"]] = "; ".join(others)
        return {"links": [(url, words.get(url, "")) for url in kept]}

    def _shorten(self, row: RiskRow, values: Values, left: dict[str, str]) -> None:
        for name, limit in LINES.items():
            text = values.get(name, "")
            if len(text) <= limit:
                continue
            values[name] = f"{text[: limit - 1]}…"
            column = self._column_of.get(name) or self._column_of.get("current_score", "")
            message = _(
                "This has more than %(limit)s characters; it was cut, and the whole of it stands "
                "in the description.",
                limit=limit,
            )
            self._remarks.warn(row.line, column, message)
            left[column or name] = text


def _concluded(found: Kind | None) -> str:
    """What to say of the kind that the words of category and title speak of."""
    if found is None:
        return _(
            "The file does not say whether this is about security or operations, nor does a word "
            "of category and title; it was filed as both."
        )
    return _(
        "The file does not say whether this is about security or operations; by the words of "
        "category and title it was filed as %(kind)s.",
        kind=str(labels.KIND[found]).lower(),
    )


def _effort(row: RiskRow) -> Values:
    if row.effort_days is None and row.effort_size is None:
        return {}
    return {"effort_days": row.effort_days, "effort_size": row.effort_size}


def _ratings(row: RiskRow, risk: Risk | None) -> Values:
    """The tiers that the row rates; a side it does not know stays as stored."""
    values: Values = {}
    for tier in Tier:
        said: Rating = getattr(row, tier)
        if said == Rating():
            continue
        stored = rating_of(risk, tier) if risk else Rating()
        values[tier.value] = Rating(
            likelihood=said.likelihood or stored.likelihood, impact=said.impact or stored.impact
        )
    return values


def _description(
    row: RiskRow, risk: Risk | None, planned: tuple[str, ...], left: Mapping[str, str]
) -> Values:
    parts: dict[Part, str] = {}
    if row.actions or row.due_on:
        parts[Part.PLANNED] = _planned(row, planned)
    notes = [guarded(text) for text in (row.notes, _cost(row)) if text]
    if notes:
        parts[Part.NOTES] = "\n\n".join(notes)
    other = as_list({**dict(row.extra), **_other_scores(row), **left})
    if other:
        parts[Part.OTHER] = other
    stored = risk.description if risk else ""
    text = renewed(stored, row.description, parts)
    return {"description": text} if text != stored else {}


def _planned(row: RiskRow, planned: tuple[str, ...]) -> str:
    """The steps that are no action items, with the day by which they are due."""
    steps = "\n".join(f"- {' '.join(step.split())}" for step in planned)
    shows_day = row.due_on is not None and (planned or not row.actions)
    day = f"Due on {row.due_on}." if shows_day else ""
    return "\n\n".join(filter(None, (steps, day)))


def _cost(row: RiskRow) -> str:
    return f"Cost: {row.cost}" if row.cost else ""


def _other_scores(row: RiskRow) -> dict[str, str]:
    """Scores as stated beside the one that has a field of its own."""
    return {
        score.column: score.text
        for score in row.stated
        if (score.tier, score.text) != (Tier.CURRENT, row.stated_score)
    }
