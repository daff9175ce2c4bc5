"""/risks/R-12: one risk, and everything that can happen to it."""

from typing import Any

import pytest
from lxml import html
from sqlalchemy import func, select

from riskreg.audit.queries import entries_of
from riskreg.db import db, transaction
from riskreg.metrics.matrix import Rating
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.kinds import CloseReason, Tier
from riskreg.risks.models import Assessment, Risk
from riskreg.risks.services import assess_risk, close_risk
from tests.client import RegisterClient
from tests.factories import make_system, make_team
from tests.risks.conftest import Company
from tests.risks.factories import make_risk


@pytest.fixture
def risk(company: Company) -> Risk:
    """A risk with everything."""
    return make_risk(
        company.team,
        4,
        4,
        title="The queue stops",
        effort_size="M",
        target=Rating(likelihood=2, impact=4),
        cause="one consumer",
        event="the queue stops",
        consequence="unpaid orders",
        controls="An alarm.",
        description="See **the plan**.",
        tags=["queue"],
        links=[("https://wiki.example/queue", "The page")],
        owner=company.engineer,
        knowers=[company.engineer],
        system=make_system(company.team, key="ledger", name="Ledger"),
        treatment="mitigate",
    )


def again(risk: Risk) -> Risk:
    """The risk as it is stored."""
    return db.session.get_one(Risk, risk.id)


def last_act(risk: Risk) -> str:
    """The newest entry of its trail."""
    return entries_of("risk", risk.id)[0].action


def test_shows_where_it_stands(client: RegisterClient, company: Company, risk: Risk) -> None:
    page = client.sign_in(company.viewer).get(f"/risks/{risk.ref}").text
    for words in ("Likely × Major", "Unlikely × Major", "score 16", "125 days a year", "25 d · M"):
        assert words in page
    for words in ("may happen", "unpaid orders", "<strong>the plan</strong>", "The page", "Ledger"):
        assert words in page
    assert "One person alone knows how this works." in page
    assert "/assessments/new" not in page


def test_shows_its_ratings_and_what_changed(
    client: RegisterClient, company: Company, risk: Risk
) -> None:
    with transaction():
        rating = Rating(likelihood=5, impact=4)
        here = again(risk)
        assess_risk(SYSTEM_ACTOR, here, tier=Tier.CURRENT, rating=rating, why="Stopped twice.")
    page = client.sign_in(company.viewer).get(f"/risks/{risk.ref}").text
    assert "Stopped twice." in page
    assert "Exposure rose from 125 to 500 person-days a year" in page
    assert "5 Almost certain" in page
    assert "3 ratings" in page


def test_shows_an_unrated_one(client: RegisterClient, company: Company) -> None:
    risk = make_risk(company.team, description="<script>alert(1)</script>")
    page = client.sign_in(company.viewer).get(f"/risks/{risk.ref}").text
    assert "Unrated is not low" in page
    assert "<script>alert" not in page


def test_walks_the_list_it_came_from(client: RegisterClient, company: Company, risk: Risk) -> None:
    worse = make_risk(company.team, 5, 5, effort_days=5)
    milder = make_risk(company.team, 1, 1, effort_days=5)
    client.sign_in(company.viewer)
    listed = html.fromstring(client.get("/risks").text)
    href = listed.xpath(f"//a[text()='{risk.title}']/@href")[0]
    page = html.fromstring(client.get(href).text)
    assert page.xpath("//a[@data-key='k']/@href")[0].startswith(f"/risks/{worse.ref}?from=")
    onward = page.xpath("//a[@data-key='j']/@href")[0]
    assert onward.startswith(f"/risks/{milder.ref}?from=")
    assert not html.fromstring(client.get(onward).text).xpath("//a[@data-key='j']")


@pytest.mark.parametrize("ref", ["R-999999", "X-1", "R-", "R-1e3", "9" * 30])
def test_what_does_not_exist_is_not_there(
    client: RegisterClient, company: Company, ref: str
) -> None:
    assert client.sign_in(company.viewer).get(f"/risks/{ref}").status_code == 404


