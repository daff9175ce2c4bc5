"""What the values of a column say against the field that its name suggests."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from riskreg.imports.amounts import Unit, amount
from riskreg.imports.cells import fold, is_unknown
from riskreg.imports.fields import FIELDS_BY_NAME, FieldType
from riskreg.imports.kinds import Cell, SourceTable
from riskreg.imports.words import IMPACTS, KINDS, LIKELIHOODS
from riskreg.risks.kinds import Tier

_YES_NO = frozenset({"yes", "no", "y", "n", "true", "false", "oui", "non", "ja", "nein"})
_LEVEL_LENGTH_MAX = 60
_CELLS_LOOKED_AT = 500
_MOST = 0.8
_HALF = 0.5
# A file without titles is read by the text that comes nearest to one.
_TITLE_INSTEAD = ("event", "description", "cause", "consequence")


def fitted_to_values(
    table: SourceTable, fields: Sequence[str], is_known_tool: Sequence[bool]
) -> list[str]:
    """Return the fields of the columns after a look at their values ("" = not read).

    - a likelihood or impact of yes and no, or of long texts, is none;
    - a "consequence" of numbers or scale words is an impact;
    - a "type" that names neither security nor operations is a category;
    - a score in money, beside a likelihood without impact, is the impact;
    - without a title, the event or description is the title.
    """
    fitted = list(fields)
    for at, field in enumerate(fields):
        if field and not is_known_tool[at]:
            fitted[at] = _fitted(field, _known_cells(table, at), fitted)
    _take_money_for_impact(table, fitted)
    _take_text_for_title(fitted)
    return fitted


def _known_cells(table: SourceTable, at: int) -> list[Cell]:
    known = (row.cells[at] for row in table.rows if not is_unknown(row.cells[at]))
    return list(islice(known, _CELLS_LOOKED_AT))


def _fitted(field: str, cells: Sequence[Cell], fields: Sequence[str]) -> str:
    if not cells:
        return field
    if FIELDS_BY_NAME[field].type is FieldType.LEVEL:
        return field if _share(cells, _may_be_level) >= _HALF else ""
    if field == "consequence" and "current_impact" not in fields:
        return "current_impact" if _share(cells, _is_level) >= _MOST else field
    if field == "kind" and _share(cells, _is_kind) < _HALF:
        return "" if "category" in fields else "category"
    return field


def _share(cells: Sequence[Cell], test: object) -> float:
    assert callable(test)
    return sum(bool(test(cell)) for cell in cells) / len(cells)


def _may_be_level(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return not isinstance(cell, tuple)
    return len(cell) <= _LEVEL_LENGTH_MAX and fold(cell) not in _YES_NO


def _is_level(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return isinstance(cell, int | float)
    return amount(cell) is not None or any(
        scale.position(fold(cell)) is not None for scale in (*IMPACTS, *LIKELIHOODS)
    )


def _is_kind(cell: Cell) -> bool:
    return isinstance(cell, str) and fold(cell) in KINDS


def _take_money_for_impact(table: SourceTable, fields: list[str]) -> None:
    """The first of several money scores of a tier is the impact when the tier has none."""
    for tier in Tier:
        if f"{tier}_likelihood" not in fields or f"{tier}_impact" in fields:
            continue
        scores = [at for at, field in enumerate(fields) if field == f"{tier}_score"]
        money = [at for at in scores if _is_money(_known_cells(table, at))]
        if money and (len(money) > 1 or len(scores) == 1):
            fields[money[0]] = f"{tier}_impact"


def _is_money(cells: Sequence[Cell]) -> bool:
    amounts = [amount(cell) or amount(cell, ",") for cell in cells]
    money = [number for number in amounts if number is not None and number.unit is Unit.MONEY]
    return bool(cells) and len(money) / len(cells) >= _MOST


def _take_text_for_title(fields: list[str]) -> None:
    if "title" in fields:
        return
    for name in _TITLE_INSTEAD:
        if name in fields:
            fields[fields.index(name)] = "title"
            return
