"""The table of promises in docs/operators/safety.md, written from the figures that were kept."""

import json
from typing import Any

from drills.runner import FIGURES, drill_named, names
from tooling.places import ROOT

PAGE = ROOT / "docs/operators/safety.md"
BEGIN, END = "<!-- figures: python3 dev.py drill NAME --keep -->", "<!-- end of figures -->"
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def table() -> str:
    """One row for each drill and database, in the order of the drills' names."""
    lines = ["| promise | shown by | figures |", "|---|---|---|"]
    for name in names():
        kept = [line for db in DATABASES if (line := figures(name, db))]
        said = "<br>".join(_in_words(line) for line in kept) or "not measured yet"
        lines.append(f"| {drill_named(name).PROMISE} | `{name}` | {said} |")
    return "\n".join(lines)


def figures(name: str, db: str) -> dict[str, Any] | None:
    """The line that was kept of a drill; None where there is none."""
    path = FIGURES / f"{name}-{db}.json"
    return json.loads(path.read_text()) if path.exists() else None


def written(page: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def write() -> None:
    """Bring the page up to date."""
    PAGE.write_text(written(PAGE.read_text()))


def _in_words(line: dict[str, Any]) -> str:
    drill = drill_named(line["name"])
    counted = f"{line['n']:,} {drill.TRIES}, {line['acked']:,} {drill.ACKED}"
    broken = f"{line['lost']} lost, {line['duplicated']} doubled, {line['wrong']} wrong"
    told = f"; {line['told']}" if line["told"] else ""
    control = f"control ({drill.CONTROL}): {line['control']}"
    return (
        f"**{DATABASES[line['db']]}** {counted}: {broken}{told}. "
        f"Red {control}. {line['on']}, {line['commit']}"
    )


if __name__ == "__main__":
    write()
