"""riskreg demo: the whole program with made-up data, on loopback, from a temporary folder."""

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    demo = subparsers.add_parser(
        "demo",
        help="show the program with made-up data, or fill an empty folder with it",
        epilog="Example: riskreg demo --port 8000",
    )
    demo.add_argument("--home", metavar="DIR", help="an empty folder to keep the demo in")
    demo.add_argument("--no-serve", action="store_true", help="fill the folder and exit")
    demo.add_argument(
        "--empty", action="store_true", help="start without data, to see the first steps"
    )
    demo.add_argument("--port", type=int, default=8000)
    demo.set_defaults(run=run_demo, needs_app=False)


def run_demo(chosen: argparse.Namespace) -> int:
    """Fill a folder and serve it; a temporary folder is wiped at the end."""
    import tempfile
    from pathlib import Path

    from riskreg.errors import Invalid

    if chosen.no_serve and not chosen.home:
        raise Invalid("Say which empty folder to fill: riskreg demo --home DIR --no-serve")
    if chosen.home:
        return _run_in(_empty_folder(Path(chosen.home)), chosen)
    with tempfile.TemporaryDirectory(prefix="riskreg-demo-") as folder:
        return _run_in(Path(folder), chosen)


def _run_in(home: "Path", chosen: argparse.Namespace) -> int:
    from dataclasses import replace

    from riskreg import create_app
    from riskreg.db import opened
    from riskreg.serving import refuse_taken_port, run_server
    from riskreg.settings import Settings, demo_environment

    settings = replace(Settings.from_env(demo_environment(home)), port=chosen.port).checked()
    if not chosen.no_serve:
        refuse_taken_port(settings)
    with opened(create_app(settings)):
        _fill(empty=chosen.empty)
    if chosen.no_serve:
        print(f"The demo is in {home}. Serve it with: riskreg demo --home {home}", file=sys.stderr)
        return 0
    return run_server(settings, with_worker=True)


def _fill(*, empty: bool) -> None:
    from sqlalchemy import func, select

    from riskreg import migrate
    from riskreg.db import db, transaction
    from riskreg.demo.company import Company, found
    from riskreg.demo.generate import generate
    from riskreg.org.models import Person
    from riskreg.standing import mark_as_demo

    migrate.upgrade()
    if db.session.scalar(select(func.count(Person.id))):
        return
    with transaction():
        mark_as_demo()
    if empty:
        with transaction():
            found(Company())
        return
    generate(_progress_bar() if sys.stderr.isatty() else None)
    db.session.remove()


def _progress_bar() -> Any:
    def show(done: int, total: int) -> None:
        if done % 50 == 0 or done == total:
            print(
                f"\rWriting two years of history: {done * 100 // total} %", end="", file=sys.stderr
            )
        if done == total:
            print(file=sys.stderr)

    return show


def _empty_folder(home: "Path") -> "Path":
    """A new or empty folder, or one that holds a demo; raises Conflict for anything else."""
    from riskreg.errors import Conflict

    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker = home / "demo"
    if not marker.exists() and any(home.iterdir()):
        raise Conflict(f"{home} is not empty and holds no demo; nothing was changed.")
    marker.touch()
    os.chmod(home, 0o700)
    return home.resolve()
