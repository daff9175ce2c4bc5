"""riskreg import: a register from a file, from the command line."""

import argparse
import os
import sys
from typing import Any

# Here as words, so that `riskreg --help` reads no database code.
KINDS = (
    *("risks", "checklist", "review", "postmortem", "incidents", "actions", "teams", "systems"),
    *("people", "pages", "rotations", "toil", "slos", "goals"),
)
BUILT = ("risks", "teams", "systems", "people")
_AS = f"where the file does not say it: {', '.join(BUILT)}; the others are named and refused"


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "import",
        help="read a register, or teams, people and systems, from a file",
        epilog="Example: riskreg import register.xlsx --team warehouse --dry-run",
    )
    parser.add_argument("file", metavar="FILE", help="CSV, XLSX, XLS, ODS, JSON or YAML")
    parser.add_argument("--as", dest="kind", metavar="KIND", choices=KINDS, help=_AS)
    parser.add_argument("--team", default="", metavar="SLUG", help="default: the root team")
    parser.add_argument(
        "--map", dest="mapping", default="", metavar="NAME", help="use a saved mapping"
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help="which field a column is (nothing after = leaves it out); with --map, saved there",
    )
    parser.add_argument("--sheet", default="", metavar="NAME", help="the sheet of a workbook")
    parser.add_argument("--date-order", choices=("dmy", "mdy", "ymd"), help="of dates like 2/3/26")
    parser.add_argument("--decimal", choices=("point", "comma"), help="the decimal sign")
    parser.add_argument(
        "--scale",
        action="append",
        default=[],
        metavar="SIDE=LOW-HIGH",
        help="the ends of a scale of numbers, such as impact=1-10",
    )
    parser.add_argument(
        "--member-role",
        default="viewer",
        choices=("none", "viewer", "engineer", "manager"),
        help="of the members of a team in a Backstage catalogue (default: viewer)",
    )
    parser.add_argument("--dry-run", action="store_true", help="store nothing")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(run=run_import, refuse=print_refusal)


def run_import(chosen: argparse.Namespace) -> int:
    """All rows or none; the report goes to standard output, messages to standard error."""
    from riskreg.db import transaction
    from riskreg.imports.services import Refused

    _refuse_unbuilt(chosen.kind)
    content = _content(chosen.file)
    try:
        with transaction():
            report = _report(chosen, content)
    except Refused as refused:
        _print(refused.report, chosen.format)
        print(f"riskreg: {refused.message}", file=sys.stderr)
        return 1
    _print(report, chosen.format)
    if chosen.dry_run:
        print("This was a dry run; nothing was stored.", file=sys.stderr)
    return 0


def print_refusal(chosen: argparse.Namespace, error: Any) -> None:
    """The report that a script waits for, also where there was nothing to read at all."""
    from riskreg.imports.report import refusal_report

    if chosen.format == "json":
        _print(refusal_report(chosen.kind or "risks", error.message), "json")


def _report(chosen: argparse.Namespace, content: bytes) -> dict[str, Any]:
    from riskreg.errors import Unavailable
    from riskreg.imports import services
    from riskreg.imports.run import Source
    from riskreg.imports.saved_mappings import save_mapping
    from riskreg.org.permissions import SYSTEM_ACTOR
    from riskreg.org.queries import root_team, team_for

    team = team_for(SYSTEM_ACTOR, chosen.team) if chosen.team else root_team()
    if team is None:
        raise Unavailable("There is no team yet; run: riskreg init")
    source = Source(team=team, file_name=os.path.basename(chosen.file), is_trial=chosen.dry_run)
    if _is_organisation(chosen, content):
        return _organisation(chosen, content, source)
    decisions = _decisions(chosen)
    found = services.reading_of(content, chosen.file, decisions).found
    if chosen.dry_run:
        done = services.tried(SYSTEM_ACTOR, found, source)
        services.refuse_errors(done)
    else:
        done = services.import_at_once(
            SYSTEM_ACTOR, found, source, content=content, decisions=decisions
        )
        if chosen.mapping and chosen.column:
            save_mapping(SYSTEM_ACTOR, chosen.mapping, decisions)
    return done.report


