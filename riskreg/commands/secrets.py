"""riskreg secrets rotate: a new secret key, and everything sealed with the old one sealed anew."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    secrets = subparsers.add_parser(
        "secrets", help="look after the secret key", epilog="Example: riskreg secrets rotate"
    )
    actions = secrets.add_subparsers(title="commands", metavar="COMMAND", required=True)
    rotate = actions.add_parser(
        "rotate",
        help="make a new secret key while riskreg is stopped; second factors go on",
        epilog="Example: riskreg secrets rotate",
    )
    rotate.set_defaults(run=run_rotate)


def run_rotate(_chosen: argparse.Namespace) -> int:
    """Seal anew, then put the new key in the place of the old; when stopped between, go on."""
    from flask import current_app

    from riskreg.db import transaction
    from riskreg.environment import MIN_SECRET_BYTES, kept_secret
    from riskreg.errors import Conflict
    from riskreg.jobs.queries import live_workers
    from riskreg.org.permissions import SYSTEM_ACTOR
    from riskreg.org.second_factors import seal_anew
    from riskreg.settings import secret_key_place

    settings = current_app.config["SETTINGS"]
    place = secret_key_place(settings.home)
    if place is None:
        raise Conflict(
            "The key is given as RISKREG_SECRET_KEY. Keep it in a file that only riskreg reads, "
            "name that with RISKREG_SECRET_KEY_FILE, and run this again."
        )
    if live_workers():
        raise Conflict("riskreg is running; stop it, wait a minute, and run this again.")
    coming = place.with_name(f"{place.name}.new")
    if coming.exists() and len(coming.read_bytes()) < MIN_SECRET_BYTES:
        coming.unlink()  # it was not whole yet, so nothing is sealed with it
    new = kept_secret(coming)
    with transaction():
        sealed, lost = seal_anew(SYSTEM_ACTOR, old=settings.secret_key, new=new)
    _put(coming, place)
    print(f"{place} holds a new key, and {sealed} second factors are sealed with it.")
    if lost:
        print(f"{lost} had been sealed with yet another key; they stay as they are.")
    print("Keep the new key apart from the backups. Now start riskreg.", file=sys.stderr)
    return 0


def _put(coming: "Path", place: "Path") -> None:
    import os

    from riskreg.environment import sync_folder
    from riskreg.errors import Invalid

    try:
        os.replace(coming, place)
        sync_folder(place.parent)
    except OSError as error:
        raise Invalid(
            f"{coming} could not take the place of {place}: {error.strerror}. Everything is sealed "
            "with it by now; put it there by hand, or run this again."
        ) from error
