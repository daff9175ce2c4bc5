"""The values a risk is written with: which there are, and what is refused."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _

from riskreg.errors import Invalid
from riskreg.lib.text import TextError, clean_line, clean_text, is_blank
from riskreg.lib.units import EFFORT_DAYS_MAX
from riskreg.metrics.matrix import Matrix, Rating
from riskreg.metrics.severity import band
from riskreg.risks.kinds import Kind, Tier, Treatment
from riskreg.risks.scoring import effort

TITLE_CHARS_MAX = 200
TEXT_CHARS_MAX = 20_000
TAG_CHARS_MAX = 60
TAGS_MAX = 20
LINKS_MAX = 30
URL_CHARS_MAX = 1_000

LINES = {"title": TITLE_CHARS_MAX, "category": 80, "external_ref": 120, "stated_score": 40}
TEXTS = ("cause", "event", "consequence", "description", "controls")
RATINGS = tuple(tier.value for tier in Tier)
COLUMNS = (
    *LINES,
    *TEXTS,
    "kind",
    "system",
    "owner",
    "treatment",
    "identified_on",
    "review_due_on",
    "effort_days",
    "effort_size",
    "import_key",
)
# Everything `create_risk` and `update_risk` take; "team" for an update only.
ACCEPTED = frozenset({*COLUMNS, *RATINGS, "tags", "links", "knowers", "team"})


def checked_values(values: Mapping[str, Any], matrix: Matrix) -> dict[str, Any]:
    """The values as they are stored. Raises Invalid naming the field that cannot be."""
    unknown = set(values) - ACCEPTED
    if unknown:
        raise TypeError(f"A risk has no {', '.join(sorted(unknown))}.")
    kept = dict(values)
    _check_texts(kept)
    _check_effort(kept)
    for name in RATINGS:
        if name in kept:
            kept[name] = checked_rating(kept[name], matrix, field=name)
    if "kind" in kept:
        kept["kind"] = Kind(kept["kind"])
    if "treatment" in kept:
        kept["treatment"] = Treatment(kept["treatment"])
    if "tags" in kept:
        kept["tags"] = checked_tags(kept["tags"])
    if "links" in kept:
        kept["links"] = checked_links(kept["links"])
    return kept


def checked_rating(rating: Rating | None, matrix: Matrix, *, field: str) -> Rating:
    """The rating, if its levels are on the matrix; None is not rated."""
    rating = rating or Rating()
    try:
        band(matrix, rating)
    except ValueError as error:
        raise Invalid(_("This level is not on the matrix."), field=field) from error
    return rating


def checked_tags(tags: Iterable[str]) -> list[str]:
    """The tags in lower case, each once, in order."""
    kept = sorted({clean_line(tag).lower().lstrip("#").strip() for tag in tags} - {""})
    if any(len(tag) > TAG_CHARS_MAX for tag in kept):
        raise Invalid(_("A tag has at most %(n)s characters.", n=TAG_CHARS_MAX), field="tags")
    if len(kept) > TAGS_MAX:
        raise Invalid(_("A risk has at most %(n)s tags.", n=TAGS_MAX), field="tags")
    return kept


def checked_links(links: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(address, label) pairs, each address once. Raises Invalid for one that is no web address."""
    kept: dict[str, str] = {}
    for url, label in links:
        if not is_web_address(url):
            raise Invalid(_("“%(url)s” is no web address.", url=url[:60]), field="links")
        kept.setdefault(url, clean_line(label, max_chars=200))
    if len(kept) > LINKS_MAX:
        raise Invalid(_("A risk has at most %(n)s links.", n=LINKS_MAX), field="links")
    return list(kept.items())


def is_web_address(url: str) -> bool:
    """Whether the text is an http or https address that is safe to link to."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isprintable() and " " not in url and len(url) <= URL_CHARS_MAX
    return plain and parts.scheme in {"http", "https"} and bool(parts.netloc)


def _check_texts(values: dict[str, Any]) -> None:
    for name in (*LINES, *TEXTS):
        if name not in values:
            continue
        try:
            if name in LINES:
                values[name] = clean_line(values[name], max_chars=LINES[name])
            else:
                values[name] = clean_text(values[name], max_chars=TEXT_CHARS_MAX)
        except TextError as error:
            raise Invalid(_("This text is too long or cannot be stored."), field=name) from error
    if "title" in values and is_blank(values["title"]):
        raise Invalid(_("Give the risk a title."), field="title")


def _check_effort(values: dict[str, Any]) -> None:
    if "effort_days" not in values and "effort_size" not in values:
        return
    days, size = effort(values)
    if days is not None and not 1 <= days <= EFFORT_DAYS_MAX:
        raise Invalid(
            _("Effort is between 1 and %(n)s person-days.", n=EFFORT_DAYS_MAX), field="effort_days"
        )
    values["effort_days"], values["effort_size"] = days, size
