"""Every page, wide and narrow, light and dark: no axe violation, no error, nothing cut off."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import answers
from tests.browser.visitor import Theme, Visitor

# {action} and the like are looked up in the demo: the first one of its list.
PATHS = (
    "/",
    "/risks",
    "/risks?order=value&kind=security",
    "/risks/new",
    "/risks/{risk}",
    "/risks/{risk}/edit",
    "/risks/{risk}/assessments/new",
    "/risks/{risk}/closure",
    "/risks/{risk}/pin",
    "/risks/{risk}/review",
    "/risks/{risk}/readers",
    "/risks/{secret}/opening",
    "/risks/matrix",
    "/risks/quadrant",
    "/risks/top",
    "/risks/due",
    "/risks/paste",
    "/risks/import",
    "/reviews",
    "/reviews/new",
    "/reviews/new?system=payments",
    "/reviews/{review}",
    "/reviews/{review}/readers",
    "/coverage",
    "/incidents",
    "/incidents/new",
    "/incidents/{incident}",
    "/incidents/{incident}/actions",
    "/incidents/{incident}/edit",
    "/incidents/{incident}/owner",
    "/incidents/{incident}/readers",
    "/incidents/{secret_incident}/opening",
    "/incidents/{incident}/review",
    "/incidents/{incident}/risks",
    "/incidents/{incident}/sections/timeline",
    "/incidents/{incident}/statements",
    "/incidents/{reviewed}/reopening",
    "/actions",
    "/actions/new",
    "/actions/{action}",
    "/actions/{action}/closure",
    "/actions/{action}/edit",
    "/actions/{action}/schedule",
    "/actions/{action}/withdrawal",
    "/systems",
    "/systems/new",
    "/systems/payments",
    "/systems/payments/edit",
    "/teams",
    "/teams/checkout",
    "/teams/checkout/edit",
    "/teams/checkout/new",
    "/teams/checkout/place",
    "/teams/checkout/merger",
    "/packs",
    "/packs/new?kind=leadership",
    "/trail",
    "/search?q=restore",
    "/export",
    "/me",
    "/me/proof",
    "/api/docs",
    "/me/tokens",
    "/me/tokens/new",
    "/me/second-factor",
    "/admin/people",
    "/admin/people/1",
    "/admin/people/8/handover",
    "/admin/people/new",
    "/admin/import",
    "/admin/single-sign-on",
    "/admin/jobs",
    "/admin/jobs/1",
    "/styleguide",
)
WIDTHS = (1280, 390)
OTHER_WIDTHS = (768, 1920)
LISTS = {
    "risk": "/risks",
    "review": "/reviews",
    "action": "/actions",
    "incident": "/incidents?status=draft",
    "reviewed": "/incidents?status=reviewed",
}
# Answered by a file, by JSON, by a part of a page, or by leading elsewhere.
NO_PAGES = {
    *("/healthz", "/readyz", "/risks/preview", "/packs/<int:pack_id>.pdf"),
    *("/admin/jobs/<int:job_id>.json", "/admin/jobs/<int:job_id>/progress"),
    *("/risks/import/<int:file_id>/report.json", "/admin/import/<int:file_id>/report.json"),
    *("/sign-in/sso", "/sign-in/sso/return", "/me/proof/sso", "/me/sso/connection"),
}
FOR_STRANGERS = ("/sign-in", "/sign-in/link", "/sign-in/password", "/nowhere")
# Pages of what somebody has just made: test_walk.py looks at them, in both windows.
WALKED = {"/packs/<int:pack_id>", "/risks/import/<int:file_id>"}
# What everybody opens every day is looked at on a phone in the light, too.
DAILY = {
    *("/", "/risks", "/risks/new", "/risks/{risk}", "/risks/matrix", "/risks/quadrant"),
    *("/risks/top", "/reviews", "/reviews/{review}", "/coverage", "/incidents"),
    *("/incidents/{incident}", "/actions", "/actions/{action}", "/systems", "/packs", "/trail"),
}
ADDRESSES = Path(__file__).parents[1] / "rules" / "addresses.txt"


@pytest.fixture(scope="module", params=WIDTHS)
def administrator(browser: Browser, demo: str, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Somebody who may open every page."""
    theme: Theme = "light" if request.param == WIDTHS[0] else "dark"
    visitor = Visitor.arrive(browser, demo, width=request.param, theme=theme)
    visitor.sign_in("Tobias Reuter")
    yield visitor
    visitor.leave()


