"""python -m drills [NAME]: list the drills, or run one and its control, which must be red."""

import argparse
import signal
import sys
from types import FrameType

from drills import table
from drills.runner import DATABASES, drill_named, names, report
from tests import postgres


def main() -> int:
    """Exit 1 when something was lost, doubled or wrong, or when nothing was done."""
    parser = argparse.ArgumentParser(prog="dev.py drill", epilog="Example: dev.py drill kill-9")
    parser.add_argument("name", nargs="?", choices=names())
    parser.add_argument("--db", choices=DATABASES, help="default: sqlite, where it applies")
    parser.add_argument("--long", action="store_true", help="the size for a night")
    parser.add_argument(
        "--keep", action="store_true", help="keep the figures for docs/operators/safety.md"
    )
    chosen = parser.parse_args()
    if chosen.name is None:
        for name in names():
            drill = drill_named(name)
            print(f"{name:<20}{' '.join(drill.DATABASES):<20}{drill.__doc__.splitlines()[0]}")
        return 0
    kinds = drill_named(chosen.name).DATABASES
    if chosen.db is not None and chosen.db not in kinds:
        parser.error(f"{chosen.name} is about {kinds[0]} only")
    signal.signal(signal.SIGTERM, _stop)
    try:
        kept = report(chosen.name, chosen.db or kinds[0], is_long=chosen.long, keep=chosen.keep)
    finally:
        postgres.stop_server()
    if chosen.keep:
        table.write()
    return 0 if kept else 1


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Leave through every `finally`, so that no server is left behind."""
    raise SystemExit(143)


if __name__ == "__main__":
    sys.exit(main())
