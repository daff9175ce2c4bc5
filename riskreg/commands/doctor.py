"""riskreg doctor: look at everything the program stands on, and say what to do about each fault."""

import argparse
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

MIN_FREE_BYTES = 500 * 1024 * 1024
FONT_FILES = 4
WARN_ONLY, FINE, BROKEN = "warn", "ok", "fail"


class Finding(NamedTuple):
    """One check: what was looked at, how it is, what was seen, what to do."""

    check: str
    state: str
    seen: str
    advice: str = ""


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    doctor = subparsers.add_parser(
        "doctor",
        help="check what the program needs, with what to do about each fault",
        epilog="Example: riskreg doctor",
    )
    doctor.add_argument("--format", choices=["text", "json"], default="text")
    doctor.set_defaults(run=run_doctor, needs_tables=False)


def run_doctor(chosen: argparse.Namespace) -> int:
    """Exit 1 when something that is needed is missing."""
    import json

    checks: list[Callable[[], Finding]] = [
        _python,
        _sqlite,
        _pango,
        _fonts,
        _database,
        _tables,
        _mail,
        _sign_on,
        _anchors,
        _worker,
        _disk,
    ]
    findings = [check() for check in checks]
    if chosen.format == "json":
        print(json.dumps({"data": [finding._asdict() for finding in findings]}, indent=2))
    else:
        for finding in findings:
            print(f"{finding.state:<5} {finding.check:<10} {finding.seen}")
            if finding.advice:
                print(f"{'':<16} → {finding.advice}")
    return 1 if any(finding.state == BROKEN for finding in findings) else 0


def _python() -> Finding:
    version = sys.version.split()[0]
    if "free-threading" in sys.version:
        return Finding("python", WARN_ONLY, version, "Tried with the ordinary build only.")
    return Finding("python", FINE, version)


def _sqlite() -> Finding:
    from riskreg.db import journal_mode, sqlite_module

    module = sqlite_module()
    seen = (
        f"{module.sqlite_version} by {module.__name__}, journal {journal_mode()}, synchronous FULL"
    )
    if journal_mode() == "WAL":
        return Finding("sqlite", FINE, seen)
    return Finding(
        "sqlite",
        WARN_ONLY,
        seen,
        "This SQLite has a fault in its write-ahead log, so the slower safe mode is used. "
        "Install the Python package pysqlite3 to have a repaired one.",
    )


def _pango() -> Finding:
    from riskreg.errors import Unavailable
    from riskreg.packs.engine import load_weasyprint

    try:
        version = load_weasyprint().__version__
    except Unavailable as error:
        return Finding("pango", WARN_ONLY, "no PDF can be made", error.message)
    return Finding("pango", FINE, f"WeasyPrint {version}")


def _fonts() -> Finding:
    """By a small PDF: that the files are there does not mean that letters are drawn with them."""
    from riskreg.errors import RiskregError, Unavailable
    from riskreg.packs.engine import FAMILY, FONTS, fonts_in_use

    if len(list(FONTS.glob("*.ttf"))) < FONT_FILES:
        again = "The installation is incomplete; install riskreg again."
        return Finding("fonts", BROKEN, "some of our fonts are missing", again)
    try:
        used = fonts_in_use()
    except Unavailable:
        return Finding("fonts", WARN_ONLY, "not known", "Pango comes first.")
    except RiskregError as error:
        return Finding("fonts", BROKEN, "no PDF can be made", error.message)
    if used == {FAMILY}:
        return Finding("fonts", FINE, f"PDFs are drawn with {FAMILY}, which comes with riskreg")
    return Finding(
        "fonts",
        BROKEN,
        f"PDFs are drawn with {', '.join(sorted(used)) or 'no font'} instead of {FAMILY}",
        "Pango does not take the fonts that riskreg gives it: install its own libraries "
        "(Debian, Ubuntu: libpango-1.0-0 libpangoft2-1.0-0 fontconfig), then look again.",
    )


def _database() -> Finding:
    from flask import current_app
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from riskreg.db import db
    from riskreg.disks import demand_fit_disk
    from riskreg.errors import SettingsError

    shown = db.engine.url.render_as_string(hide_password=True)
    try:
        demand_fit_disk(current_app.config["SETTINGS"])
        db.session.execute(text("SELECT 1"))
    except SettingsError as error:
        return Finding("database", BROKEN, shown, error.message)
    except SQLAlchemyError as error:
        return Finding(
            "database",
            BROKEN,
            shown,
            f"It does not answer ({type(error).__name__}); check RISKREG_DATABASE_URL.",
        )
    return Finding("database", FINE, shown)


