"""A person at a browser who notices everything that is wrong with a page."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Visitor:
    """A browser window, and what was seen to be wrong in it."""

    def __init__(self, context: BrowserContext, address: str, *, scripts: bool) -> None:
        self.context, self.address, self.scripts = context, address, scripts
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    @classmethod
    def arrive(
        cls,
        browser: Browser,
        address: str,
        *,
        width: int = 1280,
        theme: str = "light",
        scripts: bool = True,
    ) -> "Visitor":
        """Open a window."""
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=scripts,
            accept_downloads=True,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        return cls(context, address, scripts=scripts)

    def leave(self) -> None:
        """Close the window; anything seen to be wrong fails the test."""
        self.context.close()
        assert self.faults == []

    def sign_in(self, name: str) -> None:
        """Choose a person of the demo."""
        self.go("/sign-in")
        self.page.get_by_role("button", name=name).first.click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def go(self, path: str) -> None:
        """Open a page that must exist."""
        response = self.page.goto(self.address + path)
        assert response is not None
        assert response.status == 200, f"{path}: {response.status}"

    def look(self) -> None:
        """Look the page over: nothing outside the window, nothing that axe objects to."""
        if not self.scripts:
            return
        where = self.page.url.removeprefix(self.address)
        width = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if width[0] > width[1]:
            self.faults.append(f"{where}: {width[0]} pixels wide in a window of {width[1]}")
        self.page.evaluate(AXE)
        found: dict[str, Any] = self.page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
        )
        for violation in found["violations"]:
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            self.faults.append(f"{where}: {violation['id']}: {violation['help']}: {nodes}")

    def press(self, name: str) -> None:
        """Press the first button of this name that can be seen."""
        self.button(name).click()

    def button(self, name: str) -> Locator:
        """The first visible button of this name."""
        return self.page.get_by_role("button", name=name).locator("visible=true").first

    def sees(self, text: str) -> bool:
        """Whether the page shows a text."""
        return self.page.get_by_text(text).locator("visible=true").count() > 0

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"{self.page.url}: {message.text}")
