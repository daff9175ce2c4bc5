"""How long the program takes to begin, against an empty Python."""

import os
import resource
import subprocess
import sys

from bench.rows import Row

TIMES = 15
SCRIPT = "import sys; from riskreg.cli import main; sys.exit(main())"  # what pip installs


def run() -> list[Row]:
    """CPU time of `riskreg --help` in that of `python -c pass`."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(TIMES):  # in turn, so that a busy machine slows both alike
        taken[0].append(_child_ms("-c", SCRIPT, "--help"))
        taken[1].append(_child_ms("-c", "pass"))
    ours, baseline = (sorted(each)[TIMES // 2] for each in taken)
    return [Row(what="riskreg --help", ours=ours, baseline=baseline, budget=3)]


def _child_ms(*arguments: str) -> float:
    before = _children_seconds()
    subprocess.run(
        [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=_environ()
    )
    return (_children_seconds() - before) * 1000


def _environ() -> dict[str, str]:
    """An installed program finds its modules compiled."""
    return {name: os.environ[name] for name in os.environ if name != "PYTHONDONTWRITEBYTECODE"}


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
