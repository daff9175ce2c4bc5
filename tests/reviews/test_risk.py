"""A failed statement becomes a risk in one click, linked both ways."""

import pytest
from sqlalchemy import func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.org.kinds import Role
from riskreg.org.models import Person, SystemOperator, Team
from riskreg.reviews.models import Answer, Review, ReviewRisk, Statement
from riskreg.reviews.owners import fitting_owner
from riskreg.reviews.panels import risk_panel
from riskreg.risks.models import Risk
from tests.client import RegisterClient
from tests.factories import actor, give_role, make_person, make_system, make_team
from tests.reviews.factories import make_review, sign, submit


@pytest.fixture
def owner(client: RegisterClient) -> Person:
    return make_person(make_team())


@pytest.fixture
def review(client: RegisterClient, owner: Person) -> Review:
    assert owner.home_team is not None
    system = make_system(owner.home_team, name="Checkout")
    client.sign_in(owner)
    return make_review(system, owner, chg_5="not_met", tel_4="not_met", own_1="met")


def risks() -> list[Risk]:
    return list(db.session.scalars(select(Risk)))


def test_offers_it_with_its_scores(client: RegisterClient, review: Review) -> None:
    page = client.get(f"/reviews/{review.ref}").text
    assert f'action="/reviews/{review.ref}/risks/chg-5"' in page
    assert "about 10 person-days to fix" in page
    assert f"/reviews/{review.ref}/risks/tel-4" not in page  # minor
    assert f"/reviews/{review.ref}/risks/own-1" not in page  # met


def test_files_it_with_the_statements_seeds(client: RegisterClient, review: Review) -> None:
    answer = client.post(f"/reviews/{review.ref}/risks/chg-5")
    assert (answer.status_code, answer.location) == (303, f"/reviews/{review.ref}#chg-5")
    risk = risks()[0]
    assert risk.title.startswith("Checkout: ")
    assert (risk.current_likelihood, risk.current_impact, risk.effort_days) == (4, 4, 10)
    assert (risk.kind, risk.system_id, risk.team_id) == (
        "operational",
        review.system_id,
        review.team_id,
    )
    assert risk.cause
    assert risk.event
    assert risk.consequence
    assert risk.assessments[0].why == f"Suggested by statement chg-5 of {review.ref}."


def test_links_both_ways(client: RegisterClient, review: Review, owner: Person) -> None:
    client.post(f"/reviews/{review.ref}/risks/chg-5")
    risk = risks()[0]
    page = client.get(f"/reviews/{review.ref}").text
    assert f'href="/risks/{risk.ref}"' in page
    assert f"/reviews/{review.ref}/risks/chg-5" not in page
    panel = risk_panel(actor(owner), risk)
    assert panel is not None
    assert panel.context["links"][0].statement.code == "chg-5"
    assert risk_panel(actor(make_person(make_team(parent=owner.home_team))), risk) is None


def test_leaves_a_trail_on_the_review(client: RegisterClient, review: Review) -> None:
    client.post(f"/reviews/{review.ref}/risks/chg-5")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "review.risk")).one()
    assert (entry.subject_ref, entry.changes) == (review.ref, {"chg-5": [None, risks()[0].ref]})


