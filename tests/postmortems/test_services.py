"""What a write of a post-mortem keeps, changes and refuses."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from riskreg.actions.services import close_action
from riskreg.audit.models import AuditEntry
from riskreg.audit.queries import entries_of
from riskreg.db import db, transaction
from riskreg.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from riskreg.org.kinds import Role
from riskreg.org.models import Person
from riskreg.postmortems import services
from riskreg.postmortems.kinds import PostmortemStatus
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.postmortems.queries import missing_sections
from tests.actions.factories import make_action
from tests.factories import actor, make_person, make_team
from tests.postmortems.factories import (
    fill,
    make_incident,
    make_postmortem,
    make_risk,
    make_statement,
)

RESOLVED = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)  # 11 March in Berlin


@pytest.fixture
def person(app: Flask) -> Person:
    return make_person(make_team(), Role.MANAGER)


def _incident(person: Person, **values: object) -> Incident:
    assert person.home_team is not None
    return make_incident(person.home_team, person, **values)


def _postmortem(person: Person) -> Postmortem:
    return make_postmortem(_incident(person), person)


def _acts(postmortem: Postmortem) -> list[str]:
    return [entry.action for entry in _entries("postmortem", postmortem.id)]


def _entries(subject: str, number: int) -> Sequence[AuditEntry]:
    db.session.commit()  # the trail is written as the last thing
    return entries_of(subject, number)


def test_the_review_is_due_a_fortnight_after_the_local_day_of_the_end(app: Flask) -> None:
    berliner = make_person(make_team(), timezone="Europe/Berlin")
    start = RESOLVED - timedelta(hours=1)
    incident = _incident(berliner, impact_start_at=start, resolved_at=RESOLVED, detected_at=None)
    assert make_postmortem(incident, berliner).review_due_on == date(2026, 3, 25)


def test_a_running_incident_has_no_review_date_until_it_ends(person: Person) -> None:
    postmortem = make_postmortem(_incident(person, resolved_at=None), person)
    assert postmortem.review_due_on is None
    end = postmortem.incident.impact_start_at + timedelta(hours=3)
    services.update_incident(actor(person), postmortem.incident, {"mitigated_at": end})
    assert postmortem.review_due_on == end.date() + timedelta(days=14)


def test_there_is_one_postmortem_to_an_incident(person: Person) -> None:
    postmortem = _postmortem(person)
    with pytest.raises(Conflict):
        services.start_postmortem(actor(person), postmortem.incident, owner=None)


def test_saving_a_section_keeps_it_and_the_step(person: Person) -> None:
    postmortem = _postmortem(person)
    with transaction():
        mark = services.save_section(
            actor(person), _again(postmortem), "summary", "We lost orders."
        )
    with transaction():
        services.save_section(
            actor(person), _again(postmortem), "summary", "We lost 40 orders.", base=mark
        )
    assert _again(postmortem).sections == {"summary": "We lost 40 orders."}
    changes = _entries("postmortem", postmortem.id)[0].changes
    assert changes == {"summary": ["We lost orders.", "We lost 40 orders."]}


def test_the_trail_of_a_long_text_holds_the_step_only(person: Person) -> None:
    postmortem = _postmortem(person)
    text = "All was quiet. " * 500
    services.save_section(actor(person), postmortem, "timeline", text)
    services.save_section(
        actor(person), postmortem, "timeline", text[:4000] + "Bang. " + text[4000:]
    )
    old, new = _entries("postmortem", postmortem.id)[0].changes["timeline"]
    assert len(new) - len(old) == len("Bang. ")
    assert len(new) < 100


def test_two_people_in_one_section_see_both_texts(person: Person) -> None:
    postmortem = _postmortem(person)
    empty = services.text_mark("")
    services.save_section(actor(person), postmortem, "summary", "Theirs.", base=empty)
    with pytest.raises(Stale) as refused:
        services.save_section(actor(person), postmortem, "summary", "Mine.", base=empty)
    assert refused.value.theirs == {"summary": "Theirs."}
    assert refused.value.yours == {"summary": "Mine."}


def test_two_people_in_two_sections_do_not_meet(person: Person) -> None:
    postmortem = _postmortem(person)
    empty = services.text_mark("")
    services.save_section(actor(person), postmortem, "summary", "One.", base=empty)
    services.save_section(actor(person), postmortem, "timeline", "Two.", base=empty)
    assert postmortem.sections == {"summary": "One.", "timeline": "Two."}


@pytest.mark.parametrize("key", ["ideas", "record", "nonsense"])
def test_only_sections_with_a_text_take_one(person: Person, key: str) -> None:
    with pytest.raises(Invalid):
        services.save_section(actor(person), _postmortem(person), key, "x")


def test_the_way_from_draft_to_closed(person: Person) -> None:
    postmortem = _postmortem(person)
    with pytest.raises(Invalid) as refused:
        services.mark_ready(actor(person), postmortem)
    assert "Summary, Customer effect" in refused.value.message
    fill(postmortem, person)
    services.mark_ready(actor(person), _again(postmortem))
    services.review_postmortem(actor(person), postmortem, "Team and support; agreed.")
    assert postmortem.reviewed_by_id == person.id
    services.close_postmortem(actor(person), postmortem)
    assert postmortem.status == PostmortemStatus.CLOSED
    steps = ["postmortem.close", "postmortem.review", "postmortem.ready"]
    assert _acts(postmortem)[:3] == steps


def test_an_engineer_does_not_review(person: Person) -> None:
    postmortem = _postmortem(person)
    fill(postmortem, person)
    services.mark_ready(actor(person), _again(postmortem))
    engineer = make_person(person.home_team)
    with pytest.raises(Forbidden):
        services.review_postmortem(actor(engineer), postmortem, "Fine.")


def test_a_review_needs_its_record(person: Person) -> None:
    postmortem = _postmortem(person)
    fill(postmortem, person)
    services.mark_ready(actor(person), _again(postmortem))
    with pytest.raises(Invalid):
        services.review_postmortem(actor(person), postmortem, " ")


def test_what_is_reviewed_is_not_written_in(person: Person) -> None:
    postmortem = _reviewed(person)
    with pytest.raises(Conflict):
        services.save_section(actor(person), postmortem, "summary", "Other.")
    with pytest.raises(Conflict):
        services.add_idea(actor(person), postmortem, "A wall.")
    services.reopen_postmortem(actor(person), postmortem, "A number was wrong.")
    services.save_section(actor(person), postmortem, "summary", "Other.")
    assert (postmortem.status, postmortem.reviewed_at) == (PostmortemStatus.DRAFT, None)


def test_it_closes_when_its_actions_are_done(person: Person) -> None:
    postmortem = _reviewed(person)
    assert person.home_team is not None
    action = make_action(person.home_team, person, incident_id=postmortem.incident_id)
    with pytest.raises(Conflict) as refused:
        services.close_postmortem(actor(person), _again(postmortem))
    assert action.ref in refused.value.message
    close_action(actor(person), action, "Seen in the drill.")
    services.close_postmortem(actor(person), _again(postmortem))


def test_a_small_incident_needs_the_short_form_only(person: Person) -> None:
    small = make_postmortem(_incident(person, severity=4), person)
    large = make_postmortem(_incident(person, severity=4, customer_impact=True), person)
    keys = [[section.key for section in missing_sections(each)] for each in (small, large)]
    assert "timeline" not in keys[0]
    assert "timeline" in keys[1]
    assert "statements" not in keys[1]


def test_a_linked_risk_is_realised_by_a_person(person: Person) -> None:
    postmortem = _postmortem(person)
    assert person.home_team is not None
    risk = make_risk(person.home_team, person)
    link = services.link_risk(actor(person), _again(postmortem), risk, foresaw=True)
    assert risk.realised_at is None
    services.realise_risk(actor(person), postmortem, link)
    assert risk.realised_at == postmortem.incident.impact_start_at
    assert _entries("risk", risk.id)[0].action == "risk.realise"


def test_linking_twice_changes_the_word(person: Person) -> None:
    postmortem = _postmortem(person)
    assert person.home_team is not None
    risk = make_risk(person.home_team, person)
    services.link_risk(actor(person), _again(postmortem), risk, foresaw=True)
    services.link_risk(actor(person), postmortem, risk, foresaw=False)
    assert [link.foresaw for link in postmortem.risk_links] == [False]
    services.unlink_risk(actor(person), postmortem, postmortem.risk_links[0])
    assert postmortem.risk_links == []


def test_a_statement_is_linked_once_and_taken_away(person: Person) -> None:
    postmortem = _postmortem(person)
    statement = make_statement()
    for _ in range(2):
        link = services.link_statement(
            actor(person), _again(postmortem), statement.id, was_met=True
        )
    assert [each.was_met for each in postmortem.statement_links] == [True]
    services.unlink_statement(actor(person), postmortem, link)
    assert postmortem.statement_links == []


def test_ideas_come_and_go(person: Person) -> None:
    postmortem = _postmortem(person)
    idea = services.add_idea(actor(person), postmortem, "Two regions.")
    assert [each.text for each in postmortem.ideas] == ["Two regions."]
    services.remove_idea(actor(person), postmortem, idea)
    assert postmortem.ideas == []
    with pytest.raises(Invalid):
        services.add_idea(actor(person), postmortem, " ")


def test_causes_are_words_of_the_list_in_its_order(person: Person) -> None:
    postmortem = _postmortem(person)
    services.set_causes(actor(person), postmortem, ["data", "change"])
    assert postmortem.causes == ["change", "data"]
    with pytest.raises(Invalid):
        services.set_causes(actor(person), postmortem, ["gremlins"])


def test_the_stranger_knows_nothing(person: Person) -> None:
    postmortem = _postmortem(person)
    assert person.home_team is not None
    stranger = actor(make_person(make_team(parent=person.home_team)))
    with pytest.raises(NotFound):
        services.save_section(stranger, postmortem, "summary", "x")
    with pytest.raises(NotFound):
        services.update_incident(stranger, postmortem.incident, {"title": "x"})


def test_an_owner_must_be_able_to_see_it(person: Person) -> None:
    incident = _incident(person)
    assert person.home_team is not None
    below = make_person(make_team(parent=person.home_team))
    with pytest.raises(Invalid) as refused:
        services.start_postmortem(actor(person), incident, owner=below)
    assert refused.value.field == "owner"


def test_moving_an_incident_moves_its_postmortem(person: Person) -> None:
    postmortem = _postmortem(person)
    assert person.home_team is not None
    team = make_team(parent=person.home_team)
    incident = _again(postmortem).incident
    with transaction():
        incident = db.session.get_one(Incident, incident.id)
        services.update_incident(actor(person), incident, {"team": db.session.merge(team)})
    assert _again(postmortem).team_id == team.id


def test_an_incident_edited_meanwhile_is_refused_with_both(person: Person) -> None:
    incident = _incident(person)
    services.update_incident(actor(person), incident, {"title": "Theirs"}, version=1)
    with pytest.raises(Stale) as refused:
        services.update_incident(actor(person), incident, {"title": "Mine"}, version=1)
    assert refused.value.theirs == {"title": "Theirs"}


def _reviewed(person: Person) -> Postmortem:
    postmortem = _postmortem(person)
    fill(postmortem, person)
    with transaction():
        services.mark_ready(actor(person), _again(postmortem))
        services.review_postmortem(actor(person), _again(postmortem), "All agreed.")
    return _again(postmortem)


def _again(postmortem: Postmortem) -> Postmortem:
    return db.session.get_one(Postmortem, postmortem.id)
