"""Column names about a rating: which tier, which side of it, and the scale it names itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from riskreg.imports.cells import fold


class Stage(StrEnum):
    """When a rating holds, in the words of the file; riskreg.imports.tiers makes tiers of them."""

    PLAIN = "plain"
    INHERENT = "inherent"
    INITIAL = "initial"
    CURRENT = "current"
    RESIDUAL = "residual"
    TARGET = "target"


class Part(StrEnum):
    """What of a rating a column holds."""

    LIKELIHOOD = "likelihood"
    IMPACT = "impact"
    SCORE = "score"


@dataclass(frozen=True, kw_only=True, slots=True)
class RatingHeader:
    """A column name taken apart; `certainty` in percent."""

    stage: Stage
    part: Part
    certainty: int = 90


PART_WORDS = {
    Part.LIKELIHOOD: frozenset(
        {
            *("likelihood", "probability", "proba", "prob", "chance", "frequency", "occurrence"),
            *("l", "p"),
            *("vraisemblance", "probabilite", "frequence", "occurence"),
            *("wahrscheinlichkeit", "eintrittswahrscheinlichkeit", "haufigkeit"),
        }
    ),
    Part.IMPACT: frozenset(
        {
            *("impact", "severity", "consequence", "i", "gravite", "severite"),
            *("auswirkung", "auswirkungen", "schadenshohe", "schadensausmass", "schaden"),
            *("schadenspotenzial", "tragweite"),
        }
    ),
    Part.SCORE: frozenset(
        {
            *("score", "rating", "level", "criticality", "exposure", "emv", "expected", "likely"),
            *("niveau", "criticite", "cotation", "risikowert", "risikostufe", "risikozahl"),
            *("risikoniveau", "rpn"),
        }
    ),
}
STAGE_WORDS = {
    Stage.INHERENT: frozenset(
        {"inherent", "inherente", "gross", "raw", "uncontrolled", "brut", "brute", "brutto"}
        | {"bruttorisiko", "inharent", "inharentes"}
    ),
    Stage.INITIAL: frozenset(
        {"initial", "initiale", "before", "pre", "unmitigated", "avant", "vor", "anfangs"}
    ),
    Stage.CURRENT: frozenset(
        {"current", "actual", "present", "today", "actuel", "actuelle", "courant"}
        | {"aktuell", "aktuelle", "aktuelles"}
    ),
    Stage.RESIDUAL: frozenset(
        {"residual", "net", "after", "post", "mitigated", "residuel", "residuelle", "apres"}
        | {"nette", "netto", "nettorisiko", "restrisiko", "nach", "rest"}
    ),
    Stage.TARGET: frozenset({"target", "planned", "goal", "cible", "vise", "visee", "ziel"}),
}
# Names of a whole risk: with a stage they are a score ("Residual risk"), alone they are not.
_RISK_WORDS = frozenset({"risk", "risks", "risque", "risiko", "bruttorisiko", "nettorisiko"}) | {
    "restrisiko"
}
_EMPTY_WORDS = frozenset(
    {
        *("custom", "field", "classic", "threat", "overall", "total", "of", "the", "for", "in"),
        *("value", "rate", "scale", "class", "mitigation", "treatment", "controls", "control"),
        *("measures", "assessment", "estimated", "event", "du", "de", "des", "la", "le", "d"),
        *("traitement", "mesures", "massnahmen", "behandlung", "der", "die", "das", "1", "a"),
        *("contributing", "actions", "action", "x"),
    }
)
# "LxI", "P×I".
_PRODUCT = re.compile(r"(?<=\b[LlPp])[xX×*](?=[IiCc]\b)")
_HINT = re.compile(
    r"\(?\b(\d{1,3})\s*(?:-|\u2013|/|to|à|bis|\.\.\.?)\s*(\d{1,3})\b\)?", re.IGNORECASE
)
_SCALE_TOP_MAX = 100


def scale_hint(name: str) -> tuple[int, int] | None:
    """Return the ends of the scale that a name states: "L_1to5", "Impact (1-5)" → 1, 5."""
    match = _HINT.search(name.replace("_", " "))
    if match is None:
        return None
    low, high = int(match[1]), int(match[2])
    return (low, high) if low in {0, 1} and low < high <= _SCALE_TOP_MAX else None


def rating_header(name: str) -> RatingHeader | None:
    """Take a column name apart; None when it is not about a rating.

    Every word of the name has to be known, so that "Schedule impact?" is left alone.
    """
    plain = _PRODUCT.sub(" x ", _HINT.sub(" ", name.replace("_", " ")))
    words = fold(plain).split()
    parts = {part for word in words for part in Part if word in PART_WORDS[part]}
    stages = {stage for word in words for stage in STAGE_WORDS if word in STAGE_WORDS[stage]}
    names_risk = any(word in _RISK_WORDS for word in words)
    if not all(_is_known(word) for word in words) or len(stages) > 1:
        return None
    stage = stages.pop() if stages else Stage.PLAIN
    part = _part(parts, names_risk, has_value="value" in words, is_staged=stage != Stage.PLAIN)
    if part is None:
        return None
    weak = len(words) == 1 and words[0] in {
        "severity",
        "consequence",
        "exposure",
        "rating",
        "level",
    }
    return RatingHeader(stage=stage, part=part, certainty=65 if weak else 90)


def _is_known(word: str) -> bool:
    return (
        word in _EMPTY_WORDS
        or word in _RISK_WORDS
        or any(word in words for words in PART_WORDS.values())
        or any(word in words for words in STAGE_WORDS.values())
    )


def _part(parts: set[Part], names_risk: bool, *, has_value: bool, is_staged: bool) -> Part | None:
    """A side of the rating wins over "score"; both sides together ("L x I") are the score."""
    sides = parts - {Part.SCORE}
    if len(sides) == 1:
        return sides.pop()
    if sides or parts or (names_risk and (has_value or is_staged)):
        return Part.SCORE
    return None