def test_answers_htmx_with_the_link(client: RegisterClient, review: Review) -> None:
    answer = client.post(f"/reviews/{review.ref}/risks/chg-5", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert f'href="/risks/{risks()[0].ref}"' in answer.text


def test_files_it_once(client: RegisterClient, review: Review) -> None:
    client.post(f"/reviews/{review.ref}/risks/chg-5")
    answer = client.post(f"/reviews/{review.ref}/risks/chg-5")
    assert answer.status_code == 409
    assert db.session.scalar(select(func.count(ReviewRisk.id))) == len(risks()) == 1


@pytest.mark.parametrize("code", ["own-1", "tel-4", "own-2"])
def test_refuses_what_offers_none(client: RegisterClient, review: Review, code: str) -> None:
    assert client.post(f"/reviews/{review.ref}/risks/{code}").status_code == 409
    assert risks() == []


def test_a_signed_review_still_becomes_a_risk(
    client: RegisterClient, review: Review, owner: Person
) -> None:
    assert owner.home_team is not None
    sign(submit(review, owner), make_person(owner.home_team, Role.MANAGER))
    assert client.post(f"/reviews/{review.ref}/risks/chg-5").status_code == 303


def test_a_viewer_is_offered_none(client: RegisterClient, review: Review, owner: Person) -> None:
    assert owner.home_team is not None
    client.sign_in(make_person(owner.home_team, Role.VIEWER))
    assert "File this risk" not in client.get(f"/reviews/{review.ref}").text
    assert client.post(f"/reviews/{review.ref}/risks/chg-5").status_code == 403
    assert risks() == []


def test_a_stranger_finds_nothing(client: RegisterClient, review: Review, owner: Person) -> None:
    client.sign_in(make_person(make_team(parent=owner.home_team)))
    assert client.post(f"/reviews/{review.ref}/risks/chg-5").status_code == 404
    assert risks() == []


def test_met_again_proposes_closing_the_risk(client: RegisterClient, review: Review) -> None:
    client.post(f"/reviews/{review.ref}/risks/chg-5")
    client.post(f"/reviews/{review.ref}/answers/chg-5", data={"value": "met", "version": "1"})
    assert "met now: close the risk" in client.get(f"/reviews/{review.ref}").text


def test_the_owner_is_who_operates_the_system(
    client: RegisterClient, review: Review, owner: Person
) -> None:
    guest = make_person(make_team(parent=owner.home_team), name="Abe Guest")
    give_role(guest, db.session.get_one(Team, review.team_id), Role.ENGINEER)
    _operate(review, make_person(make_team(parent=owner.home_team)), guest, owner)
    page = client.get(f"/reviews/{review.ref}").text
    assert f"Its owner would be {owner.name}. {owner.name} operates Checkout." in page
    client.post(f"/reviews/{review.ref}/risks/chg-5")
    assert risks()[0].owner_id == owner.id
    assert risks()[0].assessments[0].why.endswith(f"{owner.name} operates Checkout.")


def test_without_operators_it_is_the_one_manager(
    client: RegisterClient, review: Review, owner: Person
) -> None:
    assert owner.home_team is not None
    assert "Its owner would be" not in client.get(f"/reviews/{review.ref}").text
    team = owner.home_team
    manager = make_person(team, Role.MANAGER, name="Mona Manager")
    said = f"Its owner would be Mona Manager. Mona Manager is the manager of {team.name}."
    assert said in client.get(f"/reviews/{review.ref}").text
    client.post(f"/reviews/{review.ref}/risks/chg-5")
    assert risks()[0].owner_id == manager.id
    make_person(db.session.get_one(Team, review.team_id), Role.MANAGER)
    assert fitting_owner(db.session.get_one(Review, review.id)) is None


class TestRecheck:
    """Closing the risk of a statement asks to look at the statement again."""

    @pytest.fixture
    def path(self, client: RegisterClient, review: Review) -> str:
        client.post(f"/reviews/{review.ref}/risks/chg-5")
        client.post(
            f"/risks/{risks()[0].ref}/closure",
            data={"close_reason": "mitigated", "note": "Rolled out."},
        )
        return f"/reviews/{review.ref}"

    def test_marks_the_statement_and_keeps_the_answer(
        self, client: RegisterClient, review: Review, path: str
    ) -> None:
        page = client.get(path).text
        assert "One statement waits to be looked at again" in page
        assert '<a href="#chg-5">chg-5</a>' in page
        assert "Its risk was closed after this answer." in page
        statement = select(Answer).join(Statement).where(Statement.code == "chg-5")
        assert db.session.scalars(statement).one().value == "not_met"
        assert "The statement waits for an answer" in client.get(f"/risks/{risks()[0].ref}").text

    def test_an_answer_takes_the_mark_away_even_the_same(
        self, client: RegisterClient, path: str
    ) -> None:
        client.post(f"{path}/answers/chg-5", data={"value": "not_met", "version": "1"})
        assert "looked at again" not in client.get(path).text

    def test_an_open_risk_marks_nothing(self, client: RegisterClient, path: str) -> None:
        client.post(f"/risks/{risks()[0].ref}/reopening", data={"why": "It came back."})
        assert "looked at again" not in client.get(path).text


def _operate(review: Review, *people: Person) -> None:
    with transaction():
        db.session.add_all(
            SystemOperator(system_id=review.system_id, person_id=each.id) for each in people
        )
