"""Systems and practices: five states, unknown apart from no."""

import re
from datetime import timedelta

from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.metrics.reviews import State
from riskreg.org.kinds import Role
from riskreg.org.models import System
from riskreg.postmortems.models import Incident, IncidentSystem, Postmortem, PostmortemStatement
from riskreg.reviews.coverage import coverage_table
from riskreg.reviews.kinds import AnswerValue
from riskreg.reviews.models import Review, Statement
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_system, make_team
from tests.queries import counted_queries
from tests.reviews.factories import make_answer, make_review, sign, submit


def names(page: str) -> list[str]:
    return re.findall(r'<td class="cell-title"><a href="[^"]+">([^<]+)</a>', page)


def test_counts_each_practice_and_keeps_unknown_apart(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    make_review(make_system(team), owner, chg_1="met", chg_3="not_met", syn_1="na")
    make_review(make_system(team), owner, chg_1="met")
    make_system(team)
    ci, canary, synthetic = coverage_table(actor(owner), day=now().date()).practices
    assert (ci.coverage.met, ci.coverage.applicable, ci.coverage.unknown) == (2, 3, 1)
    assert (canary.coverage.met, canary.counts[State.NOT_MET], canary.coverage.unknown) == (0, 1, 2)
    assert (synthetic.coverage.applicable, synthetic.coverage.unknown) == (2, 2)
    page = client.sign_in(owner).get("/coverage").text
    assert "<strong>2</strong> of 3 systems" in page
    assert "; 1 unknown" in page
    assert "Unknown" in page


def test_old_evidence_is_stale_and_not_met(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    review = make_review(make_system(team), owner)
    make_answer(review, owner, "chg-1", evidence_on=(now() - timedelta(days=120)).date())
    ci = coverage_table(actor(owner), day=now().date()).practices[0]
    assert (ci.coverage.met, ci.counts[State.STALE], ci.coverage.unknown) == (0, 1, 0)


def test_the_newest_answer_counts_and_silence_does_not_erase_it(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    system = make_system(team)
    first = make_review(system, owner, chg_1="met", chg_3="met")
    sign(submit(first, owner), make_person(team, Role.MANAGER))
    second = make_review(system, owner, chg_3="not_met")
    row = coverage_table(actor(owner), day=now().date()).rows[0]
    assert [(cell.state, cell.review_ref) for cell in row.cells] == [
        ("met", first.ref),
        ("not_met", second.ref),
        ("unanswered", ""),
    ]


def test_an_incident_disproves_what_was_answered_before(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    review = make_review(make_system(team), owner)
    make_answer(review, owner, "chg-1", at=now() - timedelta(days=3))
    disprove(review, "chg-1")
    ci = coverage_table(actor(owner), day=now().date()).practices[0]
    assert (ci.coverage.met, ci.counts[State.DISPROVED]) == (0, 1)
    page = client.sign_in(owner).get(f"/reviews/{review.ref}").text
    assert "an incident showed otherwise" in page
    make_answer(review, owner, "chg-1", AnswerValue.NOT_MET)
    make_answer(review, owner, "chg-1", AnswerValue.MET)
    assert coverage_table(actor(owner), day=now().date()).practices[0].coverage.met == 1


def test_obeys_the_chosen_team(client: RegisterClient) -> None:
    root = make_team()
    below = make_team(parent=root)
    make_system(root, name="Above")
    make_system(below, name="Below")
    client.sign_in(make_person(root))
    assert names(client.get("/coverage").text) == ["Above", "Below"]
    assert names(client.get(f"/coverage?team={below.slug}").text) == ["Below"]


def test_hides_other_teams(client: RegisterClient) -> None:
    root = make_team()
    make_system(root, name="Hidden")
    page = client.sign_in(make_person(make_team(parent=root))).get("/coverage").text
    assert names(page) == []
    assert "No systems here yet" in page


def test_sorts_by_a_practice_and_back(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    make_system(team, name="Unknown system")
    make_review(make_system(team, name="No canary"), owner, chg_3="not_met")
    make_review(make_system(team, name="With canary"), owner, chg_3="met")
    client.sign_in(owner)
    up = names(client.get("/coverage?order=canary").text)
    assert up == ["With canary", "No canary", "Unknown system"]
    assert names(client.get("/coverage?order=-canary").text) == list(reversed(up))
    assert names(client.get("/coverage?order=system").text) == sorted(up)
    assert client.get("/coverage?order=nonsense").status_code == 200


def test_asks_no_more_of_the_database_for_more_systems(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    make_review(make_system(team), owner, chg_1="met")
    client.sign_in(owner).get("/coverage")
    with counted_queries() as few:
        client.get("/coverage")
    for _number in range(8):
        make_review(make_system(team), owner, chg_1="met", syn_1="met")
    with counted_queries() as many:
        client.get("/coverage")
    assert len(many) == len(few)


def disprove(review: Review, code: str) -> None:
    """An incident of the system, yesterday, whose post-mortem names the statement."""
    with transaction():
        start = now() - timedelta(days=1)
        system = db.session.get_one(System, review.system_id)
        incident = Incident(
            title="Down",
            severity=1,
            team_id=system.team_id,
            impact_start_at=start,
            created_at=start,
        )
        db.session.add(incident)
        db.session.flush()
        postmortem = Postmortem(
            incident_id=incident.id,
            team_id=system.team_id,
            sections={},
            causes=[],
            started_at=start,
        )
        statement = db.session.query(Statement).filter_by(code=code).one()
        db.session.add_all(
            [IncidentSystem(incident_id=incident.id, system_id=system.id), postmortem]
        )
        db.session.flush()
        db.session.add(
            PostmortemStatement(
                postmortem_id=postmortem.id, statement_id=statement.id, was_met=True
            )
        )