def _is_organisation(chosen: argparse.Namespace, content: bytes) -> bool:
    """Whether the file is of teams, people or systems: as it says, or as it was named."""
    from riskreg.imports.organisation.services import kind_of

    if chosen.kind is not None:
        return bool(chosen.kind != "risks")
    return not (chosen.column or chosen.mapping) and kind_of(content, chosen.file) is not None


def _organisation(chosen: argparse.Namespace, content: bytes, source: Any) -> dict[str, Any]:
    from riskreg.imports.organisation import services
    from riskreg.imports.organisation.run import Policy
    from riskreg.org.kinds import Role
    from riskreg.org.permissions import SYSTEM_ACTOR

    role = None if chosen.member_role == "none" else Role(chosen.member_role)
    entries = services.entries_of(content, chosen.file, chosen.kind)
    policy = Policy(member_role=role)
    if chosen.dry_run:
        done = services.tried(SYSTEM_ACTOR, entries, source, policy)
        services.refuse_errors(done)
    else:
        done = services.import_at_once(SYSTEM_ACTOR, entries, source, policy, content=content)
    return done.report


def _decisions(chosen: argparse.Namespace) -> Any:
    """What the options decide, over those of the saved mapping."""
    from riskreg.imports.days import DayOrder
    from riskreg.imports.decisions import Decisions
    from riskreg.imports.saved_mappings import decisions_saved_as, mapping_exists

    is_saved = chosen.mapping and (not chosen.column or mapping_exists(chosen.mapping))
    saved = decisions_saved_as(chosen.mapping) if is_saved else Decisions()
    order = {"dmy": DayOrder.DMY, "mdy": DayOrder.MDY}.get(chosen.date_order or "")
    return Decisions(
        columns={**saved.columns, **dict(map(_column, chosen.column))},
        sheet=chosen.sheet or None,
        date_order=order if chosen.date_order else saved.date_order,
        decimal={"point": ".", "comma": ","}.get(chosen.decimal or "", saved.decimal),
        ends={**saved.ends, **dict(map(_scale, chosen.scale))},
    )


def _column(text: str) -> tuple[str, str]:
    from riskreg.errors import Invalid

    column, sign, field = text.rpartition("=")
    if not sign or not column.strip():
        raise Invalid(f"--column wants COLUMN=FIELD, such as “Risk name=title”; it is “{text}”.")
    return column.strip(), field.strip()


def _scale(text: str) -> tuple[Any, tuple[int, int]]:
    from riskreg.errors import Invalid
    from riskreg.imports.decisions import ends_of
    from riskreg.imports.fields import Axis

    side, _sign, ends = text.partition("=")
    found = ends_of(ends)
    if side not in set(Axis) or found is None:
        raise Invalid(f"--scale wants a side and its ends, such as impact=1-10; it is “{text}”.")
    return Axis(side), found


def _refuse_unbuilt(kind: str | None) -> None:
    from riskreg.errors import Invalid

    if kind not in {None, *BUILT}:
        known = ", ".join(BUILT)
        raise Invalid(f"riskreg cannot import {kind} yet, only {known}. Nothing was stored.")


def _content(name: str) -> bytes:
    from riskreg.errors import Invalid
    from riskreg.imports.limits import FILE_BYTES_MAX

    try:
        with open(name, "rb") as file:
            return file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise Invalid(f"{name} cannot be read: {error.strerror}.") from error


def _print(report: dict[str, Any], form: str) -> None:
    import json

    from riskreg.imports.remarks import gathered, in_words

    if form == "json":
        print(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for name in ("rows", "created", "updated", "unchanged", "skipped"):
        print(f"{name:<10} {report[name]}")
    for name in ("warnings", "errors"):
        if report[name]:
            print(f"\n{name}")
        for note in gathered(report[name]):
            where = ", ".join(
                filter(None, (f"line {note['line']}" if note["line"] else "", note["column"]))
            )
            print(f"  {where or 'file'}: {in_words(note)}")
