"""What was sent to file or change a risk, by a page or a program, as forms and services take it."""

from typing import Any, TypeVar

from riskreg.org.models import System, Team
from riskreg.org.permissions import Permission
from riskreg.org.queries import (
    people_by_id,
    people_names,
    system_for,
    system_names,
    team_for,
)
from riskreg.org.tree import Branch
from riskreg.risks.forms import PasteForm, RiskForm
from riskreg.risks.models import Risk
from riskreg.web.frame import visible_teams
from riskreg.web.security import current_actor

Key = TypeVar("Key", int, str)


def editable_teams() -> list[Branch]:
    """Where the actor may file and change risks."""
    paths = current_actor.paths(Permission.RISK_EDIT)
    return [team for team in visible_teams() if team.path.startswith(paths)]


def sent_team(form: RiskForm | PasteForm) -> Team:
    """The team named; NotFound or Forbidden as the actor's roles say."""
    return team_for(current_actor, form.team.data, Permission.RISK_EDIT)


def sent_values(form: RiskForm, risk: Risk | None = None) -> dict[str, Any]:
    """The values sent, with the system and the people they name."""
    found = people_by_id([*form.knower_ids, *([form.owner_id] if form.owner_id else [])])
    return {
        **form.values(),
        "system": _sent_system(form, risk),
        "owner": found.get(form.owner_id or 0),
        "knowers": [found[number] for number in form.knower_ids],
    }


def offered(form: RiskForm, risk: Risk | None = None) -> RiskForm:
    """The form with all that it can be filled in with."""
    teams = editable_teams()
    systems, persons = system_names(current_actor), people_names()
    if risk is not None:  # what is chosen stays choosable, whatever became of it
        systems += _missing([(each.key, each.name) for each in (risk.system,) if each], systems)
        kept = [*risk.knowers, *([risk.owner] if risk.owner else [])]
        persons += _missing([(person.id, person.name) for person in kept], persons)
    return form.offer(teams=teams, systems=systems, people=persons)


def named(form: RiskForm) -> RiskForm:
    """What is offered as far as it was chosen from: all that it takes to accept the form."""
    return form.offer(
        teams=[team for team in editable_teams() if team.slug == form.team.data],
        systems=system_names(current_actor) if form.system.data else [],
        people=people_names() if form.owner.data or form.knowers.data else [],
    )


def _sent_system(form: RiskForm, risk: Risk | None) -> System | None:
    """The one named; one that the risk has already may be one that the actor cannot see."""
    key = form.system.data
    before = risk.system if risk is not None else None
    if before is not None and before.key == key:
        return before
    return system_for(current_actor, key) if key else None


def _missing(kept: list[tuple[Key, str]], offered: list[tuple[Key, str]]) -> list[tuple[Key, str]]:
    keys = {key for key, _name in offered}
    return [(key, name) for key, name in dict(kept).items() if key not in keys]
