"""What an import concludes from words where a file has no field for it.

Each conclusion is told in a warning, and the rules stand in docs/users/import.md.
"""

from __future__ import annotations

import re

from riskreg.imports.cells import fold
from riskreg.risks.kinds import CloseReason, Kind

# Beginnings of folded words; two words stand for two words in a row.
_SECURITY = (
    "access control, account takeover, attack, authenticat, breach, brute force, compromis, "
    "confidential, credential, cyber, cve, ddos, denial of service, encrypt, escalation of priv, "
    "exfiltrat, exploit, fraud, hack, impersonat, injection, insider threat, leak, malicious, "
    "malware, mfa, password, phish, privilege, ransom, secret, security, social engineering, "
    "spoof, tamper, theft, unauthori, virus, vulnerab, xss, "
    "hameconnage, intrusion, logiciel malveillant, mot de passe, securite, vol de, "
    "angriff, datendiebstahl, datenleck, kennwort, passwort, schadsoftware, sicherheit"
)
_OPERATIONAL = (
    "availab, backup, bottleneck, capacity, certificate expir, configuration drift, data loss, "
    "deploy, disaster, disk full, downtime, failover, fails, failure, hardware, incident response, "
    "key person, latency, maintenance, migration, monitoring, on call, operational, operations, "
    "outage, overload, performance, power, queue, recover, redundan, reliab, resilien, restore, "
    "rollback, runbook, scalab, single point, single supplier, staff, supplier, throughput, "
    "timeout, toil, unavailab, vendor lock, "
    "disponibil, exploitation, indisponib, panne, sauvegarde, "
    "ausfall, betrieb, datensicherung, engpass, verfugbar, wartung"
)
_REASONS = {
    CloseReason.MITIGATED: "complete, completed, controlled, done, fixed, implemented, mitigated, "
    "reduced, remediated, resolved, solved, treated, behoben, erledigt, resolu, traite",
    CloseReason.GONE: "cancelled, canceled, expired, gone, no longer applicable, no longer "
    "relevant, obsolete, retired, system retired, won t do, entfallen, obsolet, plus applicable",
    CloseReason.DUPLICATE: "duplicate, duplicated, doppelt, doublon, duplikat",
    CloseReason.MISTAKE: "cannot reproduce, entered in error, false positive, invalid, mistake, "
    "not a risk, erreur, faux positif, fehler, irrtum",
}


def _beginnings(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(word.strip() for word in words.split(','))})")


_SECURITY_WORDS, _OPERATIONAL_WORDS = _beginnings(_SECURITY), _beginnings(_OPERATIONAL)
_REASON_BY_WORD = {
    word.strip(): reason for reason, words in _REASONS.items() for word in words.split(",")
}


def kind_of(category: str, title: str) -> Kind | None:
    """Return the kind that the words of category and title speak of; None when they say nothing.

    Words of both sorts give both kinds.
    """
    words = fold(f"{category} {title}")
    is_security = _SECURITY_WORDS.search(words) is not None
    is_operational = _OPERATIONAL_WORDS.search(words) is not None
    if is_security and is_operational:
        return Kind.BOTH
    if is_security:
        return Kind.SECURITY
    return Kind.OPERATIONAL if is_operational else None


def close_reason_of(text: str) -> CloseReason | None:
    """Return the reason for closing that a file's words name; None when they name none."""
    return _REASON_BY_WORD.get(fold(text))
