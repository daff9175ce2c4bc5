"""One person's day with riskreg, from the first risk to the pack, in two windows.

Pages as they stand are looked over by the sweep of test_pages; here, what a day makes of them.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect
from pypdf import PdfReader

from tests.browser.visitor import Theme, Visitor

MANAGER, DIRECTOR = "Beatriz Carvalho", "Hamza Qureshi"
WINDOWS: dict[str, tuple[int, Theme, str]] = {
    "1280-light": (1280, "light", "Picking"),
    "390-dark": (390, "dark", "Supplier portal"),
}
# Their spreadsheet: semicolons, words for levels, and a date that does not exist.
HEADER = "Ref;Risk;Type;Likelihood;Impact;Effort (days);Identified;Remark"
ROWS = 12


class Story:
    """What the manager does; each method is one chapter and leaves the window where it ended."""

    def __init__(self, visitor: Visitor, system: str) -> None:
        self.visitor, self.page, self.system = visitor, visitor.page, system
        self.title = f"One person can release {system.lower()}"
        self.ref = ""

    def arrives(self) -> None:
        """Sign in and read how the team sleeps."""
        self.visitor.sign_in(MANAGER)
        expect(self.page.get_by_role("heading", level=1)).to_have_text("How does Warehouse sleep?")

    def files_a_risk(self) -> None:
        """From New to filed with the keyboard alone; band and rank show before it is sent."""
        before = self._in_cell()
        self.visitor.choose("New", "Risk")
        keys = self.page.keyboard
        expect(self.page.get_by_role("textbox", name="What could happen?")).to_be_focused()
        keys.type(self.title)
        for key in ("Tab", "Tab", "Space", "ArrowRight", "4", "4"):
            keys.press(key)
        preview = self.page.locator("[data-preview]")
        expect(preview).to_contain_text("Likely × Major")
        expect(preview).to_contain_text("High")
        keys.press("m")
        keys.type("10 d")
        expect(preview).to_contain_text(re.compile(r"Place \d+ of \d+"))
        expect(preview).to_contain_text("among the ten")
        self.visitor.look()
        keys.press("Enter")
        self.page.wait_for_url(re.compile(r"/risks/R-\d+$"))
        self.ref = self.page.url.rsplit("/", 1)[1]
        assert self._in_cell() == before + 1

    def finds_it_again(self) -> None:
        """On the list, behind its cell of the matrix, among the ten."""
        self.visitor.turn_to("Risks")
        expect(self.page.get_by_role("link", name=self.title)).to_be_visible()
        self.page.get_by_role("link", name="Matrix").click()
        self._cell().click()
        self.page.wait_for_url(re.compile("likelihood"))
        expect(self.page.get_by_role("link", name=self.title)).to_be_visible()
        self.page.get_by_role("link", name="The ten").click()
        ten = self.page.get_by_role("table").first
        expect(ten.get_by_role("link", name=self.title)).to_be_visible()

    def rates_it_again(self) -> None:
        """Less likely since a second person tried; the reason stands in the timeline."""
        self.visitor.go(f"/risks/{self.ref}")
        self.page.get_by_role("link", name="Rate again").click()
        self.visitor.pick("Possible")
        self.page.get_by_label("Why").fill("Arjun released it once, with the notes beside him.")
        self.visitor.press("Add this rating")
        expect(self.page.get_by_text("Arjun released it once").first).to_be_visible()
        expect(self.page.get_by_text("Possible × Major").first).to_be_visible()

    def reviews_a_system(self) -> None:
        """Answers save themselves; a risk is one click away; both know of each other."""
        self.visitor.turn_to("Reviews")
        self.page.get_by_role("link", name="Review a system").first.click()
        self.page.get_by_role("link", name=self.system, exact=True).click()
        self.visitor.press("Start the review")
        self.page.wait_for_url(re.compile(r"/reviews/OR-\d+"))
        self.review = self.page.url.rsplit("/", 1)[1]
        met, not_applicable, not_met = self._three_statements()
        self._answer(met, "Met")
        self._fill_evidence(met)
        self._answer(not_applicable, "Does not apply", reason="Nobody signs in to it.")
        self._answer(not_met, "Not met")
        self.page.locator(f"#{not_met}").get_by_role("button", name="File this risk").click()
        filed = self.page.locator(f"#{not_met}-risk").get_by_role("link", name=re.compile("R-"))
        expect(filed).to_be_visible()
        self.visitor.look()
        filed.click()
        expect(self.page.get_by_role("link", name=re.compile(self.review)).first).to_be_visible()
        self.page.get_by_role("link", name=re.compile(self.review)).first.click()
        self.page.get_by_role("button", name=re.compile("^Submit")).click()
        expect(self.page.get_by_text("Submitted, waiting for a signature")).to_be_visible()
        self.visitor.look()

    def has_it_signed(self, director: Visitor) -> None:
        """Nobody signs their own; the director does."""
        assert self.page.get_by_role("button", name="Sign this review").count() == 0
        director.sign_in(DIRECTOR)
        director.go(f"/reviews/{self.review}")
        director.page.get_by_label("What you decided").fill("Not ready: runbooks first.")
        director.press("Sign this review")
        expect(director.page.get_by_text("Signed off: nobody changes")).to_be_visible()
        director.look()

    def writes_up_an_incident(self) -> None:
        """Its times, a section with its preview, and the risk that foresaw it."""
        self.visitor.choose("New", "Incident")
        day = date.today() - timedelta(days=1)  # noqa: DTZ011 - what a person would type
        self.page.get_by_label("What went wrong").fill(f"{self.system} stood still")
        self.visitor.pick("Sev 2")
        self.page.get_by_label("Customers were affected").check()
        times = {"Impact start": "08:00", "Detected": "08:12", "Mitigated": "09:05"}
        for name, clock in times.items():
            self.page.get_by_label(name).fill(f"{day}T{clock}")
        self.visitor.press("File the incident")
        self.page.wait_for_url(re.compile(r"/incidents/I-\d+$"))
        expect(self.page.get_by_text("1 h 5 min").first).to_be_visible()
        self.visitor.press("Start the post-mortem")
        self.page.get_by_role("link", name="Write Contributing conditions").click()
        self.page.get_by_role("textbox", name="Contributing conditions").fill(
            "- only **one person** could release it"
        )
        section = self.page.locator("#section-conditions, section", has_text="As it will read").last
        expect(section.locator("[data-shown] strong")).to_have_text("one person")
        expect(section.get_by_role("status")).to_contain_text("Saved")
        self.visitor.look()
        self.visitor.press("Done")
        self._links_the_risk()

    def keeps_a_promise(self) -> None:
        """An action with the due date of its priority, closed with a word of evidence."""
        self.page.get_by_role("link", name="Promise an action").click()
        self.page.get_by_label("What will be done").fill(
            f"Let a second person release {self.system}"
        )
        self.visitor.pick("P1")
        self.visitor.press("Promise it")
        self.page.get_by_role("link", name="Let a second person").click()
        self.page.wait_for_url(re.compile(r"/actions/A-\d+$"))
        expect(
            self.page.get_by_text("in 1 month").or_(self.page.get_by_text("in 30 days")).first
        ).to_be_visible()
        self.page.get_by_role("link", name="Done").click()
        self.page.get_by_label("How do we know").fill("Hannah released it on her own.")
        self.visitor.press("Mark as done")
        expect(self.page.get_by_text("Hannah released it on her own.").first).to_be_visible()
        self.visitor.look()

    def brings_the_old_register(self, folder: Path) -> None:
        """A preview, one column corrected, all rows at once; a second time adds nothing."""
        file = folder / f"{self.system}.csv"
        file.write_text("\n".join([HEADER, *self._old_rows()]))
        main = self.page.get_by_role("main")
        self._uploads(file)
        expect(main).to_contain_text("“31.02.2026” is no date that riskreg can read")
        self.visitor.look()
        self.page.get_by_role("combobox", name="Remark").select_option(label="Category")
        self.visitor.press("Read it again this way")
        expect(self.page.get_by_role("combobox", name="Remark")).to_have_value("category")
        self.visitor.press(f"Import {ROWS} risks")
        expect(main).to_contain_text(f"{ROWS} risks are new")
        self.visitor.look()
        self.page.get_by_role("link", name="See the risks").click()
        self.page.get_by_role("link", name=f"Shelf 3 of {self.system}").click()
        expect(self.page.get_by_role("definition").filter(has_text="aisles")).to_be_visible()
        self._uploads(file)
        expect(main).to_contain_text("There is nothing to import")
        self.visitor.look()

    def asks_for_the_pack(self, folder: Path) -> None:
        """What leadership gets, as a PDF that names the risk."""
        self.visitor.turn_to("Packs")
        card = self.page.locator(".card", has=self.page.get_by_role("heading", name="Leadership"))
        card.get_by_role("link", name="Make it").click()
        self.visitor.press("Make the PDF")
        link = self.page.get_by_role("link", name="Download the PDF")
        expect(link).to_be_visible(timeout=60_000)
        self.visitor.look()
        with self.page.expect_download() as download:
            link.click()
        path = folder / "pack.pdf"
        download.value.save_as(path)
        text = " ".join(page.extract_text() for page in PdfReader(BytesIO(path.read_bytes())).pages)
        assert self.title in " ".join(text.split())

    def leaves(self) -> None:
        """Sign out."""
        self.visitor.choose("Your menu", "Sign out")
        expect(self.page.get_by_role("heading", name="Choose who to be")).to_be_visible()

    def _cell(self) -> Locator:
        return self.page.get_by_role("link", name=re.compile("^Likely × Major")).first

    def _in_cell(self) -> int:
        self.visitor.go("/risks/matrix")
        found = re.search(r"(\d+) risk", self._cell().inner_text())
        return int(found.group(1)) if found else 0

    def _three_statements(self) -> list[str]:
        """Two of any kind, then a blocker: the last one offers a risk."""
        codes = self.page.locator("[data-answer]").evaluate_all(
            "forms => forms.map(form => form.dataset.answer)"
        )
        blocker = self.page.locator("article.line", has_text="Blocker").last.get_attribute("id")
        return [*[code for code in codes if code != blocker][:2], str(blocker)]

    def _answer(self, code: str, words: str, reason: str = "") -> None:
        line = self.page.locator(f"article#{code}")
        self.visitor.pick(f"{words}$", line)
        if reason:
            line.get_by_label("Why it does not apply").fill(reason)
        expect(line.get_by_text(re.compile("^✓ Saved by"))).to_be_visible()

    def _fill_evidence(self, code: str) -> None:
        line = self.page.locator(f"article#{code}")
        line.get_by_label("Evidence").fill("The drill of last week")
        expect(line.locator("summary", has_text="The drill of last week")).to_be_visible()

    def _old_rows(self) -> list[str]:
        likelihoods, impacts = ("Rare", "Unlikely", "Possible"), ("Minor", "Moderate")
        return [
            f"{self.system[0]}-{row};Shelf {row} of {self.system} is never counted;Operational;"
            f"{likelihoods[row % 3]};{impacts[row % 2]};{row};"
            f"{'31.02.2026' if row == 7 else f'{row:02d}.03.2026'};aisles"
            for row in range(1, ROWS + 1)
        ]

    def _uploads(self, file: Path) -> None:
        self.visitor.turn_to("Risks")
        self.page.get_by_role("link", name="Import", exact=True).click()
        expect(self.page.get_by_role("heading", name="Import a register")).to_be_visible()
        self.page.get_by_label("The file").set_input_files(file)
        self.visitor.press("Show what it says")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(file.name)

    def _links_the_risk(self) -> None:
        finder = self.page.get_by_role("searchbox", name=re.compile("Find a risk"))
        finder.fill(self.title)
        finder.press("Enter")
        self.visitor.press("It foresaw this")
        expect(self.page.get_by_role("link", name=self.title)).to_be_visible()
        self.visitor.look()


@pytest.fixture
def director(browser: Browser, demo: str) -> Iterator[Visitor]:
    """Somebody above, at a desk of their own."""
    visitor = Visitor.arrive(browser, demo)
    yield visitor
    visitor.leave()


@pytest.mark.parametrize("window", WINDOWS)
def test_a_day_with_riskreg(
    browser: Browser, demo: str, director: Visitor, tmp_path: Path, window: str
) -> None:
    width, theme, system = WINDOWS[window]
    visitor = Visitor.arrive(browser, demo, width=width, theme=theme)
    story = Story(visitor, system)
    story.arrives()
    story.files_a_risk()
    story.finds_it_again()
    story.rates_it_again()
    story.reviews_a_system()
    story.has_it_signed(director)
    story.writes_up_an_incident()
    story.keeps_a_promise()
    story.brings_the_old_register(tmp_path)
    story.asks_for_the_pack(tmp_path)
    story.leaves()
    visitor.leave()
