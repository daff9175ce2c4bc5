"""Incidents and post-mortems to test with; every factory commits."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.org.models import Person, System, Team
from riskreg.postmortems import services
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.postmortems.template import template
from riskreg.reviews.kinds import AnswerValue, Level, Severity
from riskreg.reviews.models import Answer, Checklist, ChecklistVersion, Review, Statement
from riskreg.risks.kinds import Kind
from riskreg.risks.models import Risk
from riskreg.risks.services import create_risk, install_matrix
from tests.factories import actor

_numbers = count(1)


def make_incident(team: Team, person: Person, **values: Any) -> Incident:
    """An incident of two hours that ended three days ago, of severity 2."""
    started = now() - timedelta(days=3, hours=2)
    defaults: dict[str, Any] = {
        "title": f"Incident {next(_numbers)}",
        "severity": 2,
        "impact_start_at": started,
        "detected_at": started + timedelta(minutes=4),
        "resolved_at": started + timedelta(hours=2),
    }
    with transaction():
        values["systems"] = [
            db.session.get_one(System, each.id) for each in values.get("systems", ())
        ]
        incident = services.create_incident(
            actor(person), team=db.session.get_one(Team, team.id), **(defaults | values)
        )
        incident_id = incident.id
    return db.session.get_one(Incident, incident_id)


def make_postmortem(incident: Incident, person: Person, **values: Any) -> Postmortem:
    """A draft owned by the person."""
    with transaction():
        postmortem = services.start_postmortem(
            actor(person),
            db.session.get_one(Incident, incident.id),
            owner=db.session.get_one(Person, person.id),
            **values,
        )
        postmortem_id = postmortem.id
    return db.session.get_one(Postmortem, postmortem_id)


def fill(postmortem: Postmortem, person: Person) -> None:
    """Write something in every section."""
    with transaction():
        row = db.session.get_one(Postmortem, postmortem.id)
        for section in template().sections:
            if section.has_text:
                services.save_section(actor(person), row, section.key, f"About {section.key}.")


def make_risk(team: Team, person: Person, **values: Any) -> Risk:
    """An unrated operational risk."""
    at = values.pop("at", None)
    with transaction():
        install_matrix(actor(person))
        risk = create_risk(
            actor(person),
            team=db.session.get_one(Team, team.id),
            values={"title": f"Risk {next(_numbers)}", "kind": Kind.OPERATIONAL, **values},
            at=at,
        )
        risk_id = risk.id
    return db.session.get_one(Risk, risk_id)


def make_statement(code: str = "alr-1", text: str = "Alerts page a person.") -> Statement:
    """A statement of the newest version of a checklist."""
    with transaction():
        checklist = Checklist(key=f"list-{next(_numbers)}", name="Operability")
        version = ChecklistVersion(checklist=checklist, number=1, published_at=now(), practices={})
        statement = Statement(
            position=1,
            code=code,
            area_key="alr",
            area="Alerting",
            text=text,
            severity=Severity.MAJOR,
            level=Level.BRONZE,
            max_age_months=12,
            seed_impact=3,
            seed_likelihood=3,
            seed_effort_days=5,
        )
        version.statements.append(statement)
        db.session.add(version)
        db.session.flush()
        statement_id = statement.id
    return db.session.get_one(Statement, statement_id)


def answer(
    statement: Statement, system: System, value: AnswerValue, *, at: datetime | None = None
) -> Review:
    """A review of the system with this one answer."""
    at = at or now() - timedelta(days=30)
    with transaction():
        review = Review(
            system_id=system.id,
            team_id=system.team_id,
            version_id=statement.version_id,
            required_level=Level.BRONZE,
            required_reason="tier",
            started_at=at,
        )
        review.answers.append(Answer(statement_id=statement.id, value=value, answered_at=at))
        db.session.add(review)
        db.session.flush()
        review_id = review.id
    return db.session.get_one(Review, review_id)
