"""Everything within reach of the keyboard, and always visible where one is."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visitor import Visitor

# Whether the element with the focus shows it: an outline, or the ring of its label.
SHOWS_FOCUS = """() => {
    const here = document.activeElement;
    const drawn = [here, here.nextElementSibling, here.closest("label")].filter(Boolean);
    return drawn.some(each => {
        const style = getComputedStyle(each);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
            || style.boxShadow !== "none";
    });
}"""
NAME = "document.activeElement.name || document.activeElement.textContent.trim()"


@pytest.fixture(scope="module")
def engineer(browser: Browser, demo: str) -> Iterator[Visitor]:
    """An engineer who has no mouse."""
    visitor = Visitor.arrive(browser, demo)
    visitor.sign_in("Arjun Mehta")
    yield visitor
    visitor.leave()


@pytest.fixture
def page(engineer: Visitor) -> Page:
    """Their list of risks."""
    engineer.go("/risks")
    return engineer.page


def test_a_slash_goes_to_the_search(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.type("freezer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    expect(page.get_by_role("main")).to_contain_text("freezer")


def test_walks_the_rows_and_opens_one(page: Page) -> None:
    titles = page.locator("[data-rows] .cell-title a")
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(titles.nth(1)).to_be_focused()
    assert page.evaluate(SHOWS_FOCUS)
    page.keyboard.press("k")
    expect(titles.nth(0)).to_be_focused()
    title = titles.nth(0).inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_walks_on_from_risk_to_risk_and_edits(page: Page) -> None:
    second = page.locator("[data-rows] .cell-title a").nth(1).inner_text()
    page.locator("[data-rows] .cell-title a").nth(0).click()
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text(second)
    page.wait_for_load_state()
    page.keyboard.press("e")
    page.wait_for_url("**/edit")


def test_rates_again_with_a_letter_and_two_digits(page: Page) -> None:
    page.locator("[data-rows] .cell-title a").first.click()
    page.wait_for_load_state()
    page.keyboard.press("r")
    page.wait_for_url("**/assessments/new*")
    likelihood, impact = page.locator("[data-scale]").all()[:2]
    likelihood.locator("input").first.focus()
    page.keyboard.press("2")
    page.keyboard.press("5")
    expect(likelihood.locator("input:checked")).to_have_value("2")
    expect(impact.locator("input:checked")).to_have_value("5")


def test_goes_to_the_effort_with_a_letter(engineer: Visitor) -> None:
    engineer.go("/risks/new")
    engineer.page.get_by_role("heading", level=1).click()
    engineer.page.locator("main").evaluate("main => main.focus()")
    engineer.page.keyboard.press("m")
    expect(engineer.page.locator('[name="effort"]')).to_be_focused()


def test_pins_with_a_letter(browser: Browser, demo: str) -> None:
    manager = Visitor.arrive(browser, demo)
    manager.sign_in("Beatriz Carvalho")
    manager.go("/risks")
    manager.page.locator("[data-rows] .cell-title a").last.click()
    manager.page.wait_for_load_state()
    manager.page.keyboard.press("p")
    expect(manager.page.get_by_role("dialog", name=re.compile("^Pin R-"))).to_be_visible()
    manager.leave()


def test_ticks_rows_for_all_of_them_at_once(page: Page) -> None:
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.get_by_role("status").filter(has_text="selected")).to_contain_text("2")
    page.keyboard.press("x")
    expect(page.get_by_role("status").filter(has_text="selected")).to_contain_text("1")


def test_help_opens_closes_and_gives_the_focus_back(page: Page) -> None:
    page.keyboard.press("j")
    before = page.evaluate(NAME)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate(NAME) == before


def test_a_menu_closes_and_gives_the_focus_back(page: Page) -> None:
    page.get_by_label("Your menu").press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="My page")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Your menu")).to_be_focused()


def test_the_first_stop_skips_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_tab_key_reaches_everything_in_a_form(engineer: Visitor) -> None:
    page = engineer.page
    engineer.go("/risks/new")
    wanted = {"title", "team", "kind", "current_likelihood", "current_impact", "effort", "why"}
    reached: set[str] = set()
    while "Cancel" not in reached and len(reached) < 30:
        page.wait_for_function(SHOWS_FOCUS)
        reached.add(page.evaluate(NAME))
        page.keyboard.press("Tab")
    assert wanted | {"File risk", "then", "Cancel"} <= reached


def test_help_and_errors_are_read_with_their_field(engineer: Visitor) -> None:
    engineer.go("/risks/new")
    title = engineer.page.get_by_label("What could happen?")
    expect(title).to_have_accessible_description("One line that a colleague would recognise.")
    engineer.press("File risk")
    expect(engineer.page.locator(".error-summary")).to_be_focused()
    expect(title).to_have_accessible_description(re.compile("Give the risk a title"))
    links = engineer.page.locator(".error-summary a")
    links.first.press("Enter")
    expect(title).to_be_focused()
    links.last.press("Enter")
    expect(engineer.page.get_by_role("group", name="Kind")).to_be_focused()
