"""The demo's register: risks filed, re-assessed, pinned and closed over two years."""

from functools import partial
from typing import Any

from riskreg.demo.actions import tell_actions
from riskreg.demo.chronicle import Chronicle
from riskreg.demo.company import Company
from riskreg.demo.content import load, load_all
from riskreg.metrics.matrix import Rating
from riskreg.org.readers import keep_confidential
from riskreg.risks.kinds import CloseReason, Kind, Size, Tier, Treatment
from riskreg.risks.models import Risk
from riskreg.risks.services import assess_risk, close_risk, create_risk, pin_risk


def tell_risks(chronicle: Chronicle, company: Company) -> dict[str, Risk]:
    """Add the acts of the register; the risks appear in the returned dict as they are filed."""
    risks: dict[str, Risk] = {}
    links = load("links.yaml")["links"]
    for entry in load_all("risks", "risks"):
        key = entry["key"]
        filed_at = chronicle.instant(entry["identified_days_ago"], f"file {key}")
        chronicle.add(filed_at, partial(_file, company, risks, entry, links.get(entry["key"], [])))
        for step in entry["history"][1:]:
            at = chronicle.instant(step["days_ago"], f"assess {key} {step['days_ago']}")
            chronicle.add(max(at, filed_at), partial(_assess, company, risks, key, step))
        if pinned := entry.get("pinned"):
            at = chronicle.instant(pinned["days_ago"], f"pin {key}")
            chronicle.add(at, partial(_pin, company, risks, entry))
        if secret := entry.get("confidential"):
            at = chronicle.instant(secret["days_ago"], f"conceal {key}")
            chronicle.add(at, partial(_conceal, company, risks, key, secret))
        if closed := entry.get("closed"):
            at = chronicle.instant(closed["days_ago"], f"close {key}")
            chronicle.add(at, partial(_close, company, risks, key, closed))
        tell_actions(
            chronicle,
            company,
            entry.get("actions", []),
            team=entry["team"],
            origin=partial(_origin, risks, key),
            since=filed_at,
        )
    return risks


def _file(
    company: Company, risks: dict[str, Risk], entry: dict[str, Any], links: list[list[str]]
) -> None:
    first = entry["history"][0] if entry["history"] else None
    values: dict[str, Any] = {
        name: entry.get(name) or ""
        for name in ("title", "category", "cause", "event", "consequence", "controls")
    }
    values |= {
        "kind": Kind(entry["kind"]),
        "system": company.system(entry.get("system")),
        "owner": company.person(entry.get("owner")),
        "treatment": Treatment(entry["treatment"]),
        "tags": entry["tags"],
        "links": [(url, label) for url, label in links],
        "knowers": [company.people[name] for name in entry["knows"]],
        **_effort(entry),
        **{name: _rating(entry[name]) for name in ("target", "inherent") if entry.get(name)},
    }
    if first is not None:
        values["current"] = _rating(first)
    risks[entry["key"]] = create_risk(
        company.actor(first["by"] if first else entry.get("owner")),
        team=company.teams[entry["team"]],
        values=values,
        why=first["why"] if first else "",
    )


def _effort(entry: dict[str, Any]) -> dict[str, Any]:
    if entry.get("effort_days"):
        return {"effort_days": entry["effort_days"]}
    return {"effort_size": Size(entry["effort"])} if entry.get("effort") else {}


def _rating(entry: dict[str, Any]) -> Rating:
    return Rating(likelihood=entry["likelihood"], impact=entry["impact"])


def _assess(company: Company, risks: dict[str, Risk], key: str, step: dict[str, Any]) -> None:
    assess_risk(
        company.actor(step["by"]),
        risks[key],
        tier=Tier.CURRENT,
        rating=_rating(step),
        why=step["why"],
    )


def _pin(company: Company, risks: dict[str, Risk], entry: dict[str, Any]) -> None:
    pin_risk(
        company.actor(entry.get("owner")), risks[entry["key"]], reason=entry["pinned"]["reason"]
    )


def _conceal(company: Company, risks: dict[str, Risk], key: str, secret: dict[str, Any]) -> None:
    keep_confidential(
        company.actor(secret["by"]),
        risks[key],
        readers=[company.people[name] for name in secret["readers"]],
        why=secret["reason"],
    )


def _close(company: Company, risks: dict[str, Risk], key: str, closed: dict[str, Any]) -> None:
    close_risk(
        company.actor(closed["by"]),
        risks[key],
        reason=CloseReason(closed["reason"]),
        note=closed["note"],
    )


def _origin(risks: dict[str, Risk], key: str) -> dict[str, int]:
    return {"risk_id": risks[key].id}
