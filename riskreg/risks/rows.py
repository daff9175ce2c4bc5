"""Store new risks past the session, which takes several times as long for each."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, inspect
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.util import identity_key

from riskreg.audit.rows import wrote
from riskreg.db import db
from riskreg.risks.models import Risk, RiskKnower, RiskLink, RiskTag
from riskreg.risks.stamps import note_teams

Row = dict[str, Any]

_BLANK: Mapping[str, Any] = {
    column.name: getattr(column.default, "arg", None)
    for column in Risk.__table__.columns
    if column.name != "id"
} | {"version": 1}
_TO_ONE = ("team", "system", "owner", "matrix")
_TO_MANY = ("tags", "links", "knowers")
_RISKS = insert(Risk)
_COUNTED_RISKS = _RISKS.returning(Risk.id, sort_by_parameter_order=True)
_TAGS, _KNOWERS = insert(RiskTag), insert(RiskKnower)
_LINKS = insert(RiskLink).returning(RiskLink.id, sort_by_parameter_order=True)


def store_new(risks: Sequence[Risk], *, numbers: Sequence[int] = ()) -> None:
    """Store risks that are in no session yet; afterwards they are, with their numbers.

    Without `numbers` the register counts on.
    """
    if not risks:
        return
    rows = [_row(risk) for risk in risks]
    connection = db.session.connection()
    if numbers:
        numbered = zip(rows, numbers, strict=True)
        connection.execute(_RISKS, [row | {"id": number} for row, number in numbered])
    else:
        numbers = connection.execute(_COUNTED_RISKS, rows).scalars().all()
    wrote("risk", zip(numbers, rows, strict=True))
    _store_parts(dict(zip(numbers, risks, strict=True)))
    note_teams(row["team_id"] for row in rows)
    for risk, number, row in zip(risks, numbers, rows, strict=True):
        _attach(risk, row | {"id": number})


def _row(risk: Risk) -> Row:
    """Every column but its number, so that all rows fit into one statement."""
    known = inspect(risk).dict
    row = {name: known.get(name, blank) for name, blank in _BLANK.items()}
    for name in _TO_ONE:
        if known.get(name) is not None:
            row[f"{name}_id"] = known[name].id
    return row


def _store_parts(risks: Mapping[int, Risk]) -> None:
    """Tags, links and the people who know of them."""
    tags = [
        {"risk_id": number, "tag": each.tag} for number, risk in risks.items() for each in risk.tags
    ]
    links = [
        {"risk_id": number, "url": each.url, "label": each.label}
        for number, risk in risks.items()
        for each in risk.links
    ]
    knowers = [
        {"risk_id": number, "person_id": each.id}
        for number, risk in risks.items()
        for each in risk.knowers
    ]
    connection = db.session.connection()
    for table, statement, rows in (
        ("risk_tag", _TAGS, tags),
        ("risk_knower", _KNOWERS, knowers),
    ):
        if rows:
            connection.execute(statement, rows)
            wrote(table, [(list(row.values()), row) for row in rows])
    if links:
        wrote("risk_link", zip(connection.execute(_LINKS, links).scalars(), links, strict=True))


def _attach(risk: Risk, row: Row) -> None:
    """Make the object that of the stored row, as if the session had stored it."""
    known = inspect(risk).dict
    for name in _TO_MANY:
        known.pop(name, None)  # read when asked for: the session would store its objects again
    known.update(row)
    make_transient_to_detached(risk)
    stale = db.session.identity_map.get(identity_key(Risk, row["id"]))
    if stale is not None:  # of a savepoint that was rolled back
        db.session.expunge(stale)
    db.session.add(risk)
