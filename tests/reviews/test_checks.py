"""Automatic checks: what they see, that they only speak, and that they keep secrets."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.actions.models import ActionItem
from riskreg.actions.services import close_action
from riskreg.db import db, transaction
from riskreg.lib.dates import clock_at, now
from riskreg.org.kinds import Role
from riskreg.org.models import Person, System
from riskreg.reviews.kinds import AnswerValue, Check, Seen
from riskreg.reviews.models import Answer, Statement
from riskreg.reviews.queries import CHECKS
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_system, make_team
from tests.reviews.factories import install_content, make_review
from tests.risks.factories import make_risk


@pytest.fixture
def person(app: Flask) -> Person:
    install_content()
    root = make_team("Company")
    return make_person(make_team("Payments", parent=root), Role.MANAGER)


@pytest.fixture
def system(person: Person) -> System:
    return make_system(person.grants[0].team, name="Ledger")


def sight(code: str, person: Person, system: System) -> Seen | None:
    check = next(check for check in CHECKS if check.code == code)
    return check.look(actor(person), system, now().date())


def test_each_check_is_of_another_statement_that_exists(person: Person) -> None:
    codes = [check.code for check in CHECKS]
    assert all(isinstance(check, Check) for check in CHECKS)
    assert len(set(codes)) == len(codes)
    assert set(codes) <= set(db.session.scalars(select(Statement.code)))


def test_a_system_nobody_can_operate_is_not_met(person: Person, system: System) -> None:
    seen = sight("own-1", person, system)
    assert seen is not None
    assert seen.supports is AnswerValue.NOT_MET
    assert seen.words.startswith("Payments owns it; 0 people can operate it; no runbook")
    system.runbook_url = "https://wiki.example/ledger"
    again = sight("own-1", person, system)
    assert again is not None
    assert again.supports is None


def test_promises_kept_speak_for_met_and_late_ones_against(person: Person, system: System) -> None:
    assert sight("pm-2", person, system) is None
    day = now().date()
    with clock_at(now() - timedelta(days=80)):
        kept = make_action(system.team, person, due_on=day - timedelta(days=60))
        with transaction():
            close_action(actor(person), db.session.get_one(ActionItem, kept.id), "Tried it.")
    fine = sight("pm-2", person, system)
    assert fine is not None
    assert (fine.supports, fine.words[:6]) == (AnswerValue.MET, "1 of 1")
    with clock_at(now() - timedelta(days=80)):
        make_action(system.team, person, due_on=day - timedelta(days=50))
    late = sight("pm-2", person, system)
    assert late is not None
    assert late.supports is AnswerValue.NOT_MET
    assert "1 of 2" in late.words
    assert "1 are more than thirty days overdue" in late.words


def test_only_risks_the_reader_may_see_are_counted(person: Person, system: System) -> None:
    make_risk(system.team, 3, 3, kind="security", system=system)
    make_risk(system.team, 3, 3, kind="operational", system=system)
    seen = sight("sec-1", person, system)
    assert seen is not None
    assert seen.words == "The register has 1 open security risk of Ledger"
    assert (
        sight("sec-1", make_person(make_team("Search", parent=system.team.parent)), system) is None
    )


def test_a_review_shows_what_is_seen_and_answers_nothing(
    client: RegisterClient, person: Person, system: System
) -> None:
    review = make_review(system, person)
    page = client.sign_in(person).get(f"/reviews/{review.ref}").text
    assert "Payments owns it; 0 people can operate it" in page
    assert "speaks for “Not met”" in page
    assert db.session.scalars(select(Answer)).all() == []
    viewer = make_person(system.team, Role.VIEWER)
    assert "riskreg sees:" not in client.sign_in(viewer).get(f"/reviews/{review.ref}").text
