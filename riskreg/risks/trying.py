"""What a form's ratings and effort would make of a risk, before anything is saved."""

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from riskreg.lib.dates import today
from riskreg.lib.units import EFFORT_DAYS, UnitError
from riskreg.metrics.matrix import Matrix, Rating
from riskreg.metrics.ranking import RankPreview, Standing
from riskreg.metrics.severity import Scores, scores
from riskreg.org.tree import Branch
from riskreg.risks.asked import asked_view
from riskreg.risks.forms import RatingsForm, data_of
from riskreg.risks.kinds import Kind, Tier
from riskreg.risks.matrices import current_matrix_id, matrices
from riskreg.risks.models import Risk
from riskreg.risks.scoring import effort
from riskreg.risks.sheet import Stand, stand
from riskreg.risks.tops import rank_in
from riskreg.risks.words import rate
from riskreg.web.security import current_actor


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Where a risk would stand in a team's register."""

    current: Stand
    target: Stand
    effort_days: int | None
    value: str
    place: RankPreview | None
    team: str


def tried(form: RatingsForm, team: Branch | None, risk_id: int) -> Trial:
    """The trial of what the form holds now, whether or not it is complete."""
    known = matrices()
    matrix = known[current_matrix_id(known)]
    current, target = _rating(form, matrix, Tier.CURRENT), _rating(form, matrix, Tier.TARGET)
    days = _effort_days(form)
    found = scores(matrix, current, target=target, effort_days=days)
    return Trial(
        current=stand(matrix, Tier.CURRENT, current),
        target=stand(matrix, Tier.TARGET, target),
        effort_days=days,
        value=rate(found.value_rate),
        place=_place(form, found, days, team, risk_id) if current.is_rated else None,
        team=team.name if team else "",
    )


def rated_so(risk: Risk, tier: Tier, sent: Mapping[str, str]) -> Trial:
    """The trial of a stored risk with one of its ratings as sent."""
    stored = {name: str(value) for name, value in data_of(risk).items() if value is not None}
    levels = {f"{tier}_{axis}": sent.get(axis, "") for axis in ("likelihood", "impact")}
    names = {"kind", "effort", "effort_size", *levels}
    names |= {f"{each}_{axis}" for each in Tier for axis in ("likelihood", "impact")}
    values = {name: value for name, value in (stored | levels).items() if name in names}
    return tried(RatingsForm(MultiDict(values)), risk.team, risk.id)


def _place(
    form: RatingsForm, found: Scores, days: int | None, team: Branch | None, risk_id: int
) -> RankPreview:
    item = Standing(
        id=risk_id,
        band_rank=found.band_rank,
        value_rate=found.value_rate,
        exposure_milli=found.exposure_milli,
        effort_days=days,
        identified_on=today(current_actor.timezone),
        kind=form.kind.data if form.kind.data in set(Kind) else "",
    )
    return rank_in(asked_view({}, team), item)


def _rating(form: RatingsForm, matrix: Matrix, tier: Tier) -> Rating:
    """The rating sent; a level that is not on the matrix is left out."""
    sent = form.rating(tier)
    likelihood, impact = sent.likelihood or 0, sent.impact or 0
    return Rating(
        likelihood=likelihood if 1 <= likelihood <= len(matrix.likelihoods) else None,
        impact=impact if 1 <= impact <= len(matrix.impacts) else None,
    )


def _effort_days(form: RatingsForm) -> int | None:
    if form.effort_size.data not in {None, "", *EFFORT_DAYS}:
        return None
    try:
        return effort(form.effort_values)[0]
    except UnitError:
        return None
