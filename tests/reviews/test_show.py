"""The page of one review."""
from riskreg.org.kinds import Role
from tests.client import RegisterClient
from tests.factories import make_person, make_system, make_team
from tests.reviews.factories import make_answer, make_review


def test_shows_every_statement_by_area(client: RegisterClient) -> None:
    team = make_team()
    owner = make_person(team)
    review = make_review(make_system(team), owner, own_1="met", chg_1="not_met")
    page = client.sign_in(owner).get(f"/reviews/{review.ref}")
    assert page.status_code == 200
    print(len(page.text))
    assert 'id="own-1"' in page.text
