"""A risk as programs get and send it: its shapes, and what stands in them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from riskreg.db import db
from riskreg.lib.units import EFFORT_DAYS_MAX
from riskreg.metrics.matrix import Matrix, Rating
from riskreg.metrics.ranking import Order
from riskreg.org.access import can
from riskreg.org.models import Person
from riskreg.org.permissions import Permission
from riskreg.risks.filters import ANY_STATUS, TEXT_CHARS_MAX
from riskreg.risks.forms import data_of
from riskreg.risks.kinds import CloseReason, Kind, Size, Status, Tier, Treatment
from riskreg.risks.models import Risk
from riskreg.risks.queries import RiskRow
from riskreg.risks.scoring import MILLI, MILLIONTHS, figure, rating_of
from riskreg.risks.values import LINKS_MAX, TAG_CHARS_MAX, TAGS_MAX, TITLE_CHARS_MAX
from riskreg.risks.words import band_label, rating_band
from riskreg.web.api import LIMIT, TEAM_ASKED, Data, iso, written
from riskreg.web.security import current_actor
from riskreg.web.shapes import (
    STORABLE,
    Day,
    Flag,
    Items,
    Number,
    Shape,
    Text,
    Thing,
    Whole,
    instant,
    word_of,
)

LINES_KEPT = 1_000
WRITTEN = r"^[^\x00\ud800-\udfff]*\S"  # more than blanks
EMAIL = Text(high=254)
LEVEL = Whole(low=1, high=9, about=_l("A level of the matrix, 1 is the lowest."))
FIGURE = Number(nullable=True)
STORED_RATING = Thing(
    name="RiskRating",
    fields={
        "likelihood": Whole(nullable=True),
        "impact": Whole(nullable=True),
        "band": Text(nullable=True, about=_l("Null where it is not rated.")),
    },
)
LINK = Thing(
    name="RiskLink",
    fields={"url": Text(low=8, high=1_000, pattern=r"^\S+$"), "label": Text(high=200)},
    optional=frozenset({"label"}),
)
LINE: Mapping[str, Shape] = {
    "ref": Text(about=_l("What people call it, such as R-12.")),
    "title": Text(),
    "kind": word_of(Kind),
    "status": word_of(Status),
    "treatment": word_of(Treatment),
    "team": Text(about=_l("The slug of its team.")),
    "system": Text(nullable=True, about=_l("The key of its system, as far as you may see it.")),
    "owner": Text(nullable=True, about=_l("An e-mail.")),
    "band": Text(nullable=True, about=_l("By the matrix it was scored on; null is not rated.")),
    "band_rank": Whole(nullable=True),
    "current": STORED_RATING,
    "target": STORED_RATING,
    "exposure_days_a_year": FIGURE,
    "gain_days_a_year": FIGURE,
    "value_per_day": FIGURE,
    "effort_days": Whole(nullable=True, about=_l("Person-days; null is unknown, never zero.")),
    "effort_size": Text(words=tuple(Size), nullable=True),
    "identified_on": Day(),
    "review_due_on": Day(nullable=True),
    "is_pinned": Flag(),
}
TEXTS = ("category", "cause", "event", "consequence", "description", "controls", "external_ref")
RISK_LINE = Thing(name="RiskLine", fields=LINE)
RISK = Thing(
    name="Risk",
    fields={
        **LINE,
        **{name: Text() for name in TEXTS},
        "inherent": STORED_RATING,
        "tags": Items(of=Text()),
        "knowers": Items(of=Text(), about=_l("E-mails of who knows how it really works.")),
        "links": Items(of=LINK),
        "pin_reason": Text(),
        "close_reason": Text(words=tuple(CloseReason), nullable=True),
        "close_note": Text(),
        "reviewed_on": Day(nullable=True),
        "closed_at": instant().or_null(),
        "realised_at": instant().or_null(),
        "created_at": instant(),
        "updated_at": instant(),
        "version": Whole(about=_l("Also its ETag; a change names the one it saw in If-Match.")),
    },
)
RATING = Thing(
    name="NewRating",
    fields={"likelihood": LEVEL.or_null(), "impact": LEVEL.or_null()},
    nullable=True,
    about=_l("Null, or nulls inside, are not rated."),
)
FIELDS: Mapping[str, Shape] = {
    "title": Text(low=1, high=TITLE_CHARS_MAX, pattern=WRITTEN),
    "kind": word_of(Kind),
    "team": Text(low=1, high=80, about=_l("A slug.")),
    "system": Text(high=80, nullable=True, about=_l("A key.")),
    "owner": EMAIL.or_null(),
    "treatment": word_of(Treatment),
    **{name: Text() for name in TEXTS},
    "category": Text(high=80),
    "external_ref": Text(high=120),
    "tags": Items(of=Text(low=1, high=TAG_CHARS_MAX, pattern=r"^[^,]*$"), most=TAGS_MAX),
    "knowers": Items(of=EMAIL, most=100),
    "links": Items(of=LINK, most=LINKS_MAX),
    "identified_on": Day(),
    "effort_days": Whole(low=1, high=EFFORT_DAYS_MAX, nullable=True),
    "effort_size": Text(words=tuple(Size), nullable=True, about=_l("Counts where days are not.")),
    **{tier.value: RATING for tier in Tier},
    "why": Text(high=4_000, about=_l("Why it is rated so.")),
}
NEW = Thing(name="NewRisk", fields=FIELDS, optional=frozenset(FIELDS) - {"title", "kind", "team"})
CHANGES = Thing(name="RiskChanges", fields=FIELDS, optional=frozenset(FIELDS), at_least_one=True)
ASKED: Mapping[str, Shape] = {
    "team": TEAM_ASKED,
    "kind": word_of(Kind, _l("Security and operational take in risks of both kinds.")),
    "status": word_of((*Status, ANY_STATUS), _l("Open without it.")),
    "band": Text(pattern=r"^([1-9]|unrated)$", high=7, about=_l("A rank, or unrated.")),
    "owner": Text(high=254, about=_l("An e-mail, me, or none.")),
    "system": Text(high=80, about=_l("A key, or none.")),
    "tag": Text(high=TAG_CHARS_MAX),
    "effort": word_of(("known", "unknown")),
    "due": word_of(("1",), _l("Its review is due.")),
    "tier": word_of((Tier.CURRENT, Tier.TARGET), _l("Which rating the levels are about.")),
    "likelihood": LEVEL,
    "impact": LEVEL,
    "q": Text(high=TEXT_CHARS_MAX, about=_l("Words that it holds, or R-12.")),
    "order": word_of(Order, _l("Severity without it.")),
    "limit": LIMIT,
    "after": Text(high=500, pattern=STORABLE, about=_l("Where “next” goes on.")),
}


def lines_of(rows: Sequence[RiskRow], matrices: Mapping[int, Matrix]) -> list[str]:
    """Risks as lists tell them, as JSON."""
    writers = {number: _writer(matrix) for number, matrix in matrices.items()}
    return [writers[row.matrix_id](row) for row in rows]


@lru_cache(maxsize=8)
def _writer(matrix: Matrix) -> Callable[[RiskRow], str]:
    """What writes risks that are rated on this matrix, once for each content of a row."""
    return lru_cache(maxsize=LINES_KEPT)(lambda row: written(_line_of(row, matrix)))


def _line_of(row: RiskRow, matrix: Matrix) -> Data:
    return {
        "ref": row.ref,
        "title": row.title,
        "kind": row.kind,
        "status": row.status,
        "treatment": row.treatment,
        "team": row.team_slug,
        "system": row.system_key,
        "owner": row.owner_email,
        "effort_days": row.effort_days,
        "effort_size": row.effort_size,
        **_figures(row, matrix),
        "current": _rating(matrix, row.current),
        "target": _rating(matrix, row.target),
        "is_pinned": bool(row.pin_reason),
    }


def whole_of(risk: Risk, matrix: Matrix) -> Data:
    """A risk with all its texts."""
    same = ("ref", "title", "kind", "status", "treatment", "effort_days", "effort_size", *TEXTS)
    more = ("pin_reason", "close_reason", "close_note", "version")
    seen = risk.system is not None and can(current_actor, Permission.SYSTEM_VIEW, risk.system)
    return {
        **{name: getattr(risk, name) for name in (*same, *more)},
        **{name: iso(getattr(risk, name)) for name in ("reviewed_on", "closed_at")},
        **{name: iso(getattr(risk, name)) for name in ("realised_at", "created_at")},
        "updated_at": iso(risk.updated_at),
        "team": risk.team.slug,
        "system": risk.system.key if risk.system and seen else None,
        "owner": risk.owner.email if risk.owner else None,
        **_figures(risk, matrix),
        **{tier.value: _rating(matrix, rating_of(risk, tier)) for tier in Tier},
        "tags": [entry.tag for entry in risk.tags],
        "knowers": [person.email for person in risk.knowers],
        "links": [{"url": link.url, "label": link.label} for link in risk.links],
        "is_pinned": bool(risk.pin_reason),
    }


def fields_of(sent: Data, risk: Risk | None = None) -> dict[str, Any]:
    """What was sent as the form's fields, the rest as `risk` has it."""
    stored = data_of(risk) if risk else {"system": "", "owner": ""}
    fields = {name: _text(value) for name, value in stored.items()}
    fields |= {name: _text(value) for name, value in sent.items() if name in _SAME}
    if "owner" in sent:
        fields["owner"] = "".join(_numbers([sent["owner"]] if sent["owner"] else []))
    if "knowers" in sent:
        fields["knowers"] = _numbers(sent["knowers"])
    if "tags" in sent:
        fields["tags"] = ", ".join(sent["tags"])
    if "links" in sent:
        fields["links"] = "\n".join(map(_line, sent["links"]))
    if sent.keys() & {"effort_days", "effort_size"}:
        days = sent.get("effort_days")
        fields |= {"effort": f"{int(days)} d" if days else "", "effort_size": ""}
        fields["effort_size"] = sent.get("effort_size") or ""
    for tier in Tier:
        if tier in sent:
            fields |= {f"{tier}_{axis}": _text(level) for axis, level in _levels(sent[tier])}
    return fields


