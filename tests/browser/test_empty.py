"""A register without any data: each page names the first step, and the step leads somewhere."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visitor import Visitor

# A page, the first thing it offers to do, and the heading of where that leads.
BEGINNINGS = [
    ("/", "Paste a list, one a line", "Paste a list of risks"),
    ("/risks", "Paste a list, one a line", "Paste a list of risks"),
    ("/risks", "Import a register", "Import a register"),
    ("/risks", "File a single risk", "File a risk"),
    ("/risks/quadrant", "File a risk", "File a risk"),
    ("/risks/top", "File a risk", "File a risk"),
    ("/reviews", "Review a system", "Review a system"),
    ("/incidents", "File an incident", "File an incident"),
    ("/actions", "Promise an action", "Promise an action"),
]
# Pages that have something to show, or to do, even now.
OTHERS = ("/risks/matrix", "/reviews/new", "/coverage", "/systems", "/packs", "/trail", "/me")


@pytest.fixture(scope="module")
def manager(browser: Browser, empty_demo: str) -> Iterator[Visitor]:
    """The manager of a team that has written nothing down yet."""
    visitor = Visitor.arrive(browser, empty_demo)
    visitor.sign_in("Beatriz Carvalho")
    yield visitor
    visitor.leave()


@pytest.mark.parametrize(("path", "step", "heading"), BEGINNINGS)
def test_an_empty_page_names_the_first_step(
    manager: Visitor, path: str, step: str, heading: str
) -> None:
    manager.go(path)
    manager.look()
    manager.page.locator(".empty").get_by_role("link", name=step, exact=True).click()
    expect(manager.page.get_by_role("heading", level=1)).to_have_text(heading)


@pytest.mark.parametrize("path", OTHERS)
def test_other_pages_are_sound_without_data(manager: Visitor, path: str) -> None:
    manager.go(path)
    manager.look()
    assert manager.faults == []
