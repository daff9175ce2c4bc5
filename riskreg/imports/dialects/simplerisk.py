"""SimpleRisk: the download of its dynamic risk report, any columns in any order."""

from __future__ import annotations

from riskreg.imports.kinds import Dialect, WordScale
from riskreg.risks.kinds import Size, Status, Treatment

_SIGNATURE_MARKS = (
    "classic likelihood",
    "inherent risk current",
    "mitigation effort",
    "mitigation planned",
    "planning strategy",
    "risk scoring method",
    "submission date",
    "management review",
)

DIALECT = Dialect(
    name="simplerisk",
    label="SimpleRisk",
    signatures=tuple(frozenset({"id", "subject", mark}) for mark in _SIGNATURE_MARKS),
    aliases={
        "id": "external_ref",
        "subject": "title",
        "classic likelihood": "current_likelihood",
        "classic impact": "current_impact",
        # Its scores run from 0 to 10 and are weighed by formulas that differ between sites.
        "inherent risk current": "current_score",
        "residual risk current": "target_score",
        "inherent risk": "current_score",
        "residual risk": "target_score",
        "affected assets": "system",
        "technology": "",
        "risk assessment": "description",
        "additional notes": "notes",
        "threat mapping": "event",
        "submission date": "identified_on",
        "planned mitigation date": "due_on",
        "next review date": "review_due_on",
        "review date": "",
        "close reason": "close_reason",
        "mitigation effort": "effort",
        "mitigation cost": "cost",
        "current solution": "controls",
        "mitigation controls": "controls",
        "security requirements": "actions",
        "security recommendations": "actions",
        "planning strategy": "treatment",
        "external reference id": "links",
        "comments": "notes",
        "review": "",
        "risk": "",
        "description": "",
        "function": "",
    },
    likelihoods=(
        WordScale(
            name="SimpleRisk",
            levels=(
                ("remote",),
                ("unlikely",),
                ("credible",),
                ("likely",),
                ("almost certain",),
            ),
        ),
    ),
    impacts=(
        WordScale(
            name="SimpleRisk",
            levels=(
                ("insignificant",),
                ("minor",),
                ("moderate",),
                ("major",),
                ("extreme catastrophic", "extreme", "catastrophic"),
            ),
        ),
    ),
    sizes={
        "trivial": Size.XS,
        "minor": Size.S,
        "considerable": Size.M,
        "significant": Size.L,
        "exceptional": Size.XL,
    },
    treatments={"research": Treatment.UNDECIDED, "watch": Treatment.UNDECIDED},
    statuses={"untreated": Status.OPEN, "treated": Status.OPEN},
    comma_lists=frozenset({"tags"}),
    score_is_product=False,
    numeric_id_only=True,
)
