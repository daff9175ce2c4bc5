"""The words of scales, treatments, statuses and sizes: English, French, German, all folded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from riskreg.imports.kinds import WordScale
from riskreg.risks.kinds import Kind, Size, Status, Treatment

Meaning = TypeVar("Meaning")


def _table(words: Mapping[Meaning, str]) -> dict[str, Meaning]:
    return {word.strip(): meaning for meaning, line in words.items() for word in line.split(",")}


def _scale(name: str, *levels: str) -> WordScale:
    return WordScale(
        name=name,
        levels=tuple(tuple(word.strip() for word in level.split(",")) for level in levels),
    )


_THREE = (
    "low, faible, bas, basse, gering, niedrig, klein",
    "medium, med, moderate, average, moyen, moyenne, modere, mittel",
    "high, eleve, elevee, fort, forte, haut, hoch, gross",
)
_HIGHEST = (
    "very high, highest, critical, extreme, tres eleve, tres elevee, tres fort, tres forte, "
    "critique, extremement eleve, sehr hoch, sehr gross, kritisch"
)
_SHORT = ("vl, very low", "l, low", "m, med, medium", "h, high", "vh, very high")

LOW_TO_HIGH = _scale("low – high", *_THREE)
LOW_TO_VERY_HIGH = _scale("low – very high", *_THREE, _HIGHEST)

# The order decides between scales that explain a column equally well.
LIKELIHOODS = (
    LOW_TO_HIGH,
    LOW_TO_VERY_HIGH,
    _scale(
        "rare – almost certain",
        "rare, remote, very low, very unlikely, highly unlikely, extremely unlikely, tres rare, "
        "tres improbable, tres peu probable, tres faible, exceptionnel, selten, sehr selten, "
        "sehr unwahrscheinlich, sehr gering, sehr niedrig",
        "unlikely, low, seldom, infrequent, improbable, peu probable, peu vraisemblable, "
        "invraisemblable, faible, unwahrscheinlich, gering, niedrig",
        "possible, moderate, medium, occasional, credible, moyen, moyenne, modere, occasionnel, "
        "moglich, mittel, gelegentlich",
        "likely, probable, high, frequent, vraisemblable, eleve, elevee, wahrscheinlich, hoch, "
        "haufig",
        "almost certain, nearly certain, certain, near certain, very likely, highly likely, "
        "very high, very frequent, expected, presque certain, quasi certain, quasiment certain, "
        "certaine, tres probable, tres vraisemblable, tres eleve, tres elevee, tres frequent, "
        "fast sicher, nahezu sicher, so gut wie sicher, sicher, sehr wahrscheinlich, sehr hoch, "
        "sehr haufig",
    ),
    _scale(
        "unlikely – certain",
        "unlikely, peu vraisemblable, peu probable, improbable, unwahrscheinlich",
        "likely, vraisemblable, probable, wahrscheinlich",
        "very likely, tres vraisemblable, tres probable, sehr wahrscheinlich",
        "certain, nearly certain, almost certain, quasi certain, presque certain, sicher, "
        "nahezu sicher",
    ),
    _scale(
        "unlikely – rather unlikely – almost certain",
        "unlikely, improbable, unwahrscheinlich",
        "rather unlikely, plutot improbable, eher unwahrscheinlich",
        "likely, probable, wahrscheinlich",
        "very likely, tres probable, sehr wahrscheinlich",
        "almost certain, presque certain, nahezu sicher",
    ),
    _scale("very low – very high, short", *_SHORT),
)
IMPACTS = (
    LOW_TO_HIGH,
    LOW_TO_VERY_HIGH,
    _scale(
        "insignificant – catastrophic",
        "insignificant, negligible, trivial, minimal, very low, negligeable, insignifiant, "
        "insignifiante, tres faible, vernachlassigbar, unbedeutend, sehr gering, sehr niedrig",
        "minor, low, marginal, small, mineur, mineure, faible, limite, limitee, gering, "
        "geringfugig, niedrig, klein",
        "moderate, medium, modere, moderee, moyen, moyenne, mittel, massig, moderat, spurbar",
        "major, high, large, majeur, majeure, eleve, elevee, fort, forte, hoch, gross, schwer, "
        "schwerwiegend",
        "catastrophic, severe, extreme, critical, very high, highest, catastrophique, critique, "
        "extremement grave, tres grave, tres eleve, tres elevee, katastrophal, kritisch, "
        "sehr hoch, sehr gross, existenzbedrohend",
    ),
    _scale(
        "minor – critical",
        "minor, mineur, mineure, geringfugig",
        "significant, significatif, significative, bedeutend",
        "important, importante, serious, serieux, grave, wichtig",
        "critical, critique, kritisch",
    ),
    _scale(
        "minor – catastrophic",
        "minor, mineur, mineure, geringfugig",
        "significant, significatif, significative, bedeutend",
        "serious, serieux, serieuse, erheblich",
        "critical, critique, kritisch",
        "catastrophic, catastrophique, katastrophal",
    ),
    _scale(
        "minor – moderate – significant – severe",
        "insignificant, negligible, negligeable, unbedeutend",
        "minor, mineur, mineure, gering",
        "moderate, modere, moderat, massig",
        "significant, significatif, bedeutend, erheblich",
        "severe, severe, schwer",
    ),
    _scale("very low – very high, short", *_SHORT),
)

KINDS = _table(
    {
        Kind.SECURITY: (
            "security, cyber, cybersecurity, cyber security, information security, infosec, "
            "securite, securite de l information, sicherheit, informationssicherheit"
        ),
        Kind.OPERATIONAL: (
            "operational, operations, ops, operability, reliability, availability, "
            "operationnel, operationnelle, exploitation, operationell, betrieb, betrieblich"
        ),
        Kind.BOTH: "both, security and operational, security operational, les deux, beide",
    }
)
TREATMENTS = _table(
    {
        Treatment.MITIGATE: (
            "mitigate, mitigation, mitigated, reduce, reduction, treat, modify, control, "
            "remediate, fix, reduire, attenuer, traiter, maitriser, vermindern, mindern, "
            "reduzieren, behandeln"
        ),
        Treatment.ACCEPT: (
            "accept, accepted, acceptance, retain, retention, tolerate, accepter, acceptation, "
            "maintenir, conserver, akzeptieren, akzeptanz, tragen"
        ),
        Treatment.TRANSFER: (
            "transfer, transferred, share, insure, transferer, transfert, partager, ubertragen, "
            "transferieren, teilen, versichern"
        ),
        Treatment.AVOID: (
            "avoid, avoided, avoidance, terminate, eliminate, eviter, refuser, evitement, "
            "vermeiden, vermeidung"
        ),
        Treatment.UNDECIDED: (
            "undecided, open, pending, to be decided, a decider, indecis, offen, unentschieden"
        ),
    }
)
STATUSES = _table(
    {
        Status.OPEN: (
            "open, opened, active, new, draft, identified, assessed, in progress, ongoing, on "
            "going, monitoring, monitored, in review, under review, planned, to do, todo, in "
            "treatment, being treated, reopened, on hold, pending, backlog, mitigation planned, "
            "mgmt reviewed, mitigating, not started, overdue, ouvert, ouverte, en cours, actif, "
            "nouveau, a traiter, identifie, offen, aktiv, neu, in bearbeitung, laufend"
        ),
        Status.CLOSED: (
            "closed, done, resolved, complete, completed, retired, archived, inactive, "
            "cancelled, canceled, rejected, finished, clos, close, ferme, fermee, termine, "
            "resolu, archive, geschlossen, erledigt, abgeschlossen, inaktiv"
        ),
    }
)
SIZES = _table(
    {
        Size.XS: "xs, extra small, trivial, very small, very low",
        Size.S: "s, small, low, minor, petit, faible, klein, gering",
        Size.M: "m, medium, moderate, moyen, mittel",
        Size.L: "l, large, high, major, grand, eleve, gross, hoch",
        Size.XL: "xl, extra large, very large, very high, huge, tres grand, sehr gross",
    }
)
