"""riskreg worker: do the background work until told to stop."""

import argparse
from typing import Any


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    worker = subparsers.add_parser(
        "worker",
        help="do the background work (packs, housekeeping)",
        epilog="Example: riskreg worker",
    )
    worker.set_defaults(run=run_worker, serves=True)


def run_worker(_chosen: argparse.Namespace) -> int:
    """Work until SIGTERM."""
    from datetime import timedelta

    from flask import Flask, current_app

    from riskreg.jobs.worker import Worker

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy has it
    Worker(app, lease=timedelta(seconds=app.config["SETTINGS"].job_lease_seconds)).run()
    return 0
