"""The page of one review: what it shows and how it filters."""

import re

from riskreg.org.kinds import Hours
from tests.client import RegisterClient
from tests.factories import make_person, make_system, make_team
from tests.queries import counted_queries
from tests.reviews.factories import answer_everything, change, make_review


def lines(page: str) -> list[str]:
    return re.findall(r'<article class="line[^"]*" id="([^"]+)"', page)


def test_shows_every_statement_with_those_beyond_the_level_folded(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    review = make_review(make_system(team), owner)
    page = client.sign_in(owner).get(f"/reviews/{review.ref}").text
    assert len(lines(page)) == 56
    assert len(re.findall("line-beyond", page)) == 41
    assert "beyond Bronze: not asked of this system" in page
    assert '0<span class="muted">/15</span>' in page


def test_works_out_readiness_level_and_score(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    review = make_review(make_system(team), owner, own_1="met", own_2="not_met", tel_1="na")
    page = client.sign_in(owner).get(f"/reviews/{review.ref}").text
    assert "Not ready" in page
    assert "Below Bronze" in page
    assert "1 met of 14 that count" in page
    assert "7\u00a0%" in page


def test_everything_met_is_ready(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    review = make_review(make_system(team, hours=Hours.ALWAYS), owner)
    answer_everything(review, owner)
    page = client.sign_in(owner).get(f"/reviews/{review.ref}").text
    assert "No blocker and no major statement is open" in page
    assert "100\u00a0%" in page
    assert "Every statement is answered" in page


def test_filters_by_open_blockers_and_unanswered(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    review = make_review(make_system(team), owner, own_1="not_met", own_2="not_met", tel_1="met")
    client.sign_in(owner)
    assert "tel-1" not in lines(client.get(f"/reviews/{review.ref}?show=open").text)
    blockers = lines(client.get(f"/reviews/{review.ref}?show=blockers").text)
    assert "own-1" in blockers
    assert "own-2" not in blockers
    unanswered = lines(client.get(f"/reviews/{review.ref}?show=unanswered").text)
    assert not {"own-1", "own-2", "tel-1"} & set(unanswered)
    assert len(unanswered) == 12


def test_an_empty_filter_says_so(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    review = make_review(make_system(team), owner)
    answer_everything(review, owner)
    page = client.sign_in(owner).get(f"/reviews/{review.ref}?show=unanswered").text
    assert "Nothing left here" in page


def test_warns_when_the_system_has_changed_since(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    system = make_system(team)
    review = make_review(system, owner)
    change(system.id, pages=True)
    page = client.sign_in(owner).get(f"/reviews/{review.ref}").text
    assert "Today it would have to reach Silver, because it pages people" in page


def test_asks_no_more_of_the_database_when_all_is_answered(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    review = make_review(make_system(team), owner, own_1="met")
    client.sign_in(owner).get(f"/reviews/{review.ref}")
    with counted_queries() as few:
        client.get(f"/reviews/{review.ref}")
    answer_everything(review, owner)
    with counted_queries() as many:
        client.get(f"/reviews/{review.ref}")
    assert len(many) == len(few)
