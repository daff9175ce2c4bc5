"""Whatever is sent by a form works in a browser that runs no scripts."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visitor import Visitor

ENGINEER = "Leila Haddad"


@pytest.fixture(scope="module")
def engineer(browser: Browser, demo: str) -> Iterator[Visitor]:
    """An engineer whose browser runs no scripts."""
    visitor = Visitor.arrive(browser, demo, scripts=False)
    visitor.sign_in(ENGINEER)
    yield visitor
    visitor.leave()


def test_files_and_rates_a_risk(engineer: Visitor) -> None:
    page = engineer.page
    engineer.go("/risks/new")
    page.get_by_label("What could happen?").fill("Vans are routed by one machine")
    for words in ("Operational", "Likely", "Severe"):
        engineer.pick(words)
    engineer.press("Show band and rank")
    expect(page.get_by_text(re.compile("Place"))).to_be_visible()
    expect(page.get_by_label("What could happen?")).to_have_value("Vans are routed by one machine")
    engineer.press("File risk")
    page.wait_for_url(re.compile(r"/risks/R-\d+$"))
    page.get_by_role("link", name="Rate again").click()
    engineer.pick("Possible")
    page.get_by_label("Why").fill("A second machine stands by.")
    engineer.press("Add this rating")
    expect(page.get_by_text("A second machine stands by.").first).to_be_visible()
    expect(page.get_by_text("Possible × Severe").first).to_be_visible()


def test_reviews_and_closes_a_risk(engineer: Visitor) -> None:
    page = engineer.page
    engineer.go("/risks/new")
    page.get_by_label("What could happen?").fill("The old depot is still on the map")
    engineer.pick("Operational")
    engineer.press("File risk")
    page.get_by_role("link", name="Close", exact=True).click()
    page.get_by_label("Gone").check()
    page.get_by_label("How do we know").fill("It was taken off the map.")
    engineer.press("Close")
    expect(page.get_by_text(re.compile("^Closed .* as gone"))).to_be_visible()


def test_closes_an_action_with_evidence(engineer: Visitor) -> None:
    page = engineer.page
    engineer.go("/actions/new")
    page.get_by_label("What will be done").fill("Put a second machine beside it")
    engineer.pick("P2")
    engineer.press("Promise it")
    page.wait_for_url(re.compile(r"/actions/A-\d+$"))
    page.get_by_role("link", name="Done", exact=True).click()
    page.get_by_label("How do we know").fill("It took over during the drill.")
    engineer.press("Mark as done")
    expect(page.get_by_text("It took over during the drill.").first).to_be_visible()


def test_answers_a_statement(engineer: Visitor) -> None:
    page = engineer.page
    engineer.go("/reviews/new")
    page.get_by_role("link", name=re.compile("^Review [A-Z]")).first.click()
    engineer.press("Start the review")
    page.wait_for_url(re.compile(r"/reviews/OR-\d+"))
    line = page.locator("article.line").nth(1)
    engineer.pick("Not met$", line)
    line.get_by_role("button", name=re.compile("^Save")).click()
    line = page.locator("article.line").nth(1)
    expect(line.get_by_text(re.compile("Saved by"))).to_be_visible()
    expect(line.get_by_role("radio", name="Not met", exact=True)).to_be_checked()


def test_writes_a_section_of_a_post_mortem(engineer: Visitor) -> None:
    page = engineer.page
    engineer.go("/incidents/new")
    page.get_by_label("What went wrong").fill("Vans waited in the yard")
    engineer.pick("Sev 3")
    page.get_by_label("Impact start").fill("2026-01-05T08:00")
    engineer.press("File the incident")
    engineer.press("Start the post-mortem")
    page.get_by_role("link", name="Write Contributing conditions").click()
    page.get_by_role("textbox", name="Contributing conditions").fill("The gate has *one* key.")
    engineer.press("Preview")
    expect(page.locator("[data-shown] em")).to_have_text("one")
    engineer.press("Done")
    expect(page.get_by_text("The gate has one key.")).to_be_visible()


def test_imports_a_file(engineer: Visitor, tmp_path: Path) -> None:
    page = engineer.page
    file = tmp_path / "depot.csv"
    file.write_text("Risk,Likelihood,Impact\nThe depot floods,Rare,Severe\n")
    engineer.go("/risks/import")
    page.get_by_label("The file").set_input_files(file)
    engineer.press("Show what it says")
    engineer.press("Import 1 risk")
    page.get_by_role("link", name="See the risks").click()
    expect(page.get_by_role("link", name="The depot floods")).to_be_visible()


def test_asks_for_a_pack(engineer: Visitor) -> None:
    page = engineer.page
    engineer.go("/packs/new?kind=top-ten")
    engineer.press("Make the PDF")
    page.wait_for_url(re.compile(r"/packs/\d+$"))
    expect(
        page.get_by_role("link", name="Download the PDF").or_(
            page.get_by_role("link", name="Look again")
        )
    ).to_be_visible()
