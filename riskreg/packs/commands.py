"""riskreg pack: a PDF from the command line."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

# Here as words, so that `riskreg --help` reads no database code; a test keeps them complete.
KINDS = ("top-ten", "register", "risk", "review", "postmortem", "leadership")
PLANNED = ("coverage", "actions", "weekly", "six-pager")


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    pack = subparsers.add_parser(
        "pack",
        help="make a PDF of the register, of one thing, or for leadership",
        epilog="Example: riskreg pack leadership --team warehouse -o warehouse.pdf",
    )
    pack.add_argument("kind", metavar="KIND", help=", ".join(KINDS))
    pack.add_argument(
        "--team", default="", metavar="SLUG", help="this team and those below it (default: all)"
    )
    pack.add_argument("--ref", default="", help="the one thing it is about: R-12, OR-3 or I-7")
    pack.add_argument("--paper", choices=["A4", "Letter"], help="default: RISKREG_PAPER")
    pack.add_argument("-o", "--output", required=True, metavar="FILE")
    pack.add_argument("--format", choices=["text", "json"], default="text", help="of the report")
    pack.set_defaults(run=run_pack)


def run_pack(chosen: argparse.Namespace) -> int:
    """Freeze a snapshot, make its PDF here and now, and say what it is."""
    from pathlib import Path

    from flask import current_app

    from riskreg.db import db
    from riskreg.packs.document import pack_pdf
    from riskreg.packs.models import Snapshot

    _refuse_unknown(chosen.kind)
    output = _writable(Path(chosen.output))
    snapshot_id = _frozen(chosen)
    snapshot = db.session.get_one(Snapshot, snapshot_id)
    paper = chosen.paper or current_app.config["SETTINGS"].paper
    with _progress(snapshot) as progress:
        pdf = pack_pdf(snapshot, paper=paper, progress=progress)
    _write(output, pdf.content)
    _report(chosen, snapshot, pdf)
    return 0


def _refuse_unknown(kind: str) -> None:
    from riskreg.errors import Invalid

    if kind in PLANNED:
        raise Invalid(f"The pack {kind} cannot be made yet; there are: {', '.join(KINDS)}.")
    if kind not in KINDS:
        raise Invalid(f"There is no pack called {kind}; there are: {', '.join(KINDS)}.")


def _frozen(chosen: argparse.Namespace) -> int:
    """The id of the snapshot, made for the program itself; its trail says so."""
    from riskreg.db import transaction
    from riskreg.errors import NotFound
    from riskreg.org.permissions import SYSTEM_ACTOR
    from riskreg.org.queries import root_team, team_for
    from riskreg.packs.kinds import PackKind
    from riskreg.packs.services import freeze

    with transaction():
        team = team_for(SYSTEM_ACTOR, chosen.team) if chosen.team else root_team()
        if team is None:
            raise NotFound("There is no team yet; run `riskreg init` first.")
        return freeze(SYSTEM_ACTOR, kind=PackKind(chosen.kind), team=team, ref=chosen.ref).id


@contextmanager
def _progress(snapshot: Any) -> Iterator[Any]:
    """A bar on standard error while a person watches; nothing when the output goes to a file."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    from riskreg.packs.engine import Step
    from riskreg.packs.shares import share_of
    from riskreg.packs.tasks import format_step

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    share = share_of(snapshot)
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(format_step(Step.READING, 0, 0), total=1.0)
        laid_out = 0

        def show(step: Any, page: int) -> None:
            nonlocal laid_out
            laid_out = max(laid_out, page)
            words = format_step(step, page, laid_out)
            bar.update(line, description=words, completed=share.at(step, laid_out))

        yield show


def _writable(path: "Path") -> "Path":
    """Refuse a place that cannot be written before the work begins."""
    from riskreg.errors import Invalid

    if path.is_dir() or not path.absolute().parent.is_dir():
        raise Invalid(f"{path} cannot be written: it is a folder, or its folder does not exist.")
    return path


def _write(path: "Path", content: bytes) -> None:
    """Beside its final place first, so that a broken pack replaces nothing."""
    from riskreg.errors import Invalid

    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise Invalid(f"{path} cannot be written: {error.strerror}.") from error


def _report(chosen: argparse.Namespace, snapshot: Any, pdf: Any) -> None:
    """What was made: for people on standard error, for programs on standard output."""
    import json

    from riskreg.lib.hashing import sha256

    made = {
        "file": chosen.output,
        "pages": pdf.page_count,
        "bytes": len(pdf.content),
        "sha256": sha256(pdf.content),
        "snapshot": {"id": snapshot.id, "sha256": snapshot.sha256},
    }
    if chosen.format == "json":
        print(json.dumps(made))
    print(
        f"{snapshot.title}: {pdf.page_count} pages in {chosen.output}, "
        f"snapshot {snapshot.id}, SHA-256 {made['sha256']}",
        file=sys.stderr,
    )
