"""Every page, wide and narrow, light and dark: no axe violation, no error, nothing cut off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.visitor import Visitor

PATHS = (
    "/",
    "/risks",
    "/risks?order=value&kind=security",
    "/risks/new",
    "/risks/R-1",
    "/risks/R-1/edit",
    "/risks/R-1/assessments/new",
    "/risks/matrix",
    "/risks/quadrant",
    "/risks/top",
    "/risks/paste",
    "/risks/import",
    "/reviews",
    "/reviews/new",
    "/reviews/OR-1",
    "/coverage",
    "/incidents",
    "/incidents/new",
    "/incidents/I-1",
    "/actions",
    "/actions/new",
    "/actions/A-1",
    "/systems",
    "/systems/payments",
    "/teams",
    "/teams/checkout",
    "/packs",
    "/trail",
    "/search?q=restore",
    "/me",
    "/admin/people",
    "/admin/jobs",
    "/styleguide",
)
WINDOWS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]


@pytest.fixture(scope="module", params=WINDOWS, ids=lambda window: f"{window[0]}-{window[1]}")
def administrator(browser: Browser, demo: str, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Somebody who may open every page."""
    width, theme = request.param
    visitor = Visitor.arrive(browser, demo, width=width, theme=theme)
    visitor.sign_in("Tobias Reuter")
    yield visitor
    visitor.leave()


@pytest.mark.parametrize("path", PATHS)
def test_the_page_is_sound(administrator: Visitor, path: str) -> None:
    administrator.faults.clear()
    administrator.go(path)
    administrator.look()
    faults, administrator.faults = administrator.faults, []
    assert faults == []
