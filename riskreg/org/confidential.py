"""What is confidential: who reads it all the same, and the conditions that keep it from others.

A confidential risk is seen by its owner, by those an action of it is assigned to, and by its named
readers (whoever filed it and whoever marked it are named first). No role opens it. Everything here
is asked by table and number, because the features stand above this one; `riskreg.org.access` puts
the conditions on every list and every row, so that no feature has to think of it.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    cast,
    column,
    exists,
    func,
    not_,
    or_,
    select,
    table,
    true,
)

from riskreg.org.models import Reader

# What names one thing: its table and its number.
RISK = "risk"
_RISK = table(
    RISK,
    column("id", Integer),
    column("owner_id", Integer),
    column("is_confidential", Boolean),
).alias("guarded")
_ACTION = table(
    "action_item", column("id", Integer), column("risk_id", Integer), column("owner_id", Integer)
).alias("guarded_action")


def privy_numbers(person_id: Any, instant: Any) -> Select[str]:
    """The numbers of the confidential risks that a person may read, with commas between them."""
    assigned = select(_ACTION.c.risk_id).where(
        _ACTION.c.owner_id == person_id, _ACTION.c.risk_id.is_not(None)
    )
    named = select(Reader.item_id).where(
        Reader.kind == RISK,
        Reader.person_id == person_id,
        or_(Reader.until_at.is_(None), Reader.until_at > instant),
    )
    # The person may be a column of the statement around this one: each part takes it from there,
    # and never from a second look at that table, which would find everybody's.
    found = select(func.aggregate_strings(cast(_RISK.c.id, String), ",")).where(
        _RISK.c.is_confidential,
        or_(
            _RISK.c.owner_id == person_id,
            _RISK.c.id.in_(assigned.correlate_except(_ACTION)),
            _RISK.c.id.in_(named.correlate_except(Reader)),
        ),
    )
    return found.correlate_except(_RISK)


def privy_of(numbers: str | None) -> frozenset[tuple[str, int]]:
    """What `privy_numbers` found, as actors carry it."""
    return frozenset((RISK, int(number)) for number in (numbers or "").split(",") if number)


def numbers_in(privy: Iterable[tuple[str, int]], kind: str = RISK) -> tuple[int, ...]:
    """The numbers of one kind, in order."""
    return tuple(sorted(number for each, number in privy if each == kind))


def open_to(privy: Any, columns: Any, name: str) -> ColumnElement[bool]:
    """Whether a row of the table is not kept from a reader of the risks with the numbers `privy`.

    `privy` is a sequence or an expanding parameter. True for a table that keeps nothing secret.
    """
    if name == RISK and "is_confidential" in columns:
        plain: ColumnElement[bool] = not_(columns.is_confidential)
        return or_(plain, columns.id.in_(privy)) if privy else plain
    if name == RISK:
        shown: ColumnElement[bool] = columns.id.not_in(_hidden(privy))
        return shown
    if name == "action_item":
        return or_(columns.risk_id.is_(None), columns.risk_id.not_in(_hidden(privy)))
    if name == "audit_entry":
        return and_(*[not_(each) for each in _hidden_entries(privy, columns)])
    return true()


def own_rows(person_id: Any, privy: Any, columns: Any, name: str) -> Any:
    """Whether a row is one that somebody may see whatever their roles are; None where none is.

    Confidential risks they are privy to, with their actions, and any action assigned to them.
    """
    if name == RISK and privy:
        return columns.id.in_(privy)
    if name == "action_item" and person_id is not None:
        assigned = columns.owner_id == person_id
        return or_(assigned, columns.risk_id.in_(privy)) if privy else assigned
    return None


def is_confidential_risk(number: ColumnElement[Any]) -> Any:
    """Whether the number is that of a confidential risk."""
    return exists().where(_RISK.c.id == number, _RISK.c.is_confidential)


def _hidden(privy: Any) -> Select[int]:
    """The few that are confidential, without those of the reader."""
    return select(_RISK.c.id).where(_RISK.c.is_confidential, _RISK.c.id.not_in(privy))


def _hidden_entries(privy: Any, columns: Any) -> tuple[ColumnElement[bool], ...]:
    actions = select(_ACTION.c.id).where(_ACTION.c.risk_id.in_(_hidden(privy)))
    return (
        and_(columns.subject_type == RISK, columns.subject_id.in_(_hidden(privy))),
        and_(columns.subject_type == "action_item", columns.subject_id.in_(actions)),
    )
