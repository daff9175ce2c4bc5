"""The list of reviews: what is in it, its filters, its pages."""

import re
from datetime import timedelta

import pytest

from riskreg.lib.dates import clock_at, now
from riskreg.org.kinds import Role
from tests.client import RegisterClient
from tests.factories import make_person, make_system, make_team
from tests.queries import counted_queries
from tests.reviews.factories import answer_everything, make_review, sign, submit


def refs(page: str) -> list[str]:
    return re.findall(r'class="ref">(OR-\d+)', page)


def test_shows_the_reviews_of_the_chosen_team_and_below(client: RegisterClient) -> None:
    root = make_team()
    above, below = make_team(parent=root), make_team(parent=root)
    person = make_person(root)
    first = make_review(make_system(above, name="Alpha"), person)
    second = make_review(make_system(make_team(parent=below), name="Beta"), person)
    client.sign_in(person)
    assert refs(client.get("/reviews").text) == [second.ref, first.ref]
    assert refs(client.get(f"/reviews?team={below.slug}").text) == [second.ref]


def test_hides_what_another_team_reviewed(client: RegisterClient) -> None:
    root = make_team()
    team = make_team(parent=root)
    make_review(make_system(root), make_person(root))
    page = client.sign_in(make_person(team)).get("/reviews").text
    assert refs(page) == []
    assert "No system has been reviewed yet" in page


def test_says_since_when_the_newest_review_of_a_system_is_overdue(client: RegisterClient) -> None:
    team = make_team()
    owner, manager = make_person(team), make_person(team, Role.MANAGER)
    system = make_system(team)
    for months in (24, 13):
        with clock_at(now() - timedelta(days=31 * months)):
            review = submit(make_review(system, owner), owner)
            sign(review, manager)
    client.sign_in(owner)
    for address in ("/reviews", f"/systems/{system.key}", "/reviews/new"):
        assert client.get(address).text.count("overdue since") == 1, address


def test_names_the_systems_that_were_never_reviewed(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    submit(make_review(make_system(team, name="Alpha"), owner), owner)
    make_review(make_system(team, name="Begun"), owner)
    for number in range(9):
        make_system(team, name=f"Never {number}", key=f"never-{number}")
    page = client.sign_in(owner).get("/reviews").text
    assert "10 of 11 systems were never reviewed:" in page
    assert 'href="/reviews/new?system=never-0">Never 0</a>' in page
    assert "and 2 more" in page
    viewed = client.sign_in(make_person(team, Role.VIEWER)).get("/reviews").text
    assert "Never 0" in viewed
    assert "system=never-0" not in viewed


def test_filters_by_readiness_status_and_system(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    ready = make_review(make_system(team, name="Ready one"), owner)
    answer_everything(ready, owner)
    other = submit(make_review(make_system(team, name="Other one"), owner), owner)
    client.sign_in(owner)
    assert refs(client.get("/reviews?readiness=ready").text) == [ready.ref]
    assert refs(client.get("/reviews?readiness=not_ready").text) == [other.ref]
    assert refs(client.get("/reviews?status=submitted").text) == [other.ref]
    assert refs(client.get("/reviews?q=ready").text) == [ready.ref]
    assert refs(client.get(f"/reviews?q={other.ref}").text) == [other.ref]
    assert "No review fits these filters" in client.get("/reviews?q=nothing").text


@pytest.mark.parametrize("query", ["readiness=x", "status=%00", "page=-3", "page=99", "q=%25"])
def test_takes_odd_addresses(client: RegisterClient, query: str) -> None:
    team = make_team()
    owner = make_person(team)
    make_review(make_system(team), owner)
    assert client.sign_in(owner).get(f"/reviews?{query}").status_code == 200


def test_pages_hold_fifty_and_count_all(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    made = [make_review(make_system(team), owner).ref for _number in range(52)]
    client.sign_in(owner)
    first = client.get("/reviews").text
    assert refs(first) == list(reversed(made))[:50]
    assert "52 reviews, newest first" in first
    assert refs(client.get("/reviews?page=2").text) == list(reversed(made))[50:]


def test_asks_no_more_of_the_database_for_more_reviews(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team, Role.MANAGER)
    make_review(make_system(team), owner, own_1="met")
    client.sign_in(owner).get("/reviews")
    with counted_queries() as few:
        client.get("/reviews")
    for _number in range(5):
        make_review(make_system(make_team(parent=team)), owner, own_1="met")
    client.get("/reviews")  # the tree has changed, so it is read once more
    with counted_queries() as many:
        client.get("/reviews")
    assert len(many) == len(few)
