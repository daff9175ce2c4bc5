"""Which risks to fund: the best set under a capacity, beside the plain walk down the list."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from riskreg.metrics.severity import value_rate

SOLVER_SECONDS_MAX = 20.0

_OPTIONS: Mapping[str, bool | int | float] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 1,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.5,  # gains are whole numbers
    "time_limit": SOLVER_SECONDS_MAX,
}


class PlanError(ValueError):
    """The wishes contradict each other; the message says which."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A risk that could be funded.

    `effort_days` is its own work; `mitigations` names shared pieces of work that it needs
    as well. Without effort it cannot be chosen; without a known gain it brings none.
    """

    id: int
    gain_milli: int | None
    effort_days: int | None
    mitigations: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What a plan has to obey.

    `capacity_days` in person-days, `items_max` None for no limit, `needs` maps a risk to
    those without which it makes no sense, `mitigation_days` gives each shared piece of
    work's person-days, counted once.
    """

    capacity_days: int
    items_max: int | None = None
    must: frozenset[int] = frozenset()
    exclude: frozenset[int] = frozenset()
    needs: Mapping[int, frozenset[int]] = field(default_factory=dict)
    mitigation_days: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class NextIn:
    """The best risk left out, and how many person-days are missing for it (0: places are)."""

    id: int
    gain_milli: int
    effort_days: int
    missing_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A suggested plan.

    `items` and `greedy_items` are ids, best value first; gains are in thousandths of the
    cost unit a year; `proved` says that no set is better, not only that none was found.
    """

    capacity_days: int
    effort_days: int
    gain_milli: int
    greedy_gain_milli: int
    items: tuple[int, ...]
    greedy_items: tuple[int, ...]
    next: NextIn | None
    proved: bool


def suggest(candidates: Iterable[Candidate], wishes: Wishes) -> Suggestion:
    """Return the set with the largest gain under the wishes, with the least effort for it.

    Raises PlanError when a must is unknown, excluded, without effort, or more than the
    capacity or the places allow. Source: docs/metrics.md, Plan.
    """
    pool = _Pool.of(candidates, wishes)
    greedy = _greedy(pool)
    exact, proved = _solved(pool)
    chosen = max(exact, greedy, key=lambda ids: (pool.gain(ids), -pool.effort(ids)))
    return Suggestion(
        capacity_days=wishes.capacity_days,
        effort_days=pool.effort(chosen),
        gain_milli=pool.gain(chosen),
        greedy_gain_milli=pool.gain(greedy),
        items=pool.sorted(chosen),
        greedy_items=pool.sorted(greedy),
        next=_next_in(pool, chosen),
        proved=proved,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pool:
    """The candidates that may be chosen, best value first, and the arithmetic on sets."""

    by_id: Mapping[int, Candidate]
    wishes: Wishes

    @classmethod
    def of(cls, candidates: Iterable[Candidate], wishes: Wishes) -> _Pool:
        possible = [
            candidate
            for candidate in candidates
            if candidate.effort_days is not None and candidate.id not in wishes.exclude
        ]
        ordered = sorted(possible, key=lambda one: _value_key(one, wishes))
        pool = cls(by_id={candidate.id: candidate for candidate in ordered}, wishes=wishes)
        pool.check()
        return pool

    def check(self) -> None:
        """Refuse wishes that no plan can fulfil."""
        for name in sorted({name for each in self.by_id.values() for name in each.mitigations}):
            if name not in self.wishes.mitigation_days:
                raise PlanError(f"The shared mitigation {name!r} has no effort.")
        needed = set(self.wishes.must)
        for risk_id in sorted(self.wishes.must):
            closure = self.closure(risk_id)
            if closure is None:
                raise PlanError(f"Risk {risk_id} must be in, but it or what it needs cannot be.")
            needed |= closure
        if self.effort(needed) > self.wishes.capacity_days:
            raise PlanError(
                f"What must be in takes {self.effort(needed)} person-days; "
                f"there are {self.wishes.capacity_days}."
            )
        if self.wishes.items_max is not None and len(needed) > self.wishes.items_max:
            raise PlanError(
                f"{len(needed)} risks must be in; there are {self.wishes.items_max} places."
            )

    def at(self, columns: Collection[int]) -> set[int]:
        """Return the risks that stand at these places of the value order."""
        return {risk_id for column, risk_id in enumerate(self.by_id) if column in columns}

    def closure(self, risk_id: int) -> set[int] | None:
        """Return a risk and all it needs; None when one of them cannot be chosen."""
        found: set[int] = set()
        open_ids = [risk_id]
        while open_ids:
            current = open_ids.pop()
            if current not in self.by_id:
                return None
            if current not in found:
                found.add(current)
                open_ids += self.wishes.needs.get(current, ())
        return found

    def effort(self, ids: Collection[int]) -> int:
        """Return the person-days of a set, each shared piece of work once."""
        shared = {name for risk_id in ids for name in self.by_id[risk_id].mitigations}
        own = sum(self.by_id[risk_id].effort_days or 0 for risk_id in ids)
        return own + sum(self.wishes.mitigation_days[name] for name in shared)

    def gain(self, ids: Collection[int]) -> int:
        """Return the gain of a set."""
        return sum(self.by_id[risk_id].gain_milli or 0 for risk_id in ids)

    def fits(self, ids: Collection[int]) -> bool:
        """Whether a set is within capacity and places."""
        limit = self.wishes.items_max
        return (limit is None or len(ids) <= limit) and (
            self.effort(ids) <= self.wishes.capacity_days
        )

    def sorted(self, ids: Collection[int]) -> tuple[int, ...]:
        """Return a set best value first."""
        return tuple(risk_id for risk_id in self.by_id if risk_id in ids)


def _value_key(candidate: Candidate, wishes: Wishes) -> tuple[int, int, int]:
    days = sum(wishes.mitigation_days.get(name, 0) for name in candidate.mitigations)
    days += candidate.effort_days or 0
    gain = candidate.gain_milli or 0
    return -(value_rate(gain, max(1, days)) or 0), -gain, candidate.id


def _greedy(pool: _Pool) -> set[int]:
    """Walk down the value order and take, with what it needs, whatever still fits."""
    chosen: set[int] = set()
    for risk_id in pool.wishes.must:
        chosen |= pool.closure(risk_id) or set()
    for risk_id in pool.by_id:
        wanted = chosen | (pool.closure(risk_id) or chosen)
        if pool.gain(wanted) > pool.gain(chosen) and pool.fits(wanted):
            chosen = wanted
    return chosen


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """A linear condition: lower <= sum of coefficient times column <= upper."""

    terms: Mapping[int, int]
    lower: float = -math.inf
    upper: float = math.inf


def _solved(pool: _Pool) -> tuple[set[int], bool]:
    """Choose exactly: the most gain, then the least effort for it.

    Says whether the solver proved the gain; the set is empty when it found none in time.
    """
    rows, gain, effort = _program(pool)
    best, proved = _minimum({column: -each for column, each in gain.items()}, len(effort), rows)
    if proved:
        reached = _Row(terms=gain, lower=pool.gain(pool.at(best)))
        cheapest, _ = _minimum(effort, len(effort), [*rows, reached])
        best = cheapest if pool.gain(pool.at(cheapest)) == reached.lower else best
    chosen = pool.at(best)
    return (chosen, proved) if pool.fits(chosen) else (set(), False)


def _program(pool: _Pool) -> tuple[list[_Row], dict[int, int], dict[int, int]]:
    """Return the conditions, gains and efforts by column: first the risks, then the works."""
    wishes, risks = pool.wishes, {risk_id: column for column, risk_id in enumerate(pool.by_id)}
    names = sorted({name for each in pool.by_id.values() for name in each.mitigations})
    works = {name: column for column, name in enumerate(names, start=len(risks))}
    gain = {risks[each.id]: each.gain_milli or 0 for each in pool.by_id.values()}
    effort = {risks[each.id]: each.effort_days or 0 for each in pool.by_id.values()}
    effort |= {column: wishes.mitigation_days[name] for name, column in works.items()}
    rows = [_Row(terms=effort, upper=wishes.capacity_days)]
    if wishes.items_max is not None:
        rows.append(_Row(terms=dict.fromkeys(risks.values(), 1), upper=wishes.items_max))
    for risk_id, candidate in pool.by_id.items():
        column = risks[risk_id]
        wanted = [works[name] for name in candidate.mitigations]
        wanted += [risks[other] for other in wishes.needs.get(risk_id, ()) if other in risks]
        rows += [_Row(terms={column: 1, other: -1}, upper=0) for other in wanted]
        if pool.closure(risk_id) is None:
            rows.append(_Row(terms={column: 1}, upper=0))
        if risk_id in wishes.must:
            rows.append(_Row(terms={column: 1}, lower=1))
    return rows, gain, effort


def _minimum(cost: Mapping[int, int], columns: int, rows: list[_Row]) -> tuple[set[int], bool]:
    """Return the columns (each yes or no) of least cost under the rows, and whether proved."""
    import highspy  # noqa: PLC0415 - slow to load, and only plans need it

    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # the library leaves it open
    for option, value in _OPTIONS.items():
        solver.setOptionValue(option, value)
    for column in range(columns):
        solver.addVar(0, 1)
        solver.changeColCost(column, cost.get(column, 0))
        solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    for row in rows:
        indices = np.fromiter(row.terms.keys(), dtype=np.int32)
        values = np.fromiter(row.terms.values(), dtype=np.float64)
        solver.addRow(row.lower, row.upper, len(indices), indices, values)
    solver.run()
    proved = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    values = np.asarray(solver.getSolution().col_value)
    return {int(column) for column in np.flatnonzero(values > 0.5)}, proved


def _next_in(pool: _Pool, chosen: Collection[int]) -> NextIn | None:
    """Return the best of those left out, by value, that would add to the gain."""
    for risk_id, candidate in pool.by_id.items():
        wanted = set(chosen) | (pool.closure(risk_id) or set())
        if risk_id in wanted - set(chosen) and pool.gain(wanted) > pool.gain(chosen):
            effort = pool.effort(wanted)
            return NextIn(
                id=risk_id,
                gain_milli=candidate.gain_milli or 0,
                effort_days=effort - pool.effort(chosen),
                missing_days=max(0, effort - pool.wishes.capacity_days),
            )
    return None
