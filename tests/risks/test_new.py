"""/risks/new: file a risk in under a minute."""

from typing import Any

import pytest
from lxml import html
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from riskreg.audit.queries import entries_of
from riskreg.db import db
from riskreg.risks.models import Risk
from tests.client import RegisterClient
from tests.risks.conftest import Company
from tests.risks.factories import make_risk

GIVEN = {
    "title": "The payment queue has a single consumer",
    "team": "payments",
    "kind": "operational",
    "current_likelihood": "4",
    "current_impact": "4",
    "effort_size": "M",
    "treatment": "mitigate",
    "system": "",
    "owner": "",
}


def file_risk(client: RegisterClient, **values: Any) -> TestResponse:
    """Send the form."""
    return client.post("/risks/new", data={**GIVEN, **values})


def only_risk() -> Risk:
    """The one risk there is."""
    return db.session.scalars(select(Risk)).one()


def test_files_a_risk_and_shows_it(client: RegisterClient, company: Company) -> None:
    answer = file_risk(client.sign_in(company.engineer))
    assert answer.status_code == 303
    risk = only_risk()
    assert answer.location == f"/risks/{risk.ref}"
    assert (risk.title, risk.band_rank, risk.effort_days) == (GIVEN["title"], 3, 25)
    assert entries_of("risk", risk.id)[0].actor_name == company.engineer.name


def test_says_band_and_place_and_offers_another(client: RegisterClient, company: Company) -> None:
    answer = file_risk(client.sign_in(company.engineer))
    page = client.get(answer.location).text
    assert "is filed: High, place 1 of 1 in Payments." in page
    assert '<a href="/risks/new?team=payments&amp;kind=operational">File another</a>' in page


def test_says_that_an_unrated_risk_has_no_place(client: RegisterClient, company: Company) -> None:
    client.sign_in(company.engineer)
    answer = file_risk(client, current_likelihood="", current_impact="")
    assert "It has no place until somebody rates it." in client.get(answer.location).text


def test_title_and_kind_are_enough(client: RegisterClient, company: Company) -> None:
    client.sign_in(company.engineer)
    sent = {"title": "Just this", "kind": "security", "team": "payments", "treatment": "undecided"}
    assert client.post("/risks/new", data={**sent, "system": "", "owner": ""}).status_code == 303
    assert only_risk().band_rank is None


def test_keeps_everything_that_can_be_said(client: RegisterClient, company: Company) -> None:
    client.sign_in(company.engineer)
    file_risk(
        client,
        cause="one consumer",
        event="the queue stops",
        consequence="unpaid orders",
        tags="queue, single point",
        links="https://wiki.example/queue The page\nhttps://example.org/",
        knowers=[str(company.viewer.id), str(company.engineer.id)],
        owner=str(company.engineer.id),
        target_likelihood="2",
        target_impact="4",
        effort="2w",
        effort_size="",
        why="It stopped twice.",
        identified_on="2026-01-05",
    )
    risk = only_risk()
    assert [entry.tag for entry in risk.tags] == ["queue", "single point"]
    assert risk.links[0].label == "The page"
    assert {person.id for person in risk.knowers} == {company.viewer.id, company.engineer.id}
    assert (risk.effort_days, risk.target_impact, risk.gain_milli) == (10, 4, 112_500)
    assert {row.why for row in risk.assessments} == {"It stopped twice."}
    assert risk.identified_on.isoformat() == "2026-01-05"


