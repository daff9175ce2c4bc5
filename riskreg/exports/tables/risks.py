"""The register: raw codes and stable ids, with a label beside each, as our own import reads them.

Teams, systems and people are named by what never changes twice (slug, key, e-mail); the columns
that riskreg works out itself are there to be read and are ignored when the file comes back.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Connection, String, and_, select, type_coerce
from sqlalchemy.orm import aliased

from riskreg.db import db
from riskreg.exports.kinds import Asked, Book, Cell, ExportTable, Row, Sheet
from riskreg.exports.reading import IDS, by_id, ids_of, in_portions, lists_of, word
from riskreg.metrics.matrix import Matrix, Rating
from riskreg.metrics.severity import band, product_score
from riskreg.org.access import secrets_among, visible
from riskreg.org.models import Person, System, Team
from riskreg.org.permissions import Permission
from riskreg.risks.conditions import ordered_ids, view_of
from riskreg.risks.filters import RiskFilter
from riskreg.risks.kinds import Tier
from riskreg.risks.matrices import matrices
from riskreg.risks.models import Assessment, MatrixVersion, Risk, RiskKnower, RiskLink, RiskTag
from riskreg.risks.scoring import MILLI, MILLIONTHS, figure

ROWS_MAX = 10_000_000
KNOWER = aliased(Person)

# As they are stored, in the order of the file; the others are worked out below. Members of closed
# sets stay the texts they are.
_STORED: Mapping[str, Any] = {
    "id": Risk.id,
    "title": Risk.title,
    "kind": type_coerce(Risk.kind, String),
    "category": Risk.category,
    "status": type_coerce(Risk.status, String),
    "close_reason": type_coerce(Risk.close_reason, String),
    "treatment": type_coerce(Risk.treatment, String),
    "team": Team.slug,
    "team_name": Team.name,
    "system": System.key,
    "system_name": System.name,
    "owner": Person.email,
    "owner_name": Person.name,
    "current_likelihood": Risk.current_likelihood,
    "current_impact": Risk.current_impact,
    "target_likelihood": Risk.target_likelihood,
    "target_impact": Risk.target_impact,
    "inherent_likelihood": Risk.inherent_likelihood,
    "inherent_impact": Risk.inherent_impact,
    "effort_days": Risk.effort_days,
    "effort_size": type_coerce(Risk.effort_size, String),
    "exposure_days_a_year": Risk.exposure_milli,
    "gain_days_a_year": Risk.gain_milli,
    "value_per_day": Risk.value_rate,
    "identified_on": Risk.identified_on,
    "review_due_on": Risk.review_due_on,
    "cause": Risk.cause,
    "event": Risk.event,
    "consequence": Risk.consequence,
    "description": Risk.description,
    "controls": Risk.controls,
    "external_ref": Risk.external_ref,
    "stated_score": Risk.stated_score,
    "matrix_id": Risk.matrix_id,
    "reviewed_on": Risk.reviewed_on,
    "closed_at": Risk.closed_at,
    "realised_at": Risk.realised_at,
    "created_at": Risk.created_at,
    "updated_at": Risk.updated_at,
    "version": Risk.version,
}
_PARTS = {
    "exposure_days_a_year": MILLI,
    "gain_days_a_year": MILLI,
    "value_per_day": MILLIONTHS,
}
_AT = {name: at for at, name in enumerate(_STORED)}
_LISTS = ("tags", "knowers", "links")
_NOT_SHOWN = {"id", "matrix_id"}
_TIERS = tuple(tier.value for tier in Tier)
# As `_LISTS` names them.
_LISTED = (
    select(RiskTag.risk_id, RiskTag.tag).where(RiskTag.risk_id.in_(IDS)).order_by(RiskTag.tag),
    select(RiskKnower.risk_id, KNOWER.email)
    .join(KNOWER, KNOWER.id == RiskKnower.person_id)
    .where(RiskKnower.risk_id.in_(IDS))
    .order_by(KNOWER.email),
    select(RiskLink.risk_id, RiskLink.url).where(RiskLink.risk_id.in_(IDS)).order_by(RiskLink.id),
)
COLUMNS: tuple[str, ...] = (
    "ref",
    *(name for name in _STORED if name not in _NOT_SHOWN and not name.endswith(("_at", "version"))),
    *_LISTS,
    *(f"{tier}_{axis}_label" for tier in _TIERS for axis in ("likelihood", "impact")),
    "band",
    "band_rank",
    "target_band",
    "inherent_band",
    "score",
    "matrix",
    *("closed_at", "realised_at", "created_at", "updated_at", "version"),
)
HISTORY = ("ref", "rated_at", "tier", "likelihood", "impact", "band_rank", "matrix", "by", "why")
MATRIX = ("matrix", "part", "number", "label", "security", "operational", "midpoint", "review_days")


def read(asked: Asked) -> Book:
    """The risks of a filter in its order; the matrix and every rating on further sheets."""
    slug = {"team": asked.team.slug} if asked.team else {}
    criteria = RiskFilter.from_args({**asked.filters, **slug})
    view = view_of(asked.actor, criteria, today=asked.today)
    ids = ids_of(ordered_ids(view, ROWS_MAX))
    known, numbers = matrices(), _matrix_numbers()
    seen = visible(asked.actor, Permission.SYSTEM_VIEW, System.team_id)
    return Book(
        name="risks",
        data=Sheet(
            name="data", columns=COLUMNS, rows=in_portions(ids, _reader(known, numbers, seen))
        ),
        count=len(ids),
        secrets=secrets_among(asked.actor, "risk", ids),
        more=(
            Sheet(name="matrix", columns=MATRIX, rows=lambda: _matrix_rows(known, numbers)),
            Sheet(name="history", columns=HISTORY, rows=_history(ids, numbers)),
        ),
    )


def _reader(
    known: Mapping[int, Matrix], numbers: Mapping[int, int], seen: ColumnElement[bool]
) -> Any:
    """What reads the rows of some risks; systems that are not `seen` are not named."""
    rows_query = (
        select(*_STORED.values())
        .select_from(Risk)
        .outerjoin(Team, Team.id == Risk.team_id)
        .outerjoin(System, and_(System.id == Risk.system_id, seen))
        .outerjoin(Person, Person.id == Risk.owner_id)
        .where(Risk.id.in_(IDS))
    )
    bands = _Bands(known)

    def portion(connection: Connection, ids: Sequence[int]) -> dict[int, Row]:
        stored = by_id(connection.execute(rows_query, {"ids": ids}))
        lists = _lists(connection, ids)
        return {number: _row(row, lists, bands, numbers) for number, row in stored.items()}

    return portion


def _row(
    row: Sequence[Any],
    lists: Sequence[Mapping[int, tuple[str, ...]]],
    bands: "_Bands",
    numbers: Mapping[int, int],
) -> Row:
    number, matrix_id = row[0], row[_AT["matrix_id"]]
    start = _AT["current_likelihood"]
    levels = tuple(row[start : start + 6])
    figures = _AT["exposure_days_a_year"]
    return [
        f"R-{number}",
        *row[1:figures],
        *map(figure, row[figures : figures + len(_PARTS)], _PARTS.values()),
        *row[figures + len(_PARTS) : _AT["matrix_id"]],
        row[_AT["reviewed_on"]],
        *(texts.get(number, ()) for texts in lists),
        *bands.words(matrix_id, levels),
        numbers[matrix_id],
        *row[_AT["closed_at"] :],
    ]


class _Bands:
    """Labels, bands and score of each combination of levels, worked out once."""

    def __init__(self, known: Mapping[int, Matrix]) -> None:
        self._known = known
        self._words: dict[tuple[int, tuple[int | None, ...]], tuple[Cell, ...]] = {}

    def words(self, matrix_id: int, levels: tuple[int | None, ...]) -> tuple[Cell, ...]:
        """Six level labels, band, band rank, target band, inherent band, score."""
        key = (matrix_id, levels)
        if key not in self._words:
            self._words[key] = self._worked_out(self._known[matrix_id], levels)
        return self._words[key]

    def _worked_out(self, matrix: Matrix, levels: tuple[int | None, ...]) -> tuple[Cell, ...]:
        current, target, inherent = (
            Rating(likelihood=levels[at], impact=levels[at + 1]) for at in (0, 2, 4)
        )
        scales = (matrix.likelihoods, matrix.impacts) * 3
        labels = [
            scale[level - 1].label if level else None
            for scale, level in zip(scales, levels, strict=True)
        ]
        found = [band(matrix, rating) for rating in (current, target, inherent)]
        names = [each.label if each else None for each in found]
        rank = found[0].rank if found[0] else None
        return (*labels, names[0], rank, *names[1:], product_score(current))


def _lists(connection: Connection, ids: Sequence[int]) -> list[dict[int, tuple[str, ...]]]:
    """Tags, knowledge holders and links of each risk, as `_LISTS` names them."""
    return [lists_of(connection, query, ids) for query in _LISTED]


def _history(ids: Sequence[int], numbers: Mapping[int, int]) -> Any:
    """Every rating of the risks, those of one risk together, oldest first."""
    query = select(
        Assessment.risk_id,
        Assessment.at,
        Assessment.tier,
        Assessment.likelihood,
        Assessment.impact,
        Assessment.band_rank,
        Assessment.matrix_id,
        Person.name,
        Assessment.why,
    )
    query = query.outerjoin(Person, Person.id == Assessment.by_id)
    query = query.where(Assessment.risk_id.in_(IDS)).order_by(Assessment.id)

    def portion(connection: Connection, some: Sequence[int]) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = {}
        for number, at, tier, *levels, matrix_id, by, why in connection.execute(
            query, {"ids": some}
        ):
            row = (f"R-{number}", at, word(tier), *levels, numbers[matrix_id], by, why)
            found.setdefault(number, []).append(row)
        return found

    grouped = in_portions(ids, portion)

    def rows() -> Iterator[Row]:
        for ratings in grouped():
            yield from ratings  # type: ignore[misc]  # the rows of one risk

    return rows


def _matrix_numbers() -> dict[int, int]:
    rows = db.session.execute(select(MatrixVersion.id, MatrixVersion.number))
    return {row[0]: row[1] for row in rows}


def _matrix_rows(known: Mapping[int, Matrix], numbers: Mapping[int, int]) -> Iterator[Row]:
    """Every level and band of every version, so that the codes can be read without riskreg."""
    for matrix_id, matrix in known.items():
        number = numbers[matrix_id]
        for part, levels in (("likelihood", matrix.likelihoods), ("impact", matrix.impacts)):
            for level in levels:
                anchors = (level.security, level.operational, level.midpoint)
                yield (number, part, level.position, level.label, *anchors, None)
        for each in matrix.bands:
            yield (number, "band", each.rank, each.label, None, None, None, each.review_days)
        for impact, ranks in enumerate(matrix.grid, start=1):
            for likelihood, rank in enumerate(ranks, start=1):
                cell = f"{likelihood} × {impact} = {matrix.bands[rank - 1].label}"
                yield (number, "cell", rank, cell, None, None, None, None)


TABLE = ExportTable(
    name="risks",
    label=lambda: _("Risks"),
    permission=Permission.RISK_VIEW,
    read=read,
    everything={"status": "all"},
)