def test_does_not_name_a_system_that_its_reader_may_not_see(
    client: RegisterClient, company: Company
) -> None:
    theirs = make_system(make_team(parent=company.team.parent), name="Their ledger")
    risk = make_risk(company.team, 3, 3, system=theirs)
    assert "Their ledger" not in client.sign_in(company.viewer).get(f"/risks/{risk.ref}").text


def test_the_stranger_learns_nothing(client: RegisterClient, company: Company, risk: Risk) -> None:
    client.sign_in(company.stranger)
    for path in ("", "/edit", "/assessments/new", "/closure", "/review"):
        assert client.get(f"/risks/{risk.ref}{path}").status_code == 404, path
    for path in ("/edit", "/assessments", "/closure", "/reopening", "/review"):
        assert client.post(f"/risks/{risk.ref}{path}").status_code == 404, path


def test_the_viewer_changes_nothing(client: RegisterClient, company: Company, risk: Risk) -> None:
    client.sign_in(company.viewer)
    for path in ("/edit", "/assessments", "/closure", "/reopening", "/review", "/pin"):
        assert client.post(f"/risks/{risk.ref}{path}").status_code == 403, path


def form_of(client: RegisterClient, address: str, form: int = -1) -> dict[str, Any]:
    """The values a browser would send of a page's form."""
    page = html.fromstring(client.get(address).text)
    found = [each for each in page.forms if each.get("method") == "post" and "risks" in each.action]
    # lxml reads an empty radio value as "on" and keeps the line end that opens a text area.
    values = [
        (name, "" if value == "on" else value.removeprefix("\n"))
        for name, value in found[form].form_values()
    ]
    return {**dict(values), "knowers": [value for name, value in values if name == "knowers"]}


def test_saving_an_unchanged_form_changes_nothing(
    client: RegisterClient, company: Company, risk: Risk
) -> None:
    client.sign_in(company.engineer)
    before = risk.version, len(entries_of("risk", risk.id))
    sent = form_of(client, f"/risks/{risk.ref}/edit")
    assert client.post(f"/risks/{risk.ref}/edit", data=sent).status_code == 303
    assert (again(risk).version, len(entries_of("risk", risk.id))) == before


def test_edits(client: RegisterClient, company: Company, risk: Risk) -> None:
    client.sign_in(company.engineer)
    sent = form_of(client, f"/risks/{risk.ref}/edit")
    sent |= {
        "title": "The queue stalls",
        "effort": "3 d",
        "current_likelihood": "5",
        "why": "Worse.",
    }
    assert client.post(f"/risks/{risk.ref}/edit", data=sent).status_code == 303
    after = again(risk)
    assert (after.title, after.effort_days, after.effort_size) == ("The queue stalls", 3, None)
    assert (after.band_rank, after.assessments[0].why) == (4, "Worse.")
    assert last_act(risk) == "risk.update"


def test_an_edit_is_refused_with_its_field(
    client: RegisterClient, company: Company, risk: Risk
) -> None:
    client.sign_in(company.engineer)
    sent = form_of(client, f"/risks/{risk.ref}/edit") | {"title": "", "cause": "typed"}
    answer = client.post(f"/risks/{risk.ref}/edit", data=sent)
    assert answer.status_code == 422
    assert "Give the risk a title." in answer.text
    assert again(risk).cause == "one consumer"


def test_a_stale_edit_shows_both_versions_and_keeps_mine(
    client: RegisterClient, company: Company, risk: Risk
) -> None:
    client.sign_in(company.engineer)
    mine = form_of(client, f"/risks/{risk.ref}/edit") | {"title": "Mine"}
    theirs = form_of(client, f"/risks/{risk.ref}/edit") | {"title": "Theirs"}
    assert client.post(f"/risks/{risk.ref}/edit", data=theirs).status_code == 303
    refused = client.post(f"/risks/{risk.ref}/edit", data=mine)
    assert refused.status_code == 409
    assert "<td>Theirs</td><td><mark>Mine</mark></td>" in refused.text
    assert again(risk).title == "Theirs"
    newest = html.fromstring(refused.text).xpath("//input[@name='version']/@value")[0]
    assert (
        client.post(f"/risks/{risk.ref}/edit", data={**mine, "version": newest}).status_code == 303
    )
    assert again(risk).title == "Mine"


