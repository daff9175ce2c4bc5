"""What people type is shown, never run; and what they typed is never lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from riskreg.web.security import NO_FEATURES
from tests.browser.visitor import Visitor

# Each would open a dialog, or break out of where it stands.
IMAGE = '<img src=x onerror="alert(1)">'
SCRIPT = "</script><script>alert(2)</script>"
LINK = "[press](javascript:alert(3))"
ENGINEER = "Yewande Adeyemi"


@pytest.fixture
def engineer(browser: Browser, demo: str) -> Iterator[Visitor]:
    """An engineer; a dialog that opens by itself is a fault."""
    visitor = Visitor.arrive(browser, demo)
    visitor.page.on("dialog", lambda dialog: visitor.faults.append(f"dialog: {dialog.message}"))
    visitor.sign_in(ENGINEER)
    yield visitor
    visitor.leave()


def test_browsers_give_our_pages_nothing_that_we_name(browser: Browser, demo: str) -> None:
    visitor = Visitor.arrive(browser, demo)
    visitor.go("/sign-in")
    asked = {each.partition("=")[0] for each in NO_FEATURES.split(", ")}
    known = set(visitor.page.evaluate("document.featurePolicy.features()"))
    allowed = set(visitor.page.evaluate("document.featurePolicy.allowedFeatures()"))
    assert len(asked & known) >= 40
    assert not asked & allowed
    visitor.leave()


def test_planted_code_is_shown_as_text(engineer: Visitor) -> None:
    page = engineer.page
    ref = _file(
        engineer, f"Planted {IMAGE}{SCRIPT}", tags="<b>tag</b>", description=f"{IMAGE} {LINK}"
    )
    for path in (
        f"/risks/{ref}",
        "/risks?q=Planted",
        f"/risks/{ref}/edit",
        "/search?q=Planted",
        "/trail",
    ):
        engineer.go(path)
        assert page.locator('img[src="x"], [href^="javascript:"]').count() == 0
        assert page.evaluate("document.scripts.length") == page.locator("script[src]").count()
    engineer.go(f"/risks/{ref}")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Planted {IMAGE}{SCRIPT}")
    page.get_by_role("link", name="Promise an action").click()
    page.get_by_label("What will be done").fill(f"Planted {SCRIPT}")
    engineer.press("Promise it")
    page.wait_for_url(re.compile(r"/actions/A-\d+$"))
    page.get_by_role("link", name="Done", exact=True).click()
    page.get_by_label("How do we know").fill(IMAGE)
    engineer.press("Mark as done")
    expect(page.get_by_text(IMAGE).first).to_be_visible()


def test_a_closed_tab_loses_nothing(engineer: Visitor) -> None:
    page = engineer.page
    engineer.go("/risks/new")
    page.get_by_label("What could happen?").fill("Half a thought")
    engineer.pick("Security")
    engineer.pick("Likely")
    page.close()
    engineer.page = page = engineer.context.new_page()
    engineer.go("/risks/new")
    expect(page.get_by_label("What could happen?")).to_have_value("Half a thought")
    expect(page.get_by_role("radio", name="Security", exact=True)).to_be_checked()
    engineer.pick("Major")
    expect(page.locator("[data-preview]")).to_contain_text("Likely × Major")
    engineer.press("File risk")
    page.wait_for_url(re.compile(r"/risks/R-\d+$"))
    engineer.go("/risks/new")
    expect(page.get_by_label("What could happen?")).to_have_value("")


def test_the_theme_is_kept(engineer: Visitor) -> None:
    page = engineer.page
    with page.expect_response("**/me/theme"):
        engineer.choose("Your menu", "Dark")
    engineer.go("/actions")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_of_two_tabs_the_second_sees_both_versions(engineer: Visitor) -> None:
    ref = _file(engineer, "Two tabs at once")
    first, second = engineer.page, engineer.context.new_page()
    for tab in (first, second):
        tab.goto(f"{engineer.address}/risks/{ref}/edit")
    first.get_by_label("What could happen?").fill("What the first wrote")
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("What the first wrote")
    second.get_by_label("What could happen?").fill("What the second wrote")
    second.get_by_role("button", name="Save").click()
    both = second.get_by_role("alert")
    expect(both).to_contain_text("What the first wrote")
    expect(both).to_contain_text("What the second wrote")
    expect(second.get_by_label("What could happen?")).to_have_value("What the second wrote")
    second.get_by_role("button", name="Save mine over theirs").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("What the second wrote")


def test_a_draft_of_an_edit_does_not_undo_what_others_saved(engineer: Visitor) -> None:
    ref = _file(engineer, "An old draft")
    page = engineer.page
    engineer.go(f"/risks/{ref}/edit")
    page.get_by_label("What could happen?").fill("A draft that was left")
    page.close()
    engineer.page = page = engineer.context.new_page()
    _rename_elsewhere(engineer, ref)
    engineer.go(f"/risks/{ref}/edit")
    expect(page.get_by_label("What could happen?")).to_have_value("Saved by somebody else")


def _file(engineer: Visitor, title: str, **more: str) -> str:
    page = engineer.page
    engineer.go("/risks/new")
    page.get_by_label("What could happen?").fill(title)
    engineer.pick("Operational")
    if more:
        page.locator("summary", has_text="More about it").click()
        for name, text in more.items():
            page.locator(f"[name={name}]").fill(text)
    engineer.press("File risk")
    page.wait_for_url(re.compile(r"/risks/R-\d+$"))
    return page.url.rsplit("/", 1)[1]


def _rename_elsewhere(engineer: Visitor, ref: str) -> None:
    """The same person at another browser, which has no draft."""
    browser = engineer.context.browser
    assert browser is not None
    elsewhere = Visitor.arrive(browser, engineer.address)
    elsewhere.sign_in(ENGINEER)
    elsewhere.go(f"/risks/{ref}/edit")
    elsewhere.page.get_by_label("What could happen?").fill("Saved by somebody else")
    elsewhere.press("Save")
    elsewhere.page.wait_for_url(re.compile(r"/risks/R-\d+$"))
    elsewhere.leave()
