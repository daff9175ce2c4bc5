"""/risks: the list, its filters, its counts, its pages."""

import re
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from lxml import html

from riskreg.db import db, transaction
from riskreg.metrics.matrix import Rating
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.kinds import CloseReason
from riskreg.risks.models import Risk
from riskreg.risks.services import close_risk
from riskreg.web.paging import encode_cursor
from tests.client import RegisterClient
from tests.factories import make_system
from tests.risks.conftest import Company
from tests.risks.factories import make_risk


def titles(client: RegisterClient, address: str) -> list[str]:
    """The titles on a page of the list."""
    tree = html.fromstring(client.get(address).text)
    return [str(link.text) for link in tree.xpath("//td[contains(@class,'risk-title')]/a")]


def counted(client: RegisterClient, address: str) -> int:
    """The number in the sentence above the list."""
    tree = html.fromstring(client.get(address).text)
    found = tree.xpath("//p[@class='count']")
    return int(re.findall(r"\d+", found[0].text)[0]) if found else 0


@pytest.fixture
def register(company: Company) -> dict[str, Risk]:
    """Risks of every sort."""
    system = make_system(company.team, key="ledger", name="Ledger")
    return {
        "top": make_risk(company.team, 4, 5, title="Top", kind="security", effort_size="S"),
        "mine": make_risk(company.team, 3, 4, title="Mine", owner=company.engineer, tags=["pci"]),
        "hungry": make_risk(company.team, 4, 5, title="Hungry", kind="both", system=system),
        "unrated": make_risk(company.team, title="Unrated", cause="Überlauf im Zähler"),
        "aimed": make_risk(
            company.root, 2, 2, title="Aimed", effort_days=5, target=Rating(likelihood=1, impact=1)
        ),
        "elsewhere": make_risk(company.other, 5, 5, title="Elsewhere", effort_days=1),
    }


def test_opens_on_the_teams_open_risks_most_severe_first(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    client.sign_in(company.engineer)
    assert titles(client, "/risks") == ["Top", "Hungry", "Mine", "Unrated"]
    page = client.get("/risks").text
    assert "4 open risks in Payments and below, most severe first, then best value" in page
    assert "needs effort" in page
    assert "Elsewhere" not in page


def test_the_other_order(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    client.sign_in(company.manager)
    page = "/risks?team=company&order=value"
    assert titles(client, page) == ["Elsewhere", "Top", "Aimed", "Hungry", "Mine", "Unrated"]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ("kind=security", {"Top", "Hungry"}),
        ("kind=both", {"Hungry"}),
        ("band=4", {"Top", "Hungry"}),
        ("band=unrated", {"Unrated"}),
        ("band=critical", {"Top", "Hungry"}),
        ("band=High", {"Mine"}),
        ("band=UNRATED", {"Unrated"}),
        ("owner=me", {"Mine"}),
        ("owner=none", {"Top", "Hungry", "Unrated"}),
        ("system=ledger", {"Hungry"}),
        ("system=none", {"Top", "Mine", "Unrated"}),
        ("tag=pci", {"Mine"}),
        ("q=uberlauf", {"Unrated"}),
        ("q=nothing-like-it", set()),
        ("effort=known", {"Top"}),
        ("effort=unknown", {"Hungry", "Mine", "Unrated"}),
        ("due=1", set()),
        ("likelihood=4&impact=5", {"Top", "Hungry"}),
        ("status=closed", set()),
        ("status=all", {"Top", "Hungry", "Mine", "Unrated"}),
        ("kind=nonsense&band=x&owner=y&order=z", {"Top", "Hungry", "Mine", "Unrated"}),
    ],
)
def test_filters_and_counts_agree(
    client: RegisterClient,
    company: Company,
    register: dict[str, Risk],
    args: str,
    expected: set[str],
) -> None:
    client.sign_in(company.engineer)
    assert set(titles(client, f"/risks?{args}")) == expected
    assert counted(client, f"/risks?{args}") == len(expected)


