"""Risks and what happened: incidents that were foreseen, risks that came true, funding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from riskreg.lib.dates import add_months

FUNDED_MONTHS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A count out of a total."""

    count: int
    total: int

    @property
    def share(self) -> float | None:
        """The count over the total, 0 to 1; None when the total is 0."""
        return self.count / self.total if self.total else None


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkedIncident:
    """An incident that needs a post-mortem, and when the risks linked to it were filed."""

    impact_start_at: datetime
    risks_created_at: tuple[datetime, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RatedRisk:
    """An open risk's likelihood level, and the day it last came true (None: never)."""

    likelihood: int | None
    realised_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Funding:
    """What is settled about one of the ten."""

    has_owner: bool
    has_plan: bool
    is_funded: bool
    due_on: date | None


def is_foreseen(incident: LinkedIncident) -> bool:
    """Whether a linked risk was filed before the impact began.

    Source: docs/metrics.md, Foreseen.
    """
    return any(created_at < incident.impact_start_at for created_at in incident.risks_created_at)


def foreseen(incidents: Iterable[LinkedIncident]) -> Share:
    """Return how many of these incidents a risk foresaw. Source: docs/metrics.md, Foreseen."""
    known = [is_foreseen(incident) for incident in incidents]
    return Share(count=sum(known), total=len(known))


def realised_by_likelihood(risks: Sequence[RatedRisk], today: date) -> dict[int, Share]:
    """Return for each likelihood level how many of its risks came true within 12 months.

    Levels with no risk are left out, and so are unrated risks. Source: docs/metrics.md,
    Foreseen.
    """
    since = add_months(today, -12)
    totals = Counter(risk.likelihood for risk in risks if risk.likelihood is not None)
    counts = Counter(
        risk.likelihood
        for risk in risks
        if risk.realised_on is not None and risk.realised_on > since
    )
    return {level: Share(count=counts[level], total=totals[level]) for level in sorted(totals)}


def is_funded(funding: Funding, today: date) -> bool:
    """Whether owner, plan, money and a date within 12 months are all there.

    Source: docs/metrics.md, The ten.
    """
    settled = funding.has_owner and funding.has_plan and funding.is_funded
    return settled and funding.due_on is not None and funding.due_on <= _horizon(today)


def funded(top: Iterable[Funding], today: date, places: int = 10) -> Share:
    """Return how many of the ten are funded, out of the places there are.

    Source: docs/metrics.md, The ten.
    """
    return Share(count=sum(is_funded(each, today) for each in top), total=places)


def _horizon(today: date) -> date:
    return add_months(today, FUNDED_MONTHS)
