"""The lock files: every package with its version and hashes, for every platform, no addresses."""

import subprocess

from tooling.console import Problem, logged, reason, step
from tooling.environment import DEVELOP, RUN
from tooling.places import CACHE, PYTHON, ROOT

UV_FOLDER = CACHE / "uv"
UV = UV_FOLDER / "bin" / "uv"
OPTIONS = (
    *("--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-annotate", "--no-header", "--quiet"),
)
CONTENTS = {RUN: ("--extra", "postgres"), DEVELOP: ("--extra", "postgres", "--group", "dev")}


def write(*, upgrade: bool) -> int:
    """Resolve pyproject.toml into both lock files; what is locked stays unless `upgrade`."""
    if not UV.exists():
        with step("uv, which resolves"):
            options = ["--only-binary", ":all:", "--disable-pip-version-check", "--no-input"]
            install = [f"{PYTHON}", "-m", "pip", "install", *options]
            installed, output = logged([*install, "--target", f"{UV_FOLDER}", "uv"])
        if not installed:
            raise Problem(f"uv could not be installed: {reason(output)}")
    for name, contents in CONTENTS.items():
        newer = ["--upgrade"] if upgrade else []
        command = [f"{UV}", "pip", "compile", *OPTIONS, *contents, *newer]
        done = subprocess.run([*command, "pyproject.toml", "-o", name], cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
    return 0