@pytest.fixture(scope="module")
def found(administrator: Visitor, demo: str) -> dict[str, str]:
    """The first of each list."""
    refs = {}
    for name, path in LISTS.items():
        administrator.go(path)
        href = administrator.page.locator("[data-rows] .cell-title a").first.get_attribute("href")
        refs[name] = str(href).split("?")[0].rsplit("/", 1)[1]
    return refs | {
        "secret": _secret(administrator, f"{demo}/risks/R"),
        "secret_incident": _secret(administrator, f"{demo}/incidents/I"),
    }


def _secret(administrator: Visitor, letters: str) -> str:
    """What is confidential: the first one whose page to open it in an emergency is shown."""
    for number in range(1, 200):
        if administrator.page.request.get(f"{letters}-{number}/opening").ok:
            return f"{letters.rsplit('/', 1)[1]}-{number}"
    raise AssertionError(f"the demo has nothing confidential at {letters}")


@pytest.mark.parametrize("path", PATHS)
def test_the_page_is_sound(administrator: Visitor, found: dict[str, str], path: str) -> None:
    administrator.faults.clear()
    administrator.go(path.format(**found))
    administrator.look()
    if path in DAILY or administrator.width == WIDTHS[0]:
        administrator.look_in_the_other_theme()
    if administrator.width == WIDTHS[0]:
        for width in OTHER_WIDTHS:
            administrator.fits(width)
    faults, administrator.faults = administrator.faults, []
    assert faults == []


def test_a_list_on_paper_is_the_whole_table_and_nothing_to_press(administrator: Visitor) -> None:
    page = administrator.page
    administrator.go("/risks")
    page.locator("[data-bulk]").first.check()
    page.emulate_media(media="print", color_scheme="light")
    page.set_viewport_size({"width": 710, "height": 900})  # Letter between its margins
    for left_out in (".rail", ".bar", ".bottom-bar", ".bulk", ".filters", ".paging", "[data-bulk]"):
        assert page.locator(left_out).locator("visible=true").count() == 0, left_out
    titles = page.locator("[data-rows] .cell-title a")
    assert titles.locator("visible=true").count() == titles.count() > 20
    box = page.locator(".table-box").first
    assert box.evaluate(
        "box => [box.scrollWidth <= box.clientWidth, getComputedStyle(box).overflow]"
    ) == [True, "visible"]
    page.emulate_media(media="screen", color_scheme=administrator.theme)
    page.set_viewport_size({"width": administrator.width, "height": 900})


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_for_strangers_are_sound(browser: Browser, demo: str, width: int) -> None:
    visitor = Visitor.arrive(browser, demo, width=width)
    for path in FOR_STRANGERS:
        visitor.page.goto(demo + path)
        visitor.faults.clear()  # the browser tells of the 404, which is what was asked for
        expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
        visitor.look()
        visitor.look_in_the_other_theme()
        assert visitor.faults == []
    visitor.leave()


def test_no_page_is_forgotten() -> None:
    lines = [line.split() for line in ADDRESSES.read_text().splitlines()]
    gets = {address for method, address, _endpoint in lines if method == "GET"} - NO_PAGES
    pages = {address for address in gets if not address.startswith("/api/v1/")}
    pages -= {*FOR_STRANGERS, *WALKED, *answers.SEEN}
    asked = [re.sub(r"\{\w+\}", "X-1", path.split("?")[0]) for path in PATHS]
    missed = {page for page in pages if not any(re.fullmatch(_pattern(page), a) for a in asked)}
    assert missed == set()


def _pattern(address: str) -> str:
    return re.sub(r"<[^>]+>", "[^/]+", address)
