"""riskreg backup: a whole copy of the database in one file, while the program runs."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import URL


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    backup = subparsers.add_parser(
        "backup",
        help="copy the whole database into one file, while the program runs",
        epilog="Example: riskreg backup /backup/riskreg-2026-11-23.db",
    )
    backup.add_argument("file", metavar="FILE", help="a new file; one that is there is kept")
    backup.add_argument("--format", choices=("text", "json"), default="text")
    backup.set_defaults(run=run_backup, needs_tables=False)


def run_backup(chosen: argparse.Namespace) -> int:
    """Write a copy that only its owner may read, and say what it is."""
    from pathlib import Path

    from riskreg.db import db
    from riskreg.errors import SettingsError
    from riskreg.standing import current_revision

    if current_revision() is None:
        raise SettingsError(
            "The database has no tables of riskreg, so there is nothing to keep; "
            "look at RISKREG_HOME and RISKREG_DATABASE_URL."
        )
    file = Path(chosen.file).absolute()
    with _unfinished(file) as part:
        if db.engine.dialect.name == "sqlite":
            _copy_sqlite(part)
        else:
            _dump_postgresql(db.engine.url, part, file)
    _report(file, chosen.format)
    return 0


def _copy_sqlite(part: "Path") -> None:
    """By the library that the program itself works with; an older one may lose commits."""
    from riskreg.db import db, sqlite_module
    from riskreg.errors import Unavailable

    connection: Any = db.engine.raw_connection()  # outside of any transaction, as VACUUM demands
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(part),))
    except sqlite_module().Error as error:
        raise Unavailable(f"The database could not be copied: {error}.") from error
    finally:
        connection.close()


def _dump_postgresql(url: "URL", part: "Path", file: "Path") -> None:
    """By PostgreSQL's own program; without it, say what to type where it is."""
    import shlex
    import shutil
    import subprocess

    from riskreg.errors import Unavailable

    address = url.set(drivername="postgresql", password=None).render_as_string()
    program = shutil.which("pg_dump")
    if program is None:
        line = shlex.join(["pg_dump", "-Fc", "-d", address, "-f", str(file)])
        raise Unavailable(
            "pg_dump is not on this machine (Debian, Ubuntu: apt install postgresql-client). "
            f"Install it, or run where it is: {line}"
        )
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603 - the arguments are the address and the file
        [program, "-Fc", "--no-password", "-d", address, "-f", str(part)],
        env=os.environ | password,  # never an argument: those are shown to everybody
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        raise Unavailable(f"pg_dump made no backup: {lines[0].removeprefix('pg_dump: ')}")


@contextmanager
def _unfinished(file: "Path") -> "Iterator[Path]":
    """A new file of mode 0600 beside the final place, which it takes only when it is whole."""
    from riskreg.errors import Conflict, Invalid

    if file.exists():
        raise Conflict(f"{file} is there already; it was left as it is. Choose another name.")
    part = file.with_name(f".{file.name}.part")
    try:
        part.unlink(missing_ok=True)  # of a backup that was stopped in the middle
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            yield part
            _sync(part)
            os.link(part, file)  # unlike a renaming, it never takes the place of another file
            _sync(file.parent)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise Invalid(f"{file} cannot be written: {error.strerror}.") from error


def _sync(path: "Path") -> None:
    """Wait until a file, or the names of a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _report(file: "Path", form: str) -> None:
    import hashlib
    import json

    from flask import current_app

    with file.open("rb") as content:
        fingerprint = hashlib.file_digest(content, "sha256").hexdigest()
    size = file.stat().st_size
    if form == "json":
        print(json.dumps({"file": str(file), "bytes": size, "sha256": fingerprint}))
    else:
        print(f"{file}: {size:,} bytes, SHA-256 {fingerprint}")
    home = current_app.config["SETTINGS"].home
    print(f"Keep {home / 'secret.key'} too, apart from this file.", file=sys.stderr)
