"""The checkout's own Python environment, .venv: made once, renewed when a lock file changes."""

import hashlib
import importlib.util
import sys
import sysconfig

from tooling.console import Problem, alone, logged, reason, step
from tooling.places import LOG, PYTHON, ROOT, VENV

RUN = "requirements.txt"
DEVELOP = "requirements-dev.txt"  # holds everything that RUN holds, too

STAMP = VENV / "installed"
NO_VENV = (
    "this Python cannot make environments. Install python3-venv "
    "(Debian: apt-get install python3-venv) and start again."
)


def prepare(lock_file: str) -> None:
    """Make sure .venv holds what the lock file says; costs nothing when it does already."""
    if _is_ready(lock_file):
        return
    with alone("python"):
        if _is_ready(lock_file):  # someone else was faster
            return
        with step(f"Python packages ({lock_file})"):
            _make_venv()
            _install(lock_file)
            _make_checkout_importable()
            STAMP.write_text(_fingerprint(lock_file))


def _is_ready(lock_file: str) -> bool:
    accepted = [DEVELOP] if lock_file == DEVELOP else [RUN, DEVELOP]
    try:
        return STAMP.read_text() in [_fingerprint(name) for name in accepted]
    except OSError:
        return False


def _fingerprint(lock_file: str) -> str:
    """Tell apart lock files, Pythons and places: an environment cannot be moved."""
    content = hashlib.sha256((ROOT / lock_file).read_bytes()).hexdigest()
    return f"{lock_file} {content}\nPython {sys.version}\n{sys.base_prefix}\n{ROOT}\n"


def _make_venv() -> None:
    if VENV.is_symlink():
        raise Problem(
            f".venv is a link to {VENV.resolve()}, which would be emptied; remove the link, or "
            "start the programs in it yourself."
        )
    STAMP.unlink(missing_ok=True)
    works, version = logged([PYTHON, "-c", "import pip, sys; print(sys.version, sys.base_prefix)"])
    if works and version.strip() == f"{sys.version} {sys.base_prefix}" and _names_this_place():
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise Problem(NO_VENV)
    made, output = logged([sys.executable, "-m", "venv", "--clear", VENV])
    if not made:
        raise Problem(NO_VENV if "ensurepip" in output else f"no environment: {reason(output)}")


def _names_this_place() -> bool:
    """Whether .venv was made here: its programs name the folder that they were made for."""
    try:
        return f"{VENV}" in (VENV / "bin" / "activate").read_text()
    except OSError:
        return False


def _install(lock_file: str) -> None:
    """Install exactly the locked files, built ones only: nothing of a package runs here.

    What is never imported need not be compiled either: that halves the time.
    """
    options = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--no-compile"]
    quiet = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--retries", "2"]
    installed, output = logged(
        [PYTHON, "-m", "pip", "install", *options, *quiet, "-r", ROOT / lock_file]
    )
    if installed:
        return
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in output:
        raise Problem(f"a package is not the one that was locked; nothing was kept. See {LOG}.")
    if "NewConnectionError" in output or "ConnectTimeout" in output or "ProxyError" in output:
        raise Problem(
            "the package registry cannot be reached; connect to the network, or set "
            f"PIP_INDEX_URL to a mirror, and start again. Details: {LOG}"
        )
    raise Problem(f"{lock_file} could not be installed: {reason(output)} Details: {LOG}")


def _make_checkout_importable() -> None:
    """Let .venv's Python find `riskreg` from any folder, also one that it is started in."""
    folders = {"base": str(VENV), "platbase": str(VENV)}
    packages = sysconfig.get_path("purelib", "venv", vars=folders)
    with open(f"{packages}/riskreg-checkout.pth", "w", encoding="utf-8") as path_file:
        path_file.write(f"{ROOT}\n")