def test_rates_again(client: RegisterClient, company: Company, risk: Risk) -> None:
    client.sign_in(company.engineer)
    sent = {"tier": "current", "likelihood": "2", "impact": "2", "why": "The consumer is doubled."}
    assert client.post(f"/risks/{risk.ref}/assessments", data=sent).status_code == 303
    assert (again(risk).band_rank, last_act(risk)) == (1, "risk.assess")


@pytest.mark.parametrize("version", ["²", "-1", "9" * 30])
def test_a_version_that_is_no_number_is_no_crash(
    client: RegisterClient, company: Company, risk: Risk, version: str
) -> None:
    client.sign_in(company.engineer)
    rating = {"tier": "current", "likelihood": "2", "impact": "2", "why": "Doubled."}
    for path, sent in (
        ("assessments", rating),
        ("edit", form_of(client, f"/risks/{risk.ref}/edit")),
    ):
        answer = client.post(f"/risks/{risk.ref}/{path}", data={**sent, "version": version})
        assert answer.status_code == 303


def test_a_rating_can_be_taken_back_to_unrated(
    client: RegisterClient, company: Company, risk: Risk
) -> None:
    sent = {"tier": "target", "likelihood": "", "impact": "", "why": "The plan fell through."}
    client.sign_in(company.engineer).post(f"/risks/{risk.ref}/assessments", data=sent)
    assert again(risk).gain_milli == 125_000


@pytest.mark.parametrize(
    "values",
    [{"why": ""}, {"likelihood": "6"}, {"likelihood": "x"}, {"tier": "other"}],
)
def test_a_bad_rating_is_refused(
    client: RegisterClient, company: Company, risk: Risk, values: dict[str, str]
) -> None:
    sent = {"tier": "current", "likelihood": "2", "impact": "2", "why": "So.", **values}
    answer = client.sign_in(company.engineer).post(f"/risks/{risk.ref}/assessments", data=sent)
    assert answer.status_code == 422
    assert db.session.scalar(select(func.count(Assessment.id))) == 2


def test_of_ratings_made_in_one_go_the_current_one_is_on_top(
    client: RegisterClient, company: Company
) -> None:
    low = Rating(likelihood=1, impact=4)
    filed = make_risk(company.team, 4, 4, target=low, inherent=low)
    tree = html.fromstring(client.sign_in(company.viewer).get(f"/risks/{filed.ref}").text)
    names = tree.xpath("//*[@class='timeline-title']/text()")
    assert names[:3] == ["Current", "Target", "Inherent"]
    (now,) = tree.xpath("//li[contains(@class, 'timeline-now')]//*[@class='timeline-title']")
    assert now.text == "Current"


def test_each_rating_begins_from_its_own_levels(
    client: RegisterClient, company: Company, risk: Risk
) -> None:
    client.sign_in(company.engineer)
    sent = form_of(client, f"/risks/{risk.ref}/assessments/new?tier=target")
    assert (sent["tier"], sent["likelihood"], sent["impact"]) == ("target", "2", "4")
    seen = client.get("/risks/preview", query_string={**sent, "risk": risk.id, "likelihood": "1"})
    assert "Rare × Major" in seen.text
    assert "Likely × Major" in seen.text
    unseen = client.sign_in(company.stranger).get("/risks/preview", query_string=sent)
    assert unseen.status_code in {403, 404}


def test_a_stale_rating_is_refused(client: RegisterClient, company: Company, risk: Risk) -> None:
    sent = {"tier": "current", "likelihood": "2", "impact": "2", "why": "So.", "version": "77"}
    answer = client.sign_in(company.engineer).post(f"/risks/{risk.ref}/assessments", data=sent)
    assert answer.status_code == 409
    assert again(risk).current_likelihood == 4


