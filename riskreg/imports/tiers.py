"""Which tier the ratings of a file belong to: "residual" means different things beside others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from riskreg.imports.rating_headers import Part, RatingHeader, Stage
from riskreg.risks.kinds import Tier


def tiers_of(headers: Sequence[RatingHeader]) -> Mapping[Stage, Tier]:
    """Return the tier of each stage that the columns of one file name.

    - A rating without a stage, and "current", are the current tier.
    - "Initial" is today, before what is planned: current, or inherent where a current one exists.
    - "Residual" is after what is planned, so the target, where something else is current; beside
      an inherent rating only, it is what is left today: current.
    """
    stages = {header.stage for header in headers if header.part is not Part.SCORE} or {
        header.stage for header in headers
    }
    plain_parts = {header.part for header in headers if header.stage is Stage.PLAIN}
    has_today = Stage.CURRENT in stages or {Part.LIKELIHOOD, Part.IMPACT} <= plain_parts
    initial = Tier.INHERENT if has_today else Tier.CURRENT
    is_something_current = bool(stages & {Stage.PLAIN, Stage.CURRENT, Stage.INITIAL})
    return {
        Stage.PLAIN: Tier.CURRENT,
        Stage.CURRENT: Tier.CURRENT,
        Stage.INHERENT: Tier.INHERENT,
        Stage.INITIAL: initial,
        Stage.RESIDUAL: Tier.TARGET if is_something_current else Tier.CURRENT,
        Stage.TARGET: Tier.TARGET,
    }


def with_stages(headers: Sequence[RatingHeader], repeats: Sequence[int]) -> list[RatingHeader]:
    """Give the columns that share a name their stages, by position.

    `repeats[i]` counts from 0 how many columns of the same name stand before column i. The stages
    that other columns name are used in their order; without any, the first column is today's
    rating and the second what is left after treatment.
    """
    named: list[Stage] = list(
        dict.fromkeys(header.stage for header in headers if header.stage is not Stage.PLAIN)
    )
    count = max(repeats, default=0) + 1
    if count == 1:
        return list(headers)
    if len(named) == count:
        order = named
    elif count == 2:
        order = [Stage.PLAIN, Stage.RESIDUAL]
    else:
        order = [Stage.INHERENT, Stage.CURRENT, Stage.RESIDUAL][:count]
    return [
        RatingHeader(stage=order[repeat], part=header.part, certainty=60)
        if header.stage is Stage.PLAIN and repeat < len(order)
        else header
        for header, repeat in zip(headers, repeats, strict=True)
    ]


def field_of(header: RatingHeader, tiers: Mapping[Stage, Tier]) -> str:
    """Return the field a rating column fills, such as "target_impact"."""
    return f"{tiers[header.stage]}_{header.part}"
