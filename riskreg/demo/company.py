"""The demo's teams, people and systems."""

from dataclasses import dataclass, field
from typing import Any

from riskreg.db import db
from riskreg.demo.content import load
from riskreg.org.kinds import DataClass, Hours, Role, Strength
from riskreg.org.models import Person, System, SystemOperator, Team
from riskreg.org.permissions import SYSTEM_ACTOR, Actor
from riskreg.org.places import move_team
from riskreg.org.services import (
    create_person,
    create_system,
    create_team,
    grant_role,
    update_system,
)
from riskreg.seed import install_defaults


@dataclass
class Company:
    """Who and what is there, by the keys of the texts."""

    teams: dict[str, Team] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    systems: dict[str, System] = field(default_factory=dict)

    def actor(self, key: str | None) -> Actor:
        """A person as an actor; the history was allowed, whatever their role is today."""
        person = self.people[key] if key else None
        if person is None:
            return SYSTEM_ACTOR
        return Actor(
            person_id=person.id,
            name=person.name,
            email=person.email,
            timezone=person.timezone or "UTC",
            grants=(("/", Role.ADMIN),),
        )

    def person(self, key: str | None) -> Person | None:
        """A person, or nobody."""
        return self.people[key] if key else None

    def system(self, key: str | None) -> System | None:
        """A system, or none."""
        return self.systems[key] if key else None


def found(company: Company) -> None:
    """The matrix and checklist, then teams, people with their roles, and systems."""
    content = load("company.yaml")
    install_defaults()
    for entry in content["teams"]:
        company.teams[entry["slug"]] = _team(company, entry)
    for entry in content["people"]:
        company.people[entry["key"]] = _person(company, entry)
    for entry in content["systems"]:
        company.systems[entry["key"]] = _system(company, entry)
    for key, needs in content["dependencies"].items():
        wanted = {company.systems[needed]: Strength(how) for needed, how in needs.items()}
        update_system(SYSTEM_ACTOR, company.systems[key], {"needs": wanted})


def _team(company: Company, entry: dict[str, Any]) -> Team:
    """Where it stands; `before` is where it stood until the story begins."""
    parent = company.teams[entry["parent"]] if entry["parent"] else None
    first = company.teams[entry["before"]] if "before" in entry else parent
    names = {"name": entry["name"], "slug": entry["slug"]}
    team = create_team(SYSTEM_ACTOR, parent=first, **names)
    return team if parent is first or parent is None else move_team(SYSTEM_ACTOR, team, parent)


def _person(company: Company, entry: dict[str, Any]) -> Person:
    person = create_person(
        SYSTEM_ACTOR,
        name=entry["name"],
        email=entry["email"],
        values={
            "title": entry["title"],
            "timezone": entry["timezone"],
            "home_team_id": company.teams[entry["home"]].id,
        },
    )
    for role in entry["roles"]:
        grant_role(SYSTEM_ACTOR, person, company.teams[role["team"]], Role(role["role"]))
    return person


def _system(company: Company, entry: dict[str, Any]) -> System:
    target = entry["slo_target"]
    system = create_system(
        SYSTEM_ACTOR,
        team=company.teams[entry.get("before", entry["team"])],
        key=entry["key"],
        name=entry["name"],
        values={
            "description": entry["description"],
            "tier": entry["tier"],
            "slo_target_milli": None if target is None else round(target * 1000),
            "hours": Hours(entry["hours"]),
            "data_class": DataClass(entry["data_class"]),
            "pages": entry["pages"],
            "repository_url": f"https://git.larkmere.example/{entry['team']}/{entry['key']}",
            "runbook_url": f"https://runbooks.larkmere.example/{entry['key']}",
        },
    )
    update_system(SYSTEM_ACTOR, system, {"team": company.teams[entry["team"]]})
    db.session.add_all(
        SystemOperator(system_id=system.id, person_id=company.people[key].id)
        for key in entry["operators"]
    )
    return system
