"""The program's own command; each feature adds its commands, loaded only when they are run."""

import argparse
import importlib
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
    parser = argparse.ArgumentParser(
        prog="riskreg",
        description="A register of security and operational risks, and what is done about them.",
        epilog="Example: riskreg demo",
    )
    parser.add_argument("--version", action="version", version=f"riskreg {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in features.COMMANDS:
        importlib.import_module(module).add_commands(subparsers)
    return parser


def run_command(chosen: argparse.Namespace) -> int:
    """Run the chosen command, inside the application unless it says that it wants none."""
    if getattr(chosen, "needs_app", True) is False:
        return int(chosen.run(chosen))
    from riskreg import create_app

    app: Any = create_app()
    with app.app_context():
        return int(chosen.run(chosen))
