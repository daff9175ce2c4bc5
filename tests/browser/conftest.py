"""The demo as people get it: the real command, its worker, a real browser."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visitor import Visitor

CHROMIUM = ("/usr/bin/chromium", "chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All browser tests carry the mark, and those of one worker share its demo."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; skipped with the reason where there is none."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("there is no Chromium; install the package chromium")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served demo; the program and its worker stop at the end."""
    home = tmp_path_factory.mktemp("demo") / "home"
    command = [sys.executable, "-m", "riskreg", "demo", "--home", str(home), "--port", "0"]
    log = home.parent / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stderr=output, env=_environ(), cwd=_root()) as process,
    ):
        try:
            yield _address(process, log)
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture
def visitor(browser: Browser, demo: str, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """A person at a browser; `request.param` may say width, theme and whether scripts run."""
    options = getattr(request, "param", {})
    visitor = Visitor.arrive(browser, demo, **options)
    yield visitor
    visitor.leave()


def _environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("RISKREG_")}


def _root() -> Path:
    return Path(__file__).parents[2]


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the demo says where it is."""
    import time  # noqa: PLC0415 - only here

    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        if found:
            return found.group()
        assert process.poll() is None, log.read_text()
        time.sleep(0.2)
    raise AssertionError(log.read_text())