def _tables() -> Finding:
    from sqlalchemy.exc import SQLAlchemyError

    from riskreg import migrate
    from riskreg.errors import SettingsError
    from riskreg.standing import demand_whole_tables

    try:
        current, head = migrate.revisions()
        if current == head:
            demand_whole_tables()
            return Finding("tables", FINE, f"at {head}")
    except SQLAlchemyError:
        return Finding("tables", BROKEN, "not known", "Bring the database up first.")
    except SettingsError as error:
        return Finding("tables", BROKEN, f"at {head}, and something is missing", error.message)
    advice = "Run riskreg init." if current is None else "Run riskreg db upgrade."
    return Finding("tables", BROKEN, f"at {current}, the program wants {head}", advice)


def _mail() -> Finding:
    """By signing in there; nothing is sent."""
    from flask import current_app

    from riskreg.jobs.mail import Unreachable, connection

    server = current_app.config["SETTINGS"].mail
    if server is None:
        return Finding("mail", WARN_ONLY, "not set up", "Set RISKREG_SMTP_HOST to send mail.")
    seen = f"{server.host}:{server.port}, {server.security}, from {server.sender}"
    try:
        with connection(server) as smtp:
            smtp.noop()
    except Unreachable as error:
        return Finding("mail", BROKEN, seen, error.message)
    return Finding("mail", FINE, seen)


def _sign_on() -> Finding:
    """By asking the identity provider where it has what."""
    from flask import current_app

    from riskreg.errors import RiskregError
    from riskreg.sso.protocol import metadata_of

    provider = current_app.config["SETTINGS"].provider
    if provider is None:
        return Finding("sign-on", FINE, "people sign in with passwords")
    try:
        metadata_of(provider)
    except RiskregError as error:
        advice = f"{error.message} Look at RISKREG_OIDC_ISSUER."
        return Finding("sign-on", BROKEN, provider.issuer, advice)
    return Finding("sign-on", FINE, f"{provider.issuer} as {provider.client_id}")


def _anchors() -> Finding:
    """By when the last one was sent or written; none is made for it."""
    from flask import current_app
    from sqlalchemy.exc import SQLAlchemyError

    from riskreg.db import db

    settings = current_app.config["SETTINGS"]
    if settings.anchor_webhook is None and not settings.anchor_file:
        return Finding(
            "anchors",
            WARN_ONLY,
            "none are kept elsewhere",
            "Set RISKREG_ANCHOR_WEBHOOK or RISKREG_ANCHOR_FILE: without them a trail whose end "
            "was cut off looks whole.",
        )
    if settings.anchor_webhook is None:
        return _written_anchors(settings.anchor_file)
    try:
        return _sent_anchors()
    except SQLAlchemyError:
        db.session.rollback()
        return Finding("anchors", WARN_ONLY, "not known", "Make the tables first: riskreg init.")


def _written_anchors(path: str) -> Finding:
    from datetime import UTC, datetime
    from pathlib import Path

    try:
        written_at = datetime.fromtimestamp(Path(path).stat().st_mtime, UTC)
    except OSError as error:
        advice = f"{path}: {error.strerror}. The worker writes one every hour."
        return Finding("anchors", WARN_ONLY, "none written yet", advice)
    return Finding("anchors", FINE, f"last written {written_at:%Y-%m-%d %H:%M} UTC")


def _sent_anchors() -> Finding:
    from riskreg.audit.tasks import SEND
    from riskreg.jobs.queries import last_done, last_failed

    done, failed = last_done(SEND), last_failed(SEND)
    seen = "none sent yet"
    if done is not None:
        seen = f"last sent {done.finished_at:%Y-%m-%d %H:%M} UTC"
    if failed is not None and (done is None or failed.id > done.id):
        tried = f"{seen}, then failed {failed.started_at:%Y-%m-%d %H:%M} UTC"
        return Finding("anchors", WARN_ONLY, tried, failed.error)
    advice = "" if done else "The worker sends one every hour."
    return Finding("anchors", FINE if done else WARN_ONLY, seen, advice)


def _worker() -> Finding:
    from sqlalchemy.exc import SQLAlchemyError

    from riskreg.db import db
    from riskreg.jobs.queries import live_workers

    try:
        workers = live_workers()
    except SQLAlchemyError:
        db.session.rollback()
        return Finding("worker", WARN_ONLY, "not known", "Make the tables first: riskreg init.")
    if workers:
        return Finding("worker", FINE, f"{len(workers)} alive")
    return Finding(
        "worker", WARN_ONLY, "none alive", "Run riskreg worker, or riskreg serve, which starts one."
    )


def _disk() -> Finding:
    from flask import current_app

    home = current_app.config["SETTINGS"].home
    import shutil

    free = shutil.disk_usage(home).free
    seen = f"{free // 1024**2:,} MiB free in {home}"
    if free >= MIN_FREE_BYTES:
        return Finding("disk", FINE, seen)
    return Finding("disk", WARN_ONLY, seen, "Make room; writing stops when the disk is full.")
