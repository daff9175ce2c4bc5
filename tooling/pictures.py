"""Make the pictures of the documentation from the running program."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tooling.places import ROOT

FOLDER = ROOT / "docs" / "pictures"
PAGES = {
    "register": "/risks",
    "matrix": "/risks/matrix",
    "risk": "/risks/R-1",
    "review": "/reviews/OR-3",
    "home": "/",
}
WAIT_SECONDS = 180


def main() -> int:
    """Start the demo, photograph it, stop it."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="riskreg-pictures-") as folder:
        home, log = Path(folder) / "home", Path(folder) / "log"
        command = [sys.executable, "-m", "riskreg", "demo", "--home", str(home), "--port", "0"]
        with log.open("wb") as output, subprocess.Popen(command, stderr=output) as demo:
            try:
                _photograph(_address(log), Path(folder))
            finally:
                demo.terminate()
    return 0


def _photograph(address: str, folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(f"{address}/sign-in")
        page.get_by_role("button", name="Tobias Reuter").first.click()
        for name, path in PAGES.items():
            page.goto(address + path)
            page.screenshot(path=folder / f"{name}.png")
            _keep(folder / f"{name}.png")
        _pack(page, address, folder)
        browser.close()


def _pack(page: Page, address: str, folder: Path) -> None:
    """The page of a real pack that tells the most plans."""
    page.goto(f"{address}/packs")
    page.get_by_role("link", name="Make it: Leadership pack").click()
    page.get_by_role("button", name="Make the PDF").click()
    with page.expect_download(timeout=WAIT_SECONDS * 1000) as download:
        page.get_by_role("link", name="Download the PDF").first.click(timeout=WAIT_SECONDS * 1000)
    document = pypdfium2.PdfDocument(download.value.path())
    picture = folder / "pack.png"
    fullest = max(document, key=lambda each: each.get_textpage().get_text_range().count("Mitigate"))
    fullest.render(scale=1.2).to_pil().save(picture)
    _keep(picture)


def _keep(picture: Path) -> None:
    """As a small file: 128 colours are enough for a screen."""
    Image.open(picture).convert("RGB").quantize(128).save(FOLDER / picture.name, optimize=True)


def _address(log: Path) -> str:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        if found:
            return found.group()
        time.sleep(0.2)
    raise SystemExit(log.read_text())


if __name__ == "__main__":
    sys.exit(main())
