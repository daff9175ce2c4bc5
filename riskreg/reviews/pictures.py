"""Pictures of reviews: the same on pages and in packs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from riskreg.charts.bars import WIDTH, Part, Stack, stacked_bars
from riskreg.metrics.reviews import State

Areas = Sequence[tuple[str, Sequence[State]]]
# What is told apart in a bar, in its colour: seven states would be more than an eye can.
GROUPS: Final[Mapping[str, tuple[LazyString, frozenset[State]]]] = {
    "good": (_l("Met"), frozenset({State.MET})),
    "warn": (_l("Waived or stale"), frozenset({State.WAIVED, State.STALE})),
    "bad": (_l("Not met"), frozenset({State.NOT_MET, State.DISPROVED})),
    "unknown": (_l("Unanswered"), frozenset({State.UNANSWERED})),
    "sunk": (_l("Does not apply"), frozenset({State.NOT_APPLICABLE})),
}


def answers_by_area(areas: Areas, *, width: float = WIDTH) -> str:
    """A bar for each area, of its statements by their states; the figure is met of all."""
    rows = [
        Stack(
            label=name,
            parts=[
                Part(label=str(words), value=_among(states, group), ink=ink)
                for ink, (words, group) in GROUPS.items()
                if _among(states, group) or _anywhere(areas, group)
            ],
            shown=f"{_met(states)}/{len(states)}",
        )
        for name, states in areas
    ]
    told = ", ".join(f"{row.label} {row.shown}" for row in rows)
    return stacked_bars(rows, title=_("Statements met by area: %(told)s", told=told), width=width)


def answers_caption(areas: Areas) -> str:
    """Where the most is missing."""
    missing = {name: len(states) - _fine(states) for name, states in areas}
    most = max(missing.values(), default=0)
    if not most:
        return str(_("Everything that applies is met"))
    name = next(name for name, number in missing.items() if number == most)
    return str(_("Most is missing in %(area)s", area=name))


def _fine(states: Iterable[State]) -> int:
    return _among(states, {State.MET, State.NOT_APPLICABLE})


def _met(states: Iterable[State]) -> int:
    return _among(states, {State.MET})


def _among(states: Iterable[State], group: Iterable[State]) -> int:
    wanted = frozenset(group)
    return sum(state in wanted for state in states)


def _anywhere(areas: Areas, group: Iterable[State]) -> bool:
    return any(_among(states, group) for _name, states in areas)
