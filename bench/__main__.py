"""python -m bench [NAME] [--json FILE]: run the benches and print ratios beside their budgets."""

import argparse
import importlib
import json
import pkgutil
import sys
from dataclasses import asdict
from pathlib import Path

import bench
from bench.rows import Row

NOT_BENCHES = {"__main__", "rows", "data", "registers", "servers"}


def names() -> list[str]:
    """The benches there are."""
    found = {info.name for info in pkgutil.iter_modules(bench.__path__)}
    return sorted(found - NOT_BENCHES)


def main() -> int:
    """Exit 1 when a budget is not kept."""
    parser = argparse.ArgumentParser(prog="bench", epilog="Example: python3 dev.py bench pages")
    parser.add_argument("name", nargs="?", choices=names())
    parser.add_argument("--json", metavar="FILE", type=Path)
    chosen = parser.parse_args()
    rows: list[Row] = []
    for name in [chosen.name] if chosen.name else names():
        rows += importlib.import_module(f"bench.{name}").run()
    print(f"{'what':<42}{'ours':>12}{'baseline':>12}{'ratio':>8}{'budget':>8}")
    for row in rows:
        mark = "" if row.kept else "  over"
        print(
            f"{row.what:<42}{row.ours:>9.2f} {row.unit:<2}{row.baseline:>9.2f} {row.unit:<2}"
            f"{row.ratio:>8.2f}{row.budget:>8.2f}{mark}"
        )
    if chosen.json:
        listed = [asdict(row) | {"ratio": row.ratio, "kept": row.kept} for row in rows]
        chosen.json.write_text(json.dumps(listed, indent=2))
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