@pytest.mark.parametrize(
    ("written", "days", "size"),
    [("3 d", 3, None), ("2w", 10, None), ("M", 25, "M"), ("xl", 150, "XL"), ("7", 7, None)],
)
def test_reads_effort_as_people_write_it(
    client: RegisterClient, company: Company, written: str, days: int, size: str | None
) -> None:
    file_risk(client.sign_in(company.engineer), effort=written, effort_size="")
    assert (only_risk().effort_days, only_risk().effort_size) == (days, size)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "   "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"kind": "other"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"current_likelihood": "9"}, "current_impact"),
        ({"current_likelihood": "x"}, "current_likelihood"),
        ({"effort": "soon"}, "effort"),
        ({"effort": "0"}, "effort"),
        ({"links": "javascript:alert(1)"}, "links"),
        ({"team": "search"}, "team"),
        ({"owner": "99999"}, "owner"),
        ({"tags": "x" * 61}, "tags"),
        ({"identified_on": "yesterday"}, "identified_on"),
        ({"title": "nul \x00"}, "title"),
    ],
)
def test_refuses_bad_values_and_keeps_what_was_typed(
    client: RegisterClient, company: Company, values: dict[str, str], field: str
) -> None:
    answer = file_risk(client.sign_in(company.engineer), cause="kept as typed", **values)
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    assert page.xpath(f"//*[@id='{field}-error']"), field
    assert page.xpath("//textarea[@id='cause']")[0].text.strip() == "kept as typed"
    assert db.session.scalar(select(func.count(Risk.id))) == 0


def test_the_same_form_sent_twice_files_one_risk(client: RegisterClient, company: Company) -> None:
    client.sign_in(company.engineer)
    key = html.fromstring(client.get("/risks/new").text).xpath("//input[@name='form_key']/@value")[
        0
    ]
    first, second = file_risk(client, form_key=key), file_risk(client, form_key=key)
    assert first.location == second.location
    assert only_risk().form_key == key


def test_files_and_begins_another(client: RegisterClient, company: Company) -> None:
    answer = file_risk(client.sign_in(company.engineer), then="another")
    assert answer.location.startswith("/risks/new?")
    page = html.fromstring(client.get(answer.location).text)
    assert page.xpath("//input[@name='kind' and @checked]/@value") == ["operational"]


def test_an_address_can_fill_in_the_form(client: RegisterClient, company: Company) -> None:
    client.sign_in(company.engineer)
    page = client.get(
        "/risks/new?title=Suggested&kind=both&current_likelihood=4&current_impact=5"
    ).text
    assert 'value="Suggested"' in page
    assert "Place 1 of 1 in" in page


def test_a_preview_without_script_saves_nothing(client: RegisterClient, company: Company) -> None:
    answer = file_risk(client.sign_in(company.engineer), then="preview")
    assert answer.status_code == 200
    assert "Place 1 of 1 in" in answer.text
    assert db.session.scalar(select(func.count(Risk.id))) == 0


def test_a_viewer_may_not_file(client: RegisterClient, company: Company) -> None:
    client.sign_in(company.viewer)
    assert client.get("/risks/new").status_code == 403
    assert file_risk(client).status_code == 403
    assert db.session.scalar(select(func.count(Risk.id))) == 0


def test_offers_only_teams_where_one_may_file(client: RegisterClient, company: Company) -> None:
    page = html.fromstring(client.sign_in(company.engineer).get("/risks/new").text)
    assert page.xpath("//select[@name='team']/option/@value") == ["payments"]


def test_previews_band_and_rank(client: RegisterClient, company: Company) -> None:
    make_risk(company.team, 4, 5, effort_days=10)
    make_risk(company.team, 2, 2, effort_days=10)
    client.sign_in(company.engineer)
    args = "team=payments&kind=both&current_likelihood=4&current_impact=4&effort=10"
    page = client.get(f"/risks/preview?{args}").text
    assert "High" in page
    assert "Likely × Major" in page
    assert "Place 2 of 3 in" in page
    assert "among the ten" in page


@pytest.mark.parametrize(
    "args", ["", "current_likelihood=x&current_impact=99&effort=soon&risk=z&team=nowhere&kind=q"]
)
def test_a_preview_takes_anything(client: RegisterClient, company: Company, args: str) -> None:
    answer = client.sign_in(company.engineer).get(f"/risks/preview?{args}")
    assert answer.status_code == 200
    assert "Unrated" in answer.text
