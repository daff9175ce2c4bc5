"""Action items to test with; every factory commits."""

from itertools import count
from typing import Any

from riskreg.actions.models import ActionItem
from riskreg.actions.services import create_action
from riskreg.db import db, transaction
from riskreg.org.models import Person, Team
from tests.factories import actor

_numbers = count(1)


def make_action(team: Team, owner: Person, **values: Any) -> ActionItem:
    """An open action of a team, promised by its owner."""
    title = values.pop("title", f"Action {next(_numbers)}")
    with transaction():
        action = create_action(
            actor(owner),
            team=db.session.get_one(Team, team.id),
            title=title,
            owner=db.session.get_one(Person, owner.id),
            **values,
        )
        action_id = action.id
    return db.session.get_one(ActionItem, action_id)
