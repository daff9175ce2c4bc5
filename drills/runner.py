"""Find the drills; run one and its control, and say what came out."""

import importlib
import json
import pkgutil
import subprocess
from time import monotonic
from typing import Any

import drills
from drills.outcome import Outcome
from drills.stage import prepared
from riskreg.lib.dates import now
from tooling.places import ROOT

DATABASES = ("sqlite", "postgresql")
FIGURES = ROOT / "drills/figures"
# What the drills are made of.
PARTS = {"__main__", "clients", "cluster", "disk", "outcome", "runner", "served", "stage"}
PARTS |= {"hasty_upgrade", "table", "wire"}


def names() -> list[str]:
    """The drills there are."""
    found = {info.name for info in pkgutil.iter_modules(drills.__path__)} - PARTS
    return sorted(name.replace("_", "-") for name in found)


def drill_named(name: str) -> Any:
    """A drill is a module with `run(stage, size, control=)` and these words about it.

    SHORT, LONG and CONTROL_SIZE are sizes; DATABASES says where it applies; CONTROL, what is
    broken on purpose in its control; PROMISE, what it shows; TRIES and ACKED, what is counted.
    One that wants another stage than `prepared` brings its own, as `own_stage`.
    """
    return importlib.import_module(f"drills.{name.replace('-', '_')}")


def perform(name: str, db: str, size: int, *, control: bool = False) -> Outcome:
    """Run a drill, or its control, on an empty register of its own."""
    drill = drill_named(name)
    with getattr(drill, "own_stage", prepared)(db) as stage:
        outcome: Outcome = drill.run(stage, size, control=control)
    return outcome


def report(name: str, db: str, *, is_long: bool, keep: bool) -> bool:
    """Run the control, then the drill; the last line printed is one JSON object.

    Returns whether the control was red and the drill was not.
    """
    drill = drill_named(name)
    red = perform(name, db, drill.CONTROL_SIZE, control=True)
    verdict = "is red, as it must be" if red.has_bitten else "is NOT red: this drill sees nothing"
    print(f"The control ({drill.CONTROL}) {verdict}: {red.faults}.", flush=True)
    start = monotonic()
    outcome = perform(name, db, drill.LONG if is_long else drill.SHORT)
    line: dict[str, Any] = {"name": name, "db": db, **outcome.figures}
    line |= {"seconds": round(monotonic() - start, 1), "commit": _commit()}
    line |= {"on": f"{now():%Y-%m-%d}", "told": outcome.told, "control": red.faults}
    kept = red.has_bitten and not outcome.is_red
    if keep and kept:
        FIGURES.mkdir(exist_ok=True)
        (FIGURES / f"{name}-{db}.json").write_text(json.dumps(line, indent=1) + "\n")
    print(json.dumps(line), flush=True)
    return kept


def _commit() -> str:
    asked = ["git", "-C", str(ROOT), "rev-parse", "--short=10", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
