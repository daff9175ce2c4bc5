"""What the tests of the incident pages share: a team with a writer, a manager and a stranger."""

from dataclasses import dataclass

from riskreg.audit.queries import entries_of
from riskreg.db import db
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.postmortems.models import Incident, Postmortem
from tests.factories import make_person, make_team
from tests.postmortems.factories import make_incident, make_postmortem


@dataclass(frozen=True, kw_only=True)
class Cast:
    """A team with a draft, and who stands where to it."""

    team: Team
    writer: Person
    manager: Person
    viewer: Person
    stranger: Person
    incident: Incident
    postmortem: Postmortem

    @property
    def path(self) -> str:
        """The page of the incident."""
        return f"/incidents/{self.incident.ref}"

    def stored(self) -> Postmortem:
        """The post-mortem as the database has it."""
        db.session.rollback()
        return db.session.get_one(Postmortem, self.postmortem.id)

    def acts(self) -> list[str]:
        """The trail of the post-mortem, newest first."""
        return [entry.action for entry in entries_of("postmortem", self.postmortem.id)]


def make_cast() -> Cast:
    """One incident of severity 2 with a draft, in a team below the root."""
    root = make_team("Company")
    team, other = make_team("Payments", parent=root), make_team("Delivery", parent=root)
    writer = make_person(team, name="Wanda Writer", timezone="Europe/Berlin")
    incident = make_incident(team, writer, title="No payments")
    return Cast(
        team=team,
        writer=writer,
        manager=make_person(team, Role.MANAGER, name="Mona Manager"),
        viewer=make_person(team, Role.VIEWER, name="Vic Viewer"),
        stranger=make_person(other, name="Stan Stranger"),
        incident=incident,
        postmortem=make_postmortem(incident, writer),
    )
