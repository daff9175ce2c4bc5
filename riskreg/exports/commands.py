"""riskreg export: a list as a file, from the command line."""

import argparse
import sys
from typing import Any

# Here as words, so that `riskreg --help` reads no database code; a test keeps them complete.
KINDS = ("actions", "incidents", "people", "review", "risks", "systems", "teams")
FORMATS = ("csv", "json", "xlsx")


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    export = subparsers.add_parser(
        "export",
        help="write a list to a file or to standard output",
        epilog="Example: riskreg export risks --format xlsx --team warehouse -o risks.xlsx",
    )
    export.add_argument("kind", metavar="KIND", choices=KINDS, help=", ".join(KINDS))
    export.add_argument(
        "--format", choices=FORMATS, help="default: as the file is called, else csv"
    )
    export.add_argument("--team", default="", metavar="SLUG", help="this team and those below it")
    export.add_argument("--ref", default="", help="the one thing it is about, such as OR-3")
    export.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    export.set_defaults(run=run_export)


def run_export(chosen: argparse.Namespace) -> int:
    """Write everything of the kind, open and closed; what was written is said on standard error."""
    from riskreg.db import transaction
    from riskreg.errors import Invalid
    from riskreg.exports.queries import table_named
    from riskreg.exports.services import export

    table = table_named(chosen.kind)
    if table.needs_ref and not chosen.ref:
        raise Invalid("Say which one, such as: riskreg export review --ref OR-3")
    with transaction():
        made = export(_asked(chosen, table.everything), chosen.kind, _format_name(chosen))
    _write(made.pieces, chosen.output)
    print(f"{made.count} rows written to {chosen.output or 'standard output'}.", file=sys.stderr)
    return 0


def _asked(chosen: argparse.Namespace, everything: Any) -> Any:
    from flask import current_app

    from riskreg.exports.kinds import Asked
    from riskreg.lib.dates import today
    from riskreg.org.permissions import SYSTEM_ACTOR
    from riskreg.org.queries import team_for

    settings = current_app.config["SETTINGS"]
    return Asked(
        actor=SYSTEM_ACTOR,
        team=team_for(SYSTEM_ACTOR, chosen.team) if chosen.team else None,
        today=today(settings.timezone),
        filters=everything,
        ref=chosen.ref,
    )


def _format_name(chosen: argparse.Namespace) -> str:
    from pathlib import Path

    suffix = Path(chosen.output or "").suffix.removeprefix(".").lower()
    return chosen.format or (suffix if suffix in FORMATS else "csv")


def _write(pieces: Any, output: str | None) -> None:
    """To a file beside its final place first, so that a broken export replaces nothing."""
    from pathlib import Path

    from riskreg.errors import Invalid

    if not output:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    path = Path(output)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            file.writelines(pieces)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise Invalid(f"{output} cannot be written: {error.strerror}.") from error
