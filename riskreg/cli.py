"""The program's own command; each feature adds its commands, loaded only when they are run."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from riskreg import __version__, features
from riskreg.errors import RiskregError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status, 1 with one clear sentence on an error."""
    parser = build_parser()
    chosen = parser.parse_args(arguments)
    if not hasattr(chosen, "run"):
        parser.print_help()
        return 2
    try:
        return int(run_command(chosen))
    except RiskregError as error:
        print(f"riskreg: {error.message}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


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


def run_command(chosen: argparse.Namespace) -> int:
    """Run the chosen command, inside the application unless it says that it wants none."""
    if getattr(chosen, "needs_app", True) is False:
        return int(chosen.run(chosen))
    from riskreg import create_app

    app: Any = create_app()
    with app.app_context():
        return int(chosen.run(chosen))