def named_by(field: str) -> tuple[str, ...]:
    """Where in what was sent a field of the form comes from."""
    tier, _underscore, axis = field.partition("_")
    if tier in set(Tier) and axis in _AXES:
        return tier, axis
    return ("effort_days",) if field == "effort" else (field,)


_SAME = frozenset({"title", "kind", "team", "system", "treatment", *TEXTS, "identified_on", "why"})
_AXES = ("likelihood", "impact")


def _line(link: Mapping[str, str]) -> str:
    """An address and its label, as the form has them on a line."""
    return f"{link['url']} {' '.join(link.get('label', '').split())}"


def _levels(rating: Mapping[str, int | None] | None) -> list[tuple[str, int | None]]:
    return [(axis, (rating or {}).get(axis)) for axis in _AXES]


def _figures(row: RiskRow | Risk, matrix: Matrix) -> Data:
    rated = row.band_rank is not None
    return {
        "band": band_label(matrix, row.band_rank) if rated else None,
        "band_rank": row.band_rank,
        "exposure_days_a_year": figure(row.exposure_milli, MILLI),
        "gain_days_a_year": figure(row.gain_milli, MILLI),
        "value_per_day": figure(row.value_rate, MILLIONTHS),
        "identified_on": iso(row.identified_on),
        "review_due_on": iso(row.review_due_on),
    }


def _rating(matrix: Matrix, rating: Rating) -> Data:
    rank = rating_band(matrix, rating)
    label = None if rank is None else band_label(matrix, rank)
    return {"likelihood": rating.likelihood, "impact": rating.impact, "band": label}


def _numbers(emails: Iterable[str]) -> list[str]:
    """The numbers of people by their e-mails; of nobody a sign that the form refuses."""
    wanted = [email.strip().lower() for email in emails]
    query = select(Person.email, Person.id).where(Person.email.in_(wanted))
    known = {email: str(number) for email, number in db.session.execute(query)} if wanted else {}
    return [known.get(email, "?") for email in wanted]


def _text(value: Any) -> Any:
    """A value as a form sends it."""
    if isinstance(value, list):
        return value
    return "" if value is None else str(getattr(value, "value", value))