def test_a_ref_finds_its_risk(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    client.sign_in(company.engineer)
    assert titles(client, f"/risks?q={register['mine'].ref}") == ["Mine"]


def test_chips_say_what_they_do_and_go_away(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    client.sign_in(company.engineer)
    tree = html.fromstring(client.get("/risks?kind=security&band=4&tag=").text)
    chips = tree.xpath("//a[@class='filter-chip']")
    assert ["Kind: Security or both" in chip.text_content() for chip in chips] == [False, True]
    assert "kind=" not in chips[1].get("href")
    assert "band=4" in chips[1].get("href")


def test_says_so_when_nothing_fits(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    page = client.sign_in(company.engineer).get("/risks?status=closed").text
    assert "No risk fits" in page


def test_closed_risks_leave_the_list(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    with transaction():
        risk = db.session.get_one(Risk, register["top"].id)
        close_risk(SYSTEM_ACTOR, risk, reason=CloseReason.GONE, note="Sold.")
    client.sign_in(company.engineer)
    assert "Top" not in titles(client, "/risks")
    assert titles(client, "/risks?status=closed") == ["Top"]


def test_columns_can_be_chosen(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    tree = html.fromstring(client.sign_in(company.engineer).get("/risks?column=gain&column=x").text)
    heads = [head.text_content().strip() for head in tree.xpath("//table/thead//th")]
    assert heads[1:] == ["Risk", "Gain"]


def test_an_empty_register_names_the_first_action(client: RegisterClient, company: Company) -> None:
    page = client.sign_in(company.engineer).get("/risks").text
    assert "Where are the risky parts?" in page
    assert "/risks/paste" in page
    assert "/risks/paste" not in client.sign_in(company.viewer).get("/risks").text


def test_pages_follow_each_other(client: RegisterClient, company: Company) -> None:
    for number in range(53):
        make_risk(company.team, 3, 3, title=f"Number {number:02}", effort_days=number + 1)
    client.sign_in(company.engineer)
    first = html.fromstring(client.get("/risks").text)
    onward = first.xpath("//a[@rel='next']/@href")[0]
    assert titles(client, onward) == ["Number 50", "Number 51", "Number 52"]
    second = client.get(onward).text
    assert "51 to 53 of 53" in second
    back = html.fromstring(second).xpath("//a[@rel='prev']/@href")[0]
    assert titles(client, back) == [f"Number {number:02}" for number in range(50)]
    assert "1 to 50 of 53" in client.get(back).text


BROKEN = (
    "x",
    "W10",
    urlsafe_b64encode(b"[" * 4_000).decode(),
    encode_cursor([1, 2]),
    encode_cursor(["a", 1, 1, "2026-01-01", 1]),
    encode_cursor([1, 1, 1, "2026-99-99", 1]),
    encode_cursor([1, 1, 1, 7, 1]),
    encode_cursor([10**30, 1, 1, "2026-01-01", 1]),
    encode_cursor([1, 1, 1, "2026-01-01", 2**40]),
)


@pytest.mark.parametrize("cursor", BROKEN)
def test_a_broken_place_is_the_beginning(
    client: RegisterClient, company: Company, register: dict[str, Risk], cursor: str
) -> None:
    client.sign_in(company.engineer)
    assert titles(client, f"/risks?after={cursor}&at=x")[0] == "Top"


def test_the_stranger_sees_other_rows_only(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    client.sign_in(company.stranger)
    assert titles(client, "/risks?team=payments") == ["Elsewhere"]
    assert titles(client, "/risks?tag=pci") == []
    assert "pci" not in client.get("/risks").text


def test_heads_are_orders_and_one_teams_name_is_not_repeated(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    client.sign_in(company.engineer)
    page = html.fromstring(client.get("/risks?order=value").text)
    heads = {th.text_content().strip(): th for th in page.xpath("//thead//th")}
    assert heads["Value"].get("aria-sort") == "descending"
    assert "order=value" not in heads["Band"].xpath(".//a/@href")[0]
    assert "Team" not in heads
    everywhere = html.fromstring(
        client.sign_in(company.manager).get(f"/risks?team={company.root.slug}").text
    )
    assert "Team" in [th.text_content().strip() for th in everywhere.xpath("//thead//th")]


def bulk(client: RegisterClient, act: str, refs: list[str], **values: Any) -> str:
    """Send the bulk bar and return the page that follows."""
    answer = client.post(
        "/risks/bulk", data={"act": act, "ref": refs, "kept": "kind=both", **values}
    )
    assert answer.status_code == 303
    assert answer.location == "/risks?kind=both"
    return client.get(answer.location).text


def test_tags_many(client: RegisterClient, company: Company, register: dict[str, Risk]) -> None:
    refs = [register["top"].ref, register["mine"].ref]
    page = bulk(client.sign_in(company.engineer), "tag", refs, bulk_tag="Quarter 3")
    assert "The tag is on 2 risks." in page
    mine = db.session.get_one(Risk, register["mine"].id)
    assert [entry.tag for entry in mine.tags] == ["pci", "quarter 3"]


def test_sets_owners_and_takes_them_away(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    client.sign_in(company.engineer)
    bulk(client, "owner", [register["top"].ref], bulk_owner=str(company.viewer.id))
    assert db.session.get_one(Risk, register["top"].id).owner_id == company.viewer.id
    bulk(client, "owner", [register["top"].ref], bulk_owner="none")
    assert db.session.get_one(Risk, register["top"].id).owner_id is None


def test_closes_many_and_says_which_were_refused(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    refs = [register["top"].ref, register["elsewhere"].ref, "R-x"]
    client.sign_in(company.engineer)
    page = bulk(client, "close", refs, bulk_reason="gone", bulk_note="Switched off.")
    assert "1 risk is closed." in page
    assert f"{register['elsewhere'].ref}: There is nothing here" in page
    assert db.session.get_one(Risk, register["top"].id).status == "closed"
    assert db.session.get_one(Risk, register["elsewhere"].id).status == "open"


@pytest.mark.parametrize(
    ("act", "values"),
    [
        ("tag", {}),
        ("owner", {"bulk_owner": "999"}),
        ("close", {}),
        ("", {}),
        ("owner", {"bulk_owner": "x"}),
        ("owner", {"bulk_owner": "²"}),
    ],
)
def test_a_bulk_without_its_value_changes_nothing(
    client: RegisterClient,
    company: Company,
    register: dict[str, Risk],
    act: str,
    values: dict[str, str],
) -> None:
    page = bulk(client.sign_in(company.engineer), act, [register["top"].ref], **values)
    assert "Nothing was changed." in page


def test_a_viewer_changes_nothing_in_bulk(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    sent = {"act": "tag", "bulk_tag": "x", "ref": register["top"].ref}
    assert client.sign_in(company.viewer).post("/risks/bulk", data=sent).status_code == 403


def test_a_viewer_has_nothing_to_tick(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    page = client.sign_in(company.viewer).get("/risks").text
    assert "risk-title" in page
    assert "cell-check" not in page
    assert "cell-check" in client.sign_in(company.engineer).get("/risks").text


@pytest.mark.parametrize(
    "values",
    [
        {"act": "tag", "bulk_tag": "one\x00two"},
        {"act": "close", "bulk_reason": "gone", "bulk_note": "\x00"},
    ],
)
def test_what_cannot_be_stored_is_refused_in_bulk(
    client: RegisterClient, company: Company, register: dict[str, Risk], values: dict[str, str]
) -> None:
    sent = {"ref": register["top"].ref, **values}
    answer = client.sign_in(company.engineer).post("/risks/bulk", data=sent)
    assert answer.status_code == 422
    assert "Nothing was saved" in answer.text
    assert db.session.get_one(Risk, register["top"].id).version == register["top"].version


def test_counts_follow_a_bulk_that_was_refused_in_part(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    client.sign_in(company.engineer)
    before = counted(client, "/risks")
    refs = [register["top"].ref, register["elsewhere"].ref]
    bulk(client, "close", refs, bulk_reason="gone", bulk_note="Switched off.")
    assert counted(client, "/risks") == before - 1


def test_names_no_system_that_the_reader_may_not_see(
    client: RegisterClient, company: Company
) -> None:
    system = make_system(company.other, name="Hidden engine")
    make_risk(company.team, system=system)
    address = f"/risks?team={company.team.slug}&column=system"
    for _turn in range(2):
        assert "Hidden engine" in client.sign_in(company.manager).get(address).text
        assert "Hidden engine" not in client.sign_in(company.engineer).get(address).text


def test_keeps_nothing_of_columns_that_do_not_exist(
    client: RegisterClient, company: Company, register: dict[str, Risk]
) -> None:
    page = client.sign_in(company.engineer).get("/risks?column=due&column=nonsense").text
    assert 'name="column" value="due"' in page
    assert 'value="nonsense"' not in page