def test_closes_and_reopens(client: RegisterClient, company: Company, risk: Risk) -> None:
    client.sign_in(company.engineer)
    assert client.post(f"/risks/{risk.ref}/closure", data={"note": "Done."}).status_code == 422
    sent = {"close_reason": "mitigated", "note": "The second consumer runs."}
    assert client.post(f"/risks/{risk.ref}/closure", data=sent).status_code == 303
    page = client.get(f"/risks/{risk.ref}").text
    assert "as mitigated" in page
    assert "The second consumer runs." in page
    assert client.post(f"/risks/{risk.ref}/closure", data=sent).status_code == 409
    assert client.post(f"/risks/{risk.ref}/reopening", data={"why": ""}).status_code == 422
    assert "Reopen" in client.get(f"/risks/{risk.ref}/closure").text
    assert client.post(f"/risks/{risk.ref}/reopening", data={"why": "It died."}).status_code == 303
    assert (again(risk).status, last_act(risk)) == ("open", "risk.reopen")


def test_a_closed_risk_cannot_be_rated(
    client: RegisterClient, company: Company, risk: Risk
) -> None:
    with transaction():
        close_risk(SYSTEM_ACTOR, again(risk), reason=CloseReason.GONE, note="Sold.")
    sent = {"tier": "current", "likelihood": "2", "impact": "2", "why": "So."}
    client.sign_in(company.engineer)
    assert client.post(f"/risks/{risk.ref}/assessments", data=sent).status_code == 409


def test_pins_with_a_reason_and_unpins(
    client: RegisterClient, company: Company, risk: Risk
) -> None:
    client.sign_in(company.manager)
    assert client.get(f"/risks/{risk.ref}/pin").status_code == 200
    assert client.post(f"/risks/{risk.ref}/pin", data={"reason": " "}).status_code == 422
    sent = {"reason": "The auditor asked for it."}
    assert client.post(f"/risks/{risk.ref}/pin", data=sent).status_code == 303
    assert "The auditor asked for it." in client.get(f"/risks/{risk.ref}").text
    assert client.post(f"/risks/{risk.ref}/pin/removal").status_code == 303
    assert (again(risk).pin_reason, last_act(risk)) == ("", "risk.unpin")


def test_an_engineer_may_not_pin(client: RegisterClient, company: Company, risk: Risk) -> None:
    sent = {"reason": "Mine first."}
    client.sign_in(company.engineer)
    assert client.post(f"/risks/{risk.ref}/pin", data=sent).status_code == 403


def test_reviews_with_a_sentence(client: RegisterClient, company: Company, risk: Risk) -> None:
    client.sign_in(company.engineer)
    assert client.get(f"/risks/{risk.ref}/review").status_code == 200
    assert client.post(f"/risks/{risk.ref}/review").status_code == 422
    sent = {"sentence": "Nothing moved."}
    assert client.post(f"/risks/{risk.ref}/review", data=sent).status_code == 303
    assert again(risk).reviewed_on is not None
    assert "Nothing moved." in client.get(f"/risks/{risk.ref}").text


def test_pastes_a_list(client: RegisterClient, company: Company) -> None:
    make_risk(company.team, title="Known already")
    client.sign_in(company.engineer)
    lines = "- First thing\n\n* Second thing\nknown ALREADY\nFirst thing"
    sent = {"team": "payments", "kind": "both", "lines": lines}
    answer = client.post("/risks/paste", data=sent)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "2 risks are filed" in page
    assert "known ALREADY" in page
    risks = db.session.scalars(select(Risk).order_by(Risk.id)).all()
    assert [each.title for each in risks] == ["Known already", "First thing", "Second thing"]
    assert {each.band_rank for each in risks} == {None}


@pytest.mark.parametrize(
    "values",
    [{"lines": " "}, {"lines": "x\n" + "y" * 201}, {"team": "search"}, {"kind": "z"}],
)
def test_refuses_a_bad_list(
    client: RegisterClient, company: Company, values: dict[str, str]
) -> None:
    sent = {"team": "payments", "kind": "both", "lines": "A\nB", **values}
    client.sign_in(company.engineer)
    assert client.get("/risks/paste").status_code == 200
    assert client.post("/risks/paste", data=sent).status_code == 422
    assert db.session.scalar(select(func.count(Risk.id))) == 0
