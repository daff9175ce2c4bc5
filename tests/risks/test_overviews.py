"""The matrix, the quadrant and the ten."""

import re

from lxml import html

from riskreg.db import db, transaction
from riskreg.metrics.matrix import Rating
from riskreg.metrics.ranking import Order, top
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.conditions import view_of
from riskreg.risks.filters import RiskFilter
from riskreg.risks.kinds import Tier
from riskreg.risks.models import Risk
from riskreg.risks.queries import all_rows, cells, count
from riskreg.risks.services import pin_risk
from riskreg.risks.tops import points, top_ten
from tests.client import RegisterClient
from tests.risks.conftest import Company
from tests.risks.factories import make_risk


def test_cells_name_themselves_and_filter_the_list(
    client: RegisterClient, company: Company
) -> None:
    for _turn in range(3):
        make_risk(company.team, 4, 4, target=Rating(likelihood=1, impact=4))
    make_risk(company.team)
    make_risk(company.other, 4, 4)
    page = html.fromstring(client.sign_in(company.engineer).get("/risks/matrix").text)
    cell = page.xpath("//a[contains(., 'Likely × Major, High, 3 risks')]")[0]
    assert "likelihood=4" in cell.get("href")
    listed = client.get(cell.get("href")).text
    assert "3 open risks" in listed
    assert "Current: <strong>Likely × Major</strong>" in listed
    target = page.xpath("//a[contains(., 'Rare × Major, Medium, 3 risks')]")[0]
    assert "3 open risks" in client.get(target.get("href")).text


def test_the_matrix_adds_up(client: RegisterClient, company: Company) -> None:
    for likelihood in range(1, 6):
        make_risk(company.team, likelihood, 3)
    make_risk(company.team)
    make_risk(company.team, 3)
    view = view_of(SYSTEM_ACTOR, RiskFilter())
    found = cells(view, Tier.CURRENT)
    assert found[None, None] == 2
    assert sum(found.values()) == count(view) == sum(cells(view, Tier.TARGET).values())
    page = client.sign_in(company.engineer).get("/risks/matrix").text
    assert "7 open risks" in page
    assert "2 unrated" in page
    assert "7 without a target" in page


def test_the_ten_and_why_not(client: RegisterClient, company: Company) -> None:
    for number in range(12):
        make_risk(company.team, 4, 5, title=f"Critical {number:02}", effort_days=number + 1)
    make_risk(company.team, 4, 4, title="Only high", effort_days=1)
    make_risk(company.team, 4, 5, title="Hungry")
    make_risk(company.team, title="Unrated")
    tree = html.fromstring(client.sign_in(company.engineer).get("/risks/top").text)
    tables = tree.xpath("//table")
    names = [[str(link.text) for link in table.xpath(".//tbody//a")] for table in tables]
    assert names[0] == [f"Critical {number:02}" for number in range(10)]
    assert names[1] == ["Critical 10", "Critical 11", "Hungry", "Only high"]
    text = re.sub(r"\s+", " ", tree.text_content())
    assert "High; the last of the ten is Critical" in text
    assert "As severe, but nobody has said what it takes" in text
    assert "There is no security risk among these." in text
    assert "1 unrated risk" in text


def test_pins_come_first_with_their_reason(client: RegisterClient, company: Company) -> None:
    for number in range(12):
        make_risk(company.team, 4, 5, effort_days=number + 1)
    humble = make_risk(company.team, 1, 1, title="Humble", kind="security")
    with transaction():
        pin_risk(SYSTEM_ACTOR, db.session.get_one(Risk, humble.id), reason="The board asked.")
    page = client.sign_in(company.engineer).get("/risks/top").text
    assert page.index("Humble") < page.index("Risk number")
    assert "The board asked." in page
    assert "A pinned risk took its place" in page


def test_ties_are_bracketed(client: RegisterClient, company: Company) -> None:
    for _turn in range(3):
        make_risk(company.team, 4, 5, effort_days=5)
    page = client.sign_in(company.engineer).get("/risks/top").text
    assert "tie 1–3" in re.sub(r"\s+", " ", page)


def test_the_few_candidates_give_what_the_whole_register_gives(company: Company) -> None:
    """Ties that reach beyond the candidates, and pins far down, keep their true ranks."""
    for number in range(70):
        make_risk(company.team, 4, 5 if number < 65 else 2, effort_days=7)
    far = max(row.id for row in all_rows(view_of(SYSTEM_ACTOR, RiskFilter())))
    with transaction():
        pin_risk(SYSTEM_ACTOR, db.session.get_one(Risk, far), reason="So.")
    for order in Order:
        view = view_of(SYSTEM_ACTOR, RiskFilter(order=order))
        items = [row.standing for row in all_rows(view)]
        expected = top(items, order=order, pins={far: "So."})
        found = top_ten(view)
        assert found.top.places == expected.places
        assert found.top.following == expected.following
        assert found.top.missing_kinds == expected.missing_kinds


def test_the_groups_beside_the_ten_are_counted(company: Company) -> None:
    for number in range(25):
        make_risk(company.team, 1 + number % 5, 4)
    make_risk(company.team)
    found = top_ten(view_of(SYSTEM_ACTOR, RiskFilter(team="company")))
    assert (found.needs_effort_count, found.unrated_count, found.total) == (25, 1, 26)
    assert [row.band_rank for row in found.needs_effort] == [4] * 5 + [3] * 10 + [2] * 5


def test_the_quadrant_says_what_it_leaves_out(client: RegisterClient, company: Company) -> None:
    for number in range(4):
        make_risk(company.team, 4, 4, effort_days=number + 1)
    make_risk(company.team, 4, 4)
    make_risk(company.team)
    found = points(view_of(SYSTEM_ACTOR, RiskFilter()), limit=3)
    assert (len(found.rows), found.not_drawn, found.without_effort, found.unrated) == (3, 1, 1, 1)
    page = client.sign_in(company.engineer).get("/risks/quadrant").text
    assert "4 risks with rating and effort" in page
    assert "1 needs effort" in page
    assert "<svg" in page


def test_empty_pages_say_what_to_do(client: RegisterClient, company: Company) -> None:
    client.sign_in(company.engineer)
    assert "No ten yet" in client.get("/risks/top").text
    assert "Nothing to draw yet" in client.get("/risks/quadrant").text
    assert "Nothing stands anywhere yet" in client.get("/risks/matrix").text
