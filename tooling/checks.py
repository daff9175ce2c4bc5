"""The checks that are not tests: each is one command, and they share the machine's cores."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from tooling.console import Problem
from tooling.places import PYTHON, VENV

# The slowest come first, so that the cores are busy to the end.
CHECKS: dict[str, tuple[str, ...]] = {
    "wheel": ("-m", "tooling.wheel"),
    "types": ("-m", "mypy"),
    "migrations": ("-m", "tooling.migrations"),
    "coverage": (
        *("-m", "pytest", "-q", "tests/metrics", "tests/lib", "-p", "no:cacheprovider"),
        *("--cov=riskreg.metrics", "--cov=riskreg.lib", "--cov-branch", "--cov-fail-under=100"),
    ),
    "contracts": (f"{VENV}/bin/lint-imports", "--no-logo", "--no-cache"),
    "templates": ("-m", "djlint", "templates", "--lint", "--quiet"),
    "spelling": ("-m", "codespell_lib"),
    "locks": ("-m", "pytest", "-q", "tests/rules/test_lockfiles.py"),
    "lint": ("-m", "ruff", "check", "--quiet", "--output-format", "concise"),
    "format": ("-m", "ruff", "format", "--check", "--quiet", "--output-format", "concise"),
}


def run(names: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the checks named (all without names), tell each result, and return 1 if any failed."""
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        raise Problem(f"there is no check {unknown[0]}; there are {', '.join(sorted(CHECKS))}.")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        wanted = [name for name in CHECKS if name in names or not names]
        results = [pool.submit(_run_one, name, environ) for name in wanted]
        failed = [name for result in as_completed(results) for name in _told(*result.result())]
    print(f"{len(failed)} failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


def _run_one(
    name: str, environ: Mapping[str, str]
) -> tuple[str, subprocess.CompletedProcess[bytes], float]:
    start = time.monotonic()
    done = subprocess.run(
        [PYTHON, *CHECKS[name]],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return name, done, time.monotonic() - start


def _told(name: str, done: subprocess.CompletedProcess[bytes], seconds: float) -> list[str]:
    """Print one line for a check that passed, everything it said for one that failed."""
    verdict = "FAILED" if done.returncode else "ok"
    print(f"{name:<12} {verdict:<7} {seconds:5.1f} s", flush=True)
    if not done.returncode:
        return []
    print(done.stdout.decode(errors="replace").rstrip(), flush=True)
    return [name]
