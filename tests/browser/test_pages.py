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
WIDTHS = (1280, 390)


@pytest.fixture(scope="module", params=WIDTHS)
def administrator(browser: Browser, demo: str, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Somebody who may open every page."""
    visitor = Visitor.arrive(browser, demo, width=request.param)
    visitor.sign_in("Tobias Reuter")
    yield visitor
    visitor.leave()


@pytest.mark.parametrize("path", PATHS)
def test_the_page_is_sound(administrator: Visitor, path: str) -> None:
    administrator.faults.clear()
    administrator.go(path)
    administrator.look()
    administrator.look_in_the_dark()
    faults, administrator.faults = administrator.faults, []
    assert faults == []
