#!/usr/bin/env python3
"""Everything a developer types. Needs only Python; sets up the rest by itself.

python3 dev.py run [--port 8000]           set up and serve the demo organisation
python3 dev.py test [PYTEST OPTIONS]       set up and run every test, on both databases
python3 dev.py check [NAME ...]            format, lint, types, contracts, templates, spelling,
                                           coverage, lock files, migrations, wheel
python3 dev.py bench [NAME] [--json FILE]  measure against the baselines
python3 dev.py riskreg ARGS ...            set up, then run the program's own command
python3 dev.py drill [NAME] [--db DB] [--long]  faults on purpose; without a name, which there are
python3 dev.py lock [--upgrade]            write the lock files anew from pyproject.toml
python3 dev.py pictures                    make the pictures of the documentation anew
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 (before anything that an older Python cannot read)
    sys.exit("riskreg needs Python 3.11 or newer; this is Python {}.{}.".format(*sys.version_info))

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from tooling import checks, environment, locks, native
from tooling.console import Problem, say
from tooling.places import PYTHON, ROOT

# With these, tests run in one process: a debugger needs the terminal.
ONE_PROCESS = ("-n", "--numprocesses", "--pdb", "--trace", "no:xdist")


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    name, *rest = arguments or ["help"]
    command = COMMANDS.get(name)
    if command is None:
        print(__doc__.strip())
        return 0 if name in {"help", "-h", "--help"} else 2
    try:
        return command(rest)
    except Problem as problem:
        say(f"dev.py: {problem}")
        return 1
    except KeyboardInterrupt:
        return 130


def run(arguments: Sequence[str]) -> int:
    """Serve the demo organisation from a temporary folder."""
    environ = set_up(environment.RUN, native.FOR_RUNNING)
    return become(["riskreg", "demo", *arguments], environ)


def test(arguments: Sequence[str]) -> int:
    """Run the tests; pytest's closing line is the last output, its exit code ours."""
    environ = set_up(environment.DEVELOP, native.FOR_TESTING)
    os.chdir(ROOT)
    return become(["pytest", "--db=both", *spread(arguments), *arguments], environ)


def check(arguments: Sequence[str]) -> int:
    """Run the checks named, or all of them."""
    environ = set_up(environment.DEVELOP, native.FOR_TESTING)
    os.chdir(ROOT)
    return checks.run(arguments, environ)


def bench(arguments: Sequence[str]) -> int:
    """Measure against the baselines."""
    environ = set_up(environment.DEVELOP, native.FOR_TESTING)
    os.chdir(ROOT)
    return become(["bench", *arguments], environ)


def drill(arguments: Sequence[str]) -> int:
    """List the drills, or run one."""
    environ = set_up(environment.DEVELOP, native.FOR_TESTING)
    os.chdir(ROOT)
    return become(["drills", *arguments], environ)


def riskreg(arguments: Sequence[str]) -> int:
    """Run the program's own command, in the folder one stands in."""
    environ = set_up(environment.RUN, native.FOR_RUNNING)
    return become(["riskreg", *arguments], environ)


def lock(arguments: Sequence[str]) -> int:
    """Write the lock files anew."""
    environment.prepare(environment.RUN)
    return locks.write(upgrade="--upgrade" in arguments)


def pictures(_arguments: Sequence[str]) -> int:
    """Make the pictures of the documentation from the running program."""
    environ = set_up(environment.DEVELOP, native.FOR_TESTING)
    os.chdir(ROOT)
    return become(["tooling.pictures"], environ)


def set_up(lock_file: str, kits: Sequence[native.Kit]) -> dict[str, str]:
    """Provide Python packages beside system libraries; return the environment to run in."""
    with ThreadPoolExecutor(1) as pool:
        packages = pool.submit(environment.prepare, lock_file)
        environ = native.provide(kits)
        packages.result()
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # dozens of processes would each compile it all
    return environ


def spread(arguments: Sequence[str]) -> list[str]:
    """Use every core, unless asked for something else or there is only one.

    One process more than cores, because some wait: for a database, a browser, a command.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if (cores or 1) < 2 or any(word.startswith(ONE_PROCESS) for word in arguments):
        return []
    return ["-n", str(min(cores or 1, 8) + 1)]


def become(module: Sequence[str], environ: dict[str, str]) -> int:
    """Turn this process into a Python module's: its signals, output and exit code are ours."""
    sys.stdout.flush()
    os.execve(PYTHON, [str(PYTHON), "-m", *module], environ)  # noqa: S606 (no shell is wanted)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "drill": drill,
    "riskreg": riskreg,
    "lock": lock,
    "pictures": pictures,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
