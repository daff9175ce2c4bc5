"""The program's own command; each feature adds its commands, loaded only when they are run."""

import argparse
import gc
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from riskreg import __version__, features
from riskreg.errors import NotFound, RiskregError, SettingsError

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

UNDEFINED = ("42P01", "42703")  # PostgreSQL's words for a table and a column that are not there


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status, 1 with one clear sentence on an error."""
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output wants no more of it, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def build_parser() -> argparse.ArgumentParser:
    """The parser with every feature's commands; imports nothing heavy."""
    parser = _Parser(
        prog="riskreg",
        description="A register of security and operational risks, and what is done about them.",
        epilog="Example: riskreg demo",
    )
    parser.add_argument("--version", action="version", version=f"riskreg {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in features.COMMANDS:
        importlib.import_module(module).add_commands(subparsers)
    return parser


class _Parser(argparse.ArgumentParser):
    """Its help, and that of its commands, is as wide as the terminal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": _Formatter} | options)


class _Formatter(argparse.HelpFormatter):
    """Knows the width without the library of archives that argparse would load to ask."""

    def __init__(self, prog: str) -> None:
        try:
            width = os.get_terminal_size().columns
        except OSError:  # not a terminal
            width = 80
        super().__init__(prog, width=width - 2)


def _run(arguments: Sequence[str] | None) -> int:
    parser = build_parser()
    chosen = parser.parse_args(arguments)
    if not hasattr(chosen, "run"):
        parser.print_help()
        return 2
    try:
        return run_command(chosen)
    except RiskregError as error:
        if hasattr(chosen, "refuse"):  # a command that always prints a report does so here too
            chosen.refuse(chosen, error)
        print(f"riskreg: {error.message}", file=sys.stderr)
        return 1


def run_command(chosen: argparse.Namespace) -> int:
    """Run the chosen command, inside the application unless it says that it wants none.

    It is run on the tables of this program only, unless it says that it works without; a team it
    is about exists. Raises SettingsError where the database cannot be used at all.
    """
    from sqlalchemy.exc import DBAPIError

    try:
        if getattr(chosen, "needs_app", True) is False:
            return int(chosen.run(chosen))
        return _run_inside(chosen)
    except DBAPIError as error:
        sentence = _sentence_on(error)
        if not sentence:
            raise
        raise SettingsError(sentence) from error


def _run_inside(chosen: argparse.Namespace) -> int:
    app = _application(serves=getattr(chosen, "serves", False))
    from riskreg.db import opened
    from riskreg.standing import demand_own_database

    with opened(app):
        if getattr(chosen, "needs_tables", True):
            demand_own_database(app.config["SETTINGS"])
            _refuse_unknown_team(getattr(chosen, "team", ""))
        return int(chosen.run(chosen))


def _application(*, serves: bool) -> Any:
    """The application. All of it stays, so garbage is not looked for in it, now or later."""
    gc.disable()  # a sixth of the time it takes to load
    try:
        from riskreg import create_app
        from riskreg.settings import Settings

        return create_app(Settings.from_env() if serves else Settings.of_command())
    finally:
        gc.freeze()
        gc.enable()


def _refuse_unknown_team(slug: str) -> None:
    """Name the team that is not there; pages say only that there is nothing."""
    from riskreg.org.permissions import SYSTEM_ACTOR
    from riskreg.org.queries import team_for

    try:
        if slug:
            team_for(SYSTEM_ACTOR, slug)
    except NotFound as error:
        raise NotFound(
            f"There is no team with the slug “{slug}”; `riskreg export teams` lists them."
        ) from error


def _sentence_on(error: "DBAPIError") -> str:
    """What to say where the fault lies with the database; nothing when the program is at fault."""
    from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError

    lines = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
    why = lines[0].strip().rstrip(".:")
    if why.startswith("no such ") or getattr(error.orig, "sqlstate", "") in UNDEFINED:
        return (
            f"The tables are not those of this program ({why}); "
            "`riskreg db check` names the differences."
        )
    if isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError:
        return (
            f"The database of RISKREG_DATABASE_URL cannot be used: {why}. "
            "`riskreg doctor` looks at what is wrong."
        )
    return ""
