"""A person at a browser who notices everything that is wrong with a page."""

import re
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

HERE = Path(__file__).parent
# Sent once for a window, not with each page: it is half a megabyte.
AXE = (
    f"window.bringAxe = () => {{{(HERE / 'vendor' / 'axe-4.14.1.min.js').read_text()}\n}};\n"
    + (HERE / "look.js").read_text()
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]
# Rows that repeat the rows above them; a row's parts of every kind stand on the style guide.
REPEATED = [
    "[data-rows] > :nth-child(n+7)",
    "article.line:nth-of-type(n+5)",
    "article.line:nth-of-type(n+3):has(input[name=value][value='']:checked)",
]
REFUSED = "the server responded with a status of 422"
# Which features a browser knows changes with its version, and it must pass over the others.
STRANGE = re.compile(
    "Permissions-Policy header: (Unrecognized feature|Origin trial controlled feature not enabled)"
)

Theme = Literal["light", "dark"]

# A busy machine is no fault of the page.
WAIT_MS = 20_000
expect.set_options(timeout=WAIT_MS)


class Visitor:
    """A browser window, and what was seen to be wrong in it."""

    def __init__(
        self, context: BrowserContext, address: str, *, theme: Theme, scripts: bool
    ) -> None:
        self.context, self.address, self.scripts = context, address, scripts
        context.add_init_script(AXE)
        self.page: Page = context.new_page()
        self.theme = theme
        self.width = (self.page.viewport_size or {"width": 0})["width"]
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
        theme: Theme = "light",
        scripts: bool = True,
    ) -> "Visitor":
        """Open a window."""
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            java_script_enabled=scripts,
            accept_downloads=True,
            reduced_motion="reduce",
        )
        context.set_default_timeout(WAIT_MS)
        return cls(context, address, theme=theme, scripts=scripts)

    def leave(self) -> None:
        """Close the window; anything seen to be wrong fails the test."""
        self.context.close()
        assert not self.faults, "\n".join(self.faults)

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
        self.page.wait_for_function("document.readyState === 'complete'")
        self.page.evaluate("scrollTo(0, 0)")  # a link half under the bar seems too small to axe
        self._measure()
        self._ask_axe({"type": "tag", "values": RULES})

    def look_at_colours(self) -> None:
        """Look at what differs between two looks at a page: nothing outside the window, colours."""
        self._measure()
        self._ask_axe({"type": "rule", "values": COLOURS})

    def fits(self, width: int) -> None:
        """Make the window so wide, look whether the page stays inside, make it as it was."""
        height = 900
        self.page.set_viewport_size({"width": width, "height": height})
        self._measure()
        self.page.set_viewport_size({"width": self.width, "height": height})

    def look_on_a_phone_in_the_dark(self) -> None:
        """Make the window narrow and the theme dark, look the page over, change back."""
        self.page.set_viewport_size({"width": 390, "height": 900})
        self.page.emulate_media(color_scheme="dark")
        self.look()
        self.page.emulate_media(color_scheme=self.theme)
        self.page.set_viewport_size({"width": self.width, "height": 900})

    def look_in_the_other_theme(self) -> None:
        """Change the theme, where only the colours differ, look at these, change back."""
        self.page.emulate_media(color_scheme="light" if self.theme == "dark" else "dark")
        self._ask_axe({"type": "rule", "values": COLOURS})
        self.page.emulate_media(color_scheme=self.theme)

    def turn_to(self, section: str) -> None:
        """Follow a word of the main navigation, wherever this window has it."""
        navigation = self.page.get_by_role("navigation", name=re.compile("^Main"))
        link = navigation.get_by_role("link", name=section, exact=True).locator("visible=true")
        if not link.count():
            navigation.get_by_text("More", exact=True).click()
        link.first.click()
        self.page.wait_for_load_state()

    def choose(self, menu: str, item: str) -> None:
        """Open a menu of the bar and take an item."""
        found = self.page.locator(
            "details[data-menu]", has=self.page.locator("summary", has_text=menu)
        )
        labelled = self.page.locator(f'details[data-menu]:has(summary[aria-label="{menu}"])')
        details = found.or_(labelled).locator("visible=true").first
        details.locator("summary").click()
        details.locator("a, button", has_text=item).first.click()
        self.page.wait_for_load_state()

    def press(self, name: str) -> None:
        """Press the first button of this name that can be seen."""
        self.button(name).click()

    def pick(self, words: str, within: Locator | None = None) -> None:
        """Press the toggle button or step of a scale that begins with these words."""
        place = within or self.page.locator("main")
        labels = place.locator("label.toggle, label.scale-step")
        labels.filter(has_text=re.compile(rf"^\s*(\d\s+)?{words}")).first.click()

    def button(self, name: str) -> Locator:
        """The first visible button of this name."""
        return self.page.get_by_role("button", name=name).locator("visible=true").first

    def sees(self, text: str) -> bool:
        """Whether the page shows a text."""
        return self.page.get_by_text(text).locator("visible=true").count() > 0

    def _measure(self) -> None:
        where = self.page.url.removeprefix(self.address)
        wide, window = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if wide > window:
            self.faults.append(f"{where}: {wide} pixels wide in a window of {window}")

    def _ask_axe(self, rules: dict[str, Any]) -> None:
        found = self.page.evaluate("asked => look(...asked)", [", ".join(REPEATED), rules])
        for name, why, nodes in found:
            self.faults.append(f"{self.page.url}: {name}: {why}: {nodes}")

    def _console(self, message: ConsoleMessage) -> None:
        # The browser tells of every refused form; that the page says why is what is tested.
        known = REFUSED in message.text or STRANGE.search(message.text)
        if message.type in {"error", "warning"} and not known:
            self.faults.append(f"{self.page.url}: {message.text}")
