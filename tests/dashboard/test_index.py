"""Home: figures that agree with the lists, needs of the reader, honest unknowns."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask

from riskreg.dashboard.kinds import Need, Sort
from riskreg.dashboard.needs import needs_of
from riskreg.dashboard.queries import standing
from riskreg.dashboard.words import answer, trend_words
from riskreg.db import db, transaction
from riskreg.lib.dates import add_months, clock_at, month_start, now
from riskreg.metrics.matrix import Rating
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.queries import teams_for
from riskreg.reviews.models import Review
from riskreg.reviews.services import submit_review
from riskreg.risks.kinds import CloseReason, Tier
from riskreg.risks.models import Risk
from riskreg.risks.services import assess_risk, close_risk, install_matrix
from tests.actions.factories import make_action
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_system, make_team
from tests.postmortems.factories import make_incident, make_postmortem
from tests.queries import counted_queries
from tests.reviews.factories import answer_everything, make_review
from tests.risks.factories import make_risk

MILD = Rating(likelihood=1, impact=1)


@pytest.fixture
def matrix(app: Flask) -> None:
    with transaction():
        install_matrix(SYSTEM_ACTOR)


def needs(person: Person) -> list[Need]:
    doer = actor(person)
    return needs_of(doer, day=now().date(), known=teams_for(doer))


def home(client: RegisterClient, **args: str) -> str:
    response = client.get("/", query_string=args)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_an_empty_register_names_the_first_actions(client: RegisterClient, matrix: None) -> None:
    team = make_team("Payments")
    client.sign_in(make_person(team))
    page = home(client)
    assert "Ask your engineers: where are the risky parts?" in page
    for href in ("/risks/paste", "/risks/new", "/reviews/new"):
        assert f'href="{href}"' in page
    assert "Nobody has written down yet what could hurt Payments." in page


def test_a_viewer_of_nothing_is_offered_nothing(client: RegisterClient, matrix: None) -> None:
    client.sign_in(make_person(make_team(), Role.VIEWER))
    assert 'href="/risks/paste"' not in home(client)


def test_what_is_not_measured_is_unknown(client: RegisterClient, matrix: None) -> None:
    client.sign_in(make_person(make_team()))
    page = home(client)
    for name in ("Pager load", "Toil", "SLOs", "Weekly review"):
        assert name in page
    assert page.count("Not measured yet") == 4


def test_figures_are_of_the_team_and_below(client: RegisterClient) -> None:
    root = make_team("Company")
    below, beside = make_team("Below", parent=root), make_team("Beside", parent=root)
    person = make_person(root, Role.MANAGER)
    make_risk(below, 5, 5, owner=person, effort_days=12)
    make_risk(below, 1, 1, effort_days=3)
    make_risk(below)
    make_risk(beside, 5, 5)
    make_action(below, person, due_on=now().date())
    client.sign_in(person)
    page = home(client, team="below")
    assert "Below carries 3 open risks, 1 of them critical, and 1 that nobody has rated." in page
    assert "The first 2 would take 15 person-days." in page
    assert "The one open action is in time." in page
    assert "Company carries 4 open risks, 2 of them critical" in home(client, team="company")


def test_a_teams_own_page_shows_what_home_shows(client: RegisterClient) -> None:
    team = make_team("Payments")
    make_risk(team, 5, 5)
    client.sign_in(make_person(team, Role.MANAGER))
    shown = re.search(r"Exposure a year, person-days</dt><dd>.*?</dd>", home(client))
    assert shown is not None
    assert shown[0] in client.get("/teams/payments").text


def test_a_stranger_counts_only_their_own(client: RegisterClient) -> None:
    root = make_team("Company")
    mine, theirs = make_team("Mine", parent=root), make_team("Theirs", parent=root)
    make_risk(theirs, 5, 5)
    make_system(theirs)
    client.sign_in(make_person(mine))
    page = home(client, team="theirs")
    assert "Nobody has written down yet what could hurt Mine." in page
    assert "Theirs" not in page


def test_a_change_shows_at_once(client: RegisterClient) -> None:
    team = make_team("Payments")
    risk = make_risk(team, 5, 5)
    client.sign_in(make_person(team))
    assert "1 open risk, 1 of them critical" in home(client)
    with transaction():
        stored = db.session.get_one(Risk, risk.id)
        assess_risk(SYSTEM_ACTOR, stored, tier=Tier.CURRENT, rating=MILD, why="Fixed.")
    assert "1 open risk, none of them critical" in home(client)


def test_systems_are_counted_by_their_newest_review(app: Flask) -> None:
    team, person = make_team(), make_person()
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    person = make_person(team, Role.MANAGER)
    ready, bad, begun, _never = (make_system(team) for _ in range(4))
    for system in (ready, bad):
        review = make_review(system, person)
        if system is ready:
            answer_everything(review, person)
        with transaction():
            submit_review(actor(person), db.session.get_one(Review, review.id))
    make_review(begun, person)
    found = standing(actor(person), team, day=now().date()).operability
    assert (found.systems, found.ready, found.not_ready) == (4, 1, 1)
    assert (found.reviewed, found.not_reviewed) == (2, 2)


def test_the_trend_follows_ratings_and_closures(app: Flask) -> None:
    team = make_team()
    start = add_months(month_start(now().date()), -6)
    instant = now().replace(year=start.year, month=start.month, day=10)
    with clock_at(instant):
        first, second = make_risk(team, 5, 5), make_risk(team, 5, 4)
    with clock_at(instant + timedelta(days=62)), transaction():
        stored = db.session.get_one(Risk, first.id)
        assess_risk(SYSTEM_ACTOR, stored, tier=Tier.CURRENT, rating=MILD, why="Better.")
    with clock_at(instant + timedelta(days=93)), transaction():
        stored = db.session.get_one(Risk, second.id)
        close_risk(SYSTEM_ACTOR, stored, reason=CloseReason.GONE, note="It is gone.")
    trend = standing(SYSTEM_ACTOR, team, day=now().date()).trend
    assert trend.values == (*[None] * 6, 2, 2, 1, 0, 0, 0, 0)
    assert len(trend.days) == 13
    assert trend_words(trend) == "Critical and High fell from 2 to 0"


def test_needs_are_the_readers_own(client: RegisterClient) -> None:
    root = make_team()
    team = make_team(parent=root)
    person, other = make_person(team, Role.MANAGER), make_person(team, Role.MANAGER)
    today = now().date()
    make_action(team, person, title="Mine now", due_on=today)
    make_action(team, person, title="Mine later", due_on=today + timedelta(days=30))
    make_action(team, other, title="Not mine", due_on=today)
    risk = make_risk(team, 5, 5, owner=person, title="Look at me again")
    make_risk(team, 5, 5, owner=person, title="Not due")
    with transaction():
        db.session.get_one(Risk, risk.id).review_due_on = today
    postmortem = make_postmortem(make_incident(team, person, title="Write this up"), person)
    with transaction():
        db.session.merge(postmortem).review_due_on = today - timedelta(days=1)
    assert [(need.sort, need.title) for need in needs(person)] == [
        (Sort.ACTION, "Mine now"),
        (Sort.RISK, "Look at me again"),
        (Sort.POSTMORTEM, "Write this up"),
    ]
    assert [need.title for need in needs(other)] == ["Not mine"]
    client.sign_in(person)
    page = home(client)
    assert f'href="/risks/{risk.ref}"' in page
    assert "Mine later" not in page


def test_reviews_wait_for_those_who_may_sign(app: Flask) -> None:
    team = make_team()
    author, signer = make_person(team, Role.MANAGER), make_person(team, Role.MANAGER)
    engineer = make_person(team)
    review = make_review(make_system(team, name="Checkout"), author)
    answer_everything(review, author)
    with transaction():
        submit_review(actor(author), db.session.get_one(Review, review.id))
    assert [(need.sort, need.title) for need in needs(signer)] == [(Sort.REVIEW, "Checkout")]
    assert needs(author) == []
    assert needs(engineer) == []


def test_statements_do_not_grow_with_the_data(client: RegisterClient) -> None:
    root = make_team()
    person = make_person(root, Role.MANAGER)

    def fill(count: int) -> None:
        for _ in range(count):
            make_risk(root, 4, 4, owner=person)
            make_system(make_team(parent=root))
            make_action(root, person, due_on=now().date())

    client.sign_in(person)
    sent = []
    for more in (2, 10):
        fill(more)
        for _time in range(2):
            with counted_queries() as statements:
                home(client)
            sent.append(len([each for each in statements if not each.startswith(("PRAGMA",))]))
    first, again, grown, grown_again = sent
    assert grown <= first
    assert again == grown_again
    assert again <= 8, "a standing that is known is not worked out again"


def test_the_answer_has_a_sentence_for_each_case(app: Flask) -> None:
    team = make_team("Payments")
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    with app.test_request_context():
        person = make_person(team)
        day = date(2026, 11, 23)
        make_risk(team, 5, 5)
        make_system(team)
        words = answer("Payments", standing(SYSTEM_ACTOR, _stored(team), day=day))
        assert "Nobody has said what the worst of them would take." in words
        assert "Nobody has reviewed the one system." in words
        make_action(team, person, due_on=now().date())
        late = standing(SYSTEM_ACTOR, _stored(team), day=now().date() + timedelta(days=9))
        assert "1 of 1 open action is overdue." in answer("Payments", late)


def _stored(team: Team) -> Team:
    return db.session.get_one(Team, team.id)


def test_exposure_is_summed_and_unknown_without_a_rating(matrix: None) -> None:
    team = make_team("Payments")
    doer = actor(make_person(team))
    make_risk(team)
    nothing = standing(doer, team, day=now().date()).register
    assert (nothing.exposure_milli, nothing.unrated, nothing.open) == (None, 1, 1)
    risks = [make_risk(team, 4, 4), make_risk(team, 1, 1), make_risk(team, 4, 4, effort_days=3)]
    register = standing(doer, team, day=now().date()).register
    assert register.exposure_milli == sum(risk.exposure_milli or 0 for risk in risks)
    assert (register.together.needs_effort, register.open) == (2, 4)
