"""CISO Assistant: scenario list, one assessment, the import template, and the older CLI sample."""

from __future__ import annotations

from riskreg.imports.kinds import Dialect, WordScale
from riskreg.risks.kinds import Treatment

_TIERS = {"inherent": "inherent", "current": "current", "residual": "target"}

DIALECT = Dialect(
    name="ciso-assistant",
    label="CISO Assistant",
    signatures=(
        frozenset({"ref id", "name", "current proba", "current impact", "residual proba"}),
        frozenset({"ref id", "name", "current probability", "current impact"}),
        frozenset({"ref id", "name", "inherent proba", "inherent impact", "residual proba"}),
    ),
    aliases={
        **{
            f"{stage} {word}": f"{tier}_likelihood"
            for stage, tier in _TIERS.items()
            for word in ("proba", "probability")
        },
        **{f"{stage} impact": f"{tier}_impact" for stage, tier in _TIERS.items()},
        **{
            f"{stage} {word}": f"{tier}_score"
            for stage, tier in _TIERS.items()
            for word in ("level", "risk")
        },
        "ref id": "external_ref",
        "internal id": "",
        "name": "title",
        "asset": "system",
        "assets": "system",
        "threats": "event",
        "vulnerabilities": "cause",
        "existing controls": "controls",
        "existing applied controls": "controls",
        "additional controls": "actions",
        "applied controls": "actions",
        "qualifications": "tags",
        "filtering labels": "tags",
        "labels": "tags",
        "label": "tags",
        "justification": "notes",
        "risk assessment": "",
        "strength of knowledge": "",
    },
    likelihoods=(
        WordScale(
            name="EBIOS RM 4×4",
            levels=(
                ("unlikely", "peu vraisemblable", "v1"),
                ("likely", "vraisemblable", "v2"),
                ("very likely", "tres vraisemblable", "v3"),
                ("certain", "nearly certain", "quasi certain", "v4"),
            ),
        ),
        WordScale(
            name="ISO 27005 5×5",
            levels=(
                ("unlikely", "improbable", "unwahrscheinlich", "improbabile"),
                ("rather unlikely", "plutot improbable", "eher unwahrscheinlich", "poco probable"),
                ("likely", "probable", "wahrscheinlich", "probabile"),
                ("very likely", "tres probable", "sehr wahrscheinlich", "muy probable"),
                ("almost certain", "presque certain", "nahezu sicher", "casi seguro"),
            ),
        ),
    ),
    impacts=(
        WordScale(
            name="EBIOS RM 4×4",
            levels=(
                ("minor", "mineur", "mineure", "g1"),
                ("significant", "significatif", "significative", "g2"),
                ("important", "importante", "g3"),
                ("critical", "critique", "g4"),
            ),
        ),
        WordScale(
            name="ISO 27005 5×5",
            levels=(
                ("minor", "mineur", "geringfugig", "minore", "leve"),
                ("significant", "significatif", "bedeutend", "significativo"),
                ("serious", "serieux", "erheblich", "serio", "grave"),
                ("critical", "critique", "kritisch", "critico"),
                ("catastrophic", "catastrophique", "katastrophal", "catastrofico"),
            ),
        ),
    ),
    treatments={"cancelled": Treatment.UNDECIDED, "canceled": Treatment.UNDECIDED},
    comma_lists=frozenset({"actions", "tags"}),
)
