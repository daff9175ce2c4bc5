"""People around a register: its team, a neighbour, a manager above."""

from dataclasses import dataclass

import pytest
from flask import Flask

from riskreg.db import transaction
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.services import install_matrix
from tests.factories import make_person, make_team


@dataclass(frozen=True, kw_only=True)
class Company:
    """Two teams under a root, and people with roles on them."""

    root: Team
    team: Team
    other: Team
    engineer: Person
    viewer: Person
    manager: Person
    stranger: Person


@pytest.fixture
def company(app: Flask) -> Company:
    """A small organisation with the default matrix."""
    root = make_team("Company")
    team, other = make_team("Payments", parent=root), make_team("Search", parent=root)
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    return Company(
        root=root,
        team=team,
        other=other,
        engineer=make_person(team, Role.ENGINEER),
        viewer=make_person(team, Role.VIEWER),
        manager=make_person(root, Role.MANAGER),
        stranger=make_person(other, Role.ENGINEER),
    )
