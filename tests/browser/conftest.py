"""The demo as people get it: the real command, its worker, a real browser."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

# The one without windows needs a fifth less of the processor.
CHROMIUM = ("chromium-headless-shell", "chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All browser tests carry the mark; the scheduler keeps them in one worker, on one demo."""
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; skipped with the reason where there is none."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("there is no Chromium; install the package chromium-headless-shell")
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
                # A page is looked at once: making its scripts fast takes longer than they do.
                "--js-flags=--no-opt --no-maglev",
            ],
        )


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served demo; the program and its worker stop at the end."""
    with serve(tmp_path_factory.mktemp("demo")) as address:
        yield address


@pytest.fixture(scope="session")
def empty_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo that starts without data, in a folder that is gone at its end."""
    folder = tmp_path_factory.mktemp("empty")
    with serve(folder, "--empty", home=None) as address:
        assert list(folder.glob("riskreg-demo-*/riskreg.db"))
        yield address
    assert not list(folder.glob("riskreg-demo-*"))


@contextmanager
def serve(folder: Path, *options: str, home: str | None = "home") -> Iterator[str]:
    """Run the demo command and yield its address; what is temporary it puts into the folder."""
    command = [sys.executable, "-m", "riskreg", "demo"]
    if home is not None:
        command += ["--home", str(folder / home)]
    log = folder / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, "--port", "0", *options], stderr=output, env=_environ(folder), cwd=_root()
        ) as process,
    ):
        try:
            yield _address(process, log)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _environ(folder: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("RISKREG_")}
    return ours | {"TMPDIR": str(folder)}


def _root() -> Path:
    return Path(__file__).parents[2]


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the demo says where it is."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        if found:
            return found.group()
        assert process.poll() is None, log.read_text()
        time.sleep(0.2)
    raise AssertionError(log.read_text())
