"""riskreg audit: hold the trail against its digests and anchors, and make anchors."""

import argparse
import json
import sys
from typing import Any


def add_commands(subparsers: Any) -> None:
    """Add the command and what it can do."""
    audit = subparsers.add_parser(
        "audit",
        help="check that the trail is as it was written",
        epilog="Example: riskreg audit verify --anchor /mnt/elsewhere/anchors.jsonl",
    )
    acts = audit.add_subparsers(title="acts", metavar="ACT", required=True)
    verify = acts.add_parser("verify", help="read the whole trail and hold it against its digests")
    verify.add_argument("--anchor", metavar="FILE", help="a file of anchors kept elsewhere")
    verify.add_argument(
        "--rows", action="store_true", help="also rebuild every row and compare it with its table"
    )
    verify.add_argument("--key", metavar="HEX", help="the public key, when the folder is not there")
    verify.add_argument("--format", choices=("text", "json"), default="text")
    verify.set_defaults(run=run_verify)
    anchor = acts.add_parser("anchor", help="print a signed anchor, or add it to a file")
    anchor.add_argument("file", metavar="FILE", nargs="?", help="a file on another machine or disk")
    anchor.set_defaults(run=run_anchor)
    key = acts.add_parser("key", help="print the public key that anchors are verified with")
    key.set_defaults(run=run_key)


def run_verify(chosen: argparse.Namespace) -> int:
    """Exit 1 at the first entry, or for every row, that is not as it was written."""
    from pathlib import Path

    from riskreg.audit import anchors
    from riskreg.audit.replay import differences
    from riskreg.audit.verify import verify

    held = []
    if chosen.anchor:
        public = anchors.public_key(chosen.key) if chosen.key else _key().public_key()
        held = anchors.read(Path(chosen.anchor), public)
    verdict = verify(held)
    faults = [verdict.fault] if verdict.fault else []
    if chosen.rows and verdict.is_sound:
        faults = list(differences())
    if chosen.format == "json":
        content = {"sound": not faults, "entries": verdict.entries, "digest": verdict.digest}
        print(json.dumps(content | {"anchors": len(held), "faults": faults}))
    elif not faults:
        print(f"{verdict.entries} entries, each as it was written; the last: {verdict.digest}")
    if not faults and not held:
        unseen = "Without an anchor, an end that was cut off or written anew is not seen."
        print(unseen, file=sys.stderr)
    for fault in faults:
        print(f"riskreg: {fault}", file=sys.stderr)
    return 1 if faults else 0


def run_anchor(chosen: argparse.Namespace) -> int:
    """Print the anchor, or add it to the file."""
    from pathlib import Path

    from riskreg.audit.anchors import append, line_of, present

    line = line_of(present(), _key())
    if chosen.file:
        append(Path(chosen.file), line)
    else:
        print(line)
    return 0


def run_key(_chosen: argparse.Namespace) -> int:
    """Print the public key."""
    from riskreg.audit.anchors import public_text

    print(public_text(_key()))
    return 0


def _key() -> Any:
    from flask import current_app

    from riskreg.audit.anchors import signing_key

    return signing_key(current_app.config["SETTINGS"].home)
