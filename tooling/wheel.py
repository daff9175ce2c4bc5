"""Build the wheel and use it as a stranger would: in an empty environment, in another folder.

Started by `dev.py check wheel`. What only works in a checkout fails here.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tooling.environment import RUN
from tooling.places import ROOT

CARRIED = ("riskreg/templates/base.html", "riskreg/static/css/", "riskreg/migrations/env.py")
START_SECONDS = 60
# What gunicorn and the like would do.
OTHER_SERVER = (
    "from riskreg.wsgi import app; answer = app.test_client().get('/healthz'); "
    "assert answer.status_code == 200, answer.text"
)
ADMIN = {
    "RISKREG_ADMIN_ORGANISATION": "Example",
    "RISKREG_ADMIN_EMAIL": "ada@example.org",
    "RISKREG_ADMIN_NAME": "Ada",
    "RISKREG_ADMIN_PASSWORD": "a made-up sentence for the wheel",
}


def main() -> int:
    """Return 0 if the wheel works; a step that does not ends the check with its output."""
    with tempfile.TemporaryDirectory(prefix="riskreg-wheel-") as name:
        folder = Path(name)
        wheel = _build(folder)
        _require_contents(wheel)
        programs = _install(wheel, folder / "environment")
        away = folder / "elsewhere"
        away.mkdir()
        environ = _environment(folder / "home")
        riskreg = str(programs / "riskreg")
        _run([riskreg, "init", "--no-input"], cwd=away, environ=environ)
        with _served(riskreg, away, environ) as address:
            try:
                _require_page(address)
            except urllib.error.HTTPError as fault:
                sys.exit(f"{fault.url} answered {fault.code}:\n{fault.read().decode()}")
        _run([str(programs / "python"), "-c", OTHER_SERVER], cwd=away, environ=environ)
        _require_pdf(riskreg, away, environ)
    print("The wheel was built, installed, set up, and served a page, a PDF and another server.")
    return 0


def _build(folder: Path) -> Path:
    _run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)])
    (wheel,) = folder.glob("*.whl")
    return wheel


def _require_contents(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    missing = [part for part in CARRIED if not any(name.startswith(part) for name in names)]
    if missing:
        sys.exit(f"The wheel lacks {', '.join(missing)}.")


def _install(wheel: Path, environment: Path) -> Path:
    """Install the locked packages and the wheel; return the folder of the programs."""
    _run([sys.executable, "-m", "venv", str(environment)])
    pip = [str(environment / "bin/python"), "-m", "pip", "install", "--quiet", "--no-compile"]
    lock = ["--require-hashes", "--only-binary", ":all:", "-r", str(ROOT / RUN)]
    _run([*pip, "--disable-pip-version-check", "--no-deps", *lock])
    _run([*pip, "--disable-pip-version-check", "--no-deps", str(wheel)])
    return environment / "bin"


def _environment(home: Path) -> dict[str, str]:
    left_out = ("RISKREG", "PYTHON", "VIRTUAL_ENV")
    environ = {name: word for name, word in os.environ.items() if not name.startswith(left_out)}
    return environ | ADMIN | {"RISKREG_HOME": str(home)}


@contextmanager
def _served(riskreg: str, away: Path, environ: dict[str, str]) -> Iterator[str]:
    """Serve on a free port, and yield the address that the program says it is at."""
    server = subprocess.Popen(
        [riskreg, "serve", "--port", "0"], cwd=away, env=environ, stderr=subprocess.PIPE, text=True
    )
    watchdog = threading.Timer(START_SECONDS, server.kill)
    watchdog.start()
    assert server.stderr is not None
    try:
        said = ""
        for line in server.stderr:
            said += line
            address = re.search(r"http://\S+", line)
            if address:
                yield address[0]
                return
        sys.exit(f"`riskreg serve` did not serve: {said}")
    finally:
        watchdog.cancel()
        server.terminate()
        server.communicate()


def _require_page(address: str) -> None:
    """Sign in, as a browser would, and look at the page that comes up, and at its style."""
    open_page = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
    ).open
    base = address.rstrip("/")
    form = open_page(f"{base}/sign-in", timeout=30).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    fields = {"csrf_token": token[1] if token else ""}
    fields |= {"email": ADMIN["RISKREG_ADMIN_EMAIL"], "password": ADMIN["RISKREG_ADMIN_PASSWORD"]}
    answer = urllib.parse.urlencode(fields).encode()
    page = open_page(f"{base}/sign-in", data=answer, timeout=30).read().decode()
    style = re.search(r'href="(/static/[^"]+\.css[^"]*)"', page)
    if "<h1" not in page or ADMIN["RISKREG_ADMIN_NAME"] not in page or style is None:
        sys.exit(f"The first page is not a page:\n{page}")
    open_page(base + style[1], timeout=30).read()


def _require_pdf(riskreg: str, away: Path, environ: dict[str, str]) -> None:
    _run(
        [riskreg, "pack", "top-ten", "--team", "example", "-o", "top.pdf"],
        cwd=away,
        environ=environ,
    )
    if not (away / "top.pdf").read_bytes().startswith(b"%PDF-"):
        sys.exit("The pack is not a PDF.")


def _run(command: list[str], *, cwd: Path = ROOT, environ: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout.decode(errors='replace')}")


if __name__ == "__main__":
    sys.exit(main())
