"""riskreg backup and restore: a whole copy of the database in one file, and back again."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from riskreg.commands.copies import Contents, Manifest
    from riskreg.settings import Settings


def add_commands(subparsers: Any) -> None:
    """Add the commands."""
    backup = subparsers.add_parser(
        "backup",
        help="copy the whole database into one file, while the program runs",
        epilog="Example: riskreg backup /backup/riskreg-2026-11-23.db",
    )
    backup.add_argument("file", metavar="FILE", help="a new file; one that is there is kept")
    backup.add_argument("--format", choices=("text", "json"), default="text")
    backup.add_argument(
        "--verify",
        dest="needs_app",  # a backup is looked at where no database is
        action="store_false",
        help="make none: say whether the one that is there is whole",
    )
    backup.set_defaults(run=run_backup, needs_tables=False)

    restore = subparsers.add_parser(
        "restore",
        help="bring a backup back, into an empty place only",
        epilog="Example: riskreg restore /backup/riskreg-2026-11-23.db",
    )
    restore.add_argument("file", metavar="FILE", help="what riskreg backup wrote")
    restore.add_argument("--format", choices=("text", "json"), default="text")
    restore.set_defaults(run=run_restore, needs_app=False)


def run_backup(chosen: argparse.Namespace) -> int:
    """Write a copy that only its owner may read, and say what it is."""
    from pathlib import Path

    from flask import current_app

    from riskreg.errors import SettingsError
    from riskreg.standing import current_revision

    file = Path(chosen.file).absolute()
    if not chosen.needs_app:
        return _verify(file, chosen.format)
    if current_revision() is None:
        raise SettingsError(
            "The database has no tables of riskreg, so there is nothing to keep; "
            "look at RISKREG_HOME and RISKREG_DATABASE_URL."
        )
    manifest = _copy(file)
    _report(file, manifest, chosen.format)
    home = current_app.config["SETTINGS"].home
    keys = " and ".join(str(key) for key in (home / "secret.key", home / "trail.key"))
    print(f"Keep {keys} too, apart from this file.", file=sys.stderr)
    return 0


def back_up_before(version: str) -> None:
    """Copy the database into the data folder before its tables are changed.

    Raises Invalid or Unavailable where that cannot be done; then nothing is to be changed.
    """
    from flask import current_app

    from riskreg.errors import Invalid
    from riskreg.lib.dates import now

    folder = current_app.config["SETTINGS"].home / "backups"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Invalid(f"{folder} cannot be made: {error.strerror}.") from error
    ending = "db" if current_app.config["SETTINGS"].is_sqlite else "dump"
    made_at = now().strftime("%Y%m%d-%H%M%S")
    file = folder / f"before-{version}-{made_at}-{os.getpid()}.{ending}"
    _copy(file)
    print(f"What was there is kept in {file}.", file=sys.stderr)


def run_restore(chosen: argparse.Namespace) -> int:
    """Bring a backup back; where anything is in the way, nothing is done."""
    from pathlib import Path

    from riskreg.commands.copies import verified
    from riskreg.errors import Conflict
    from riskreg.settings import Settings
    from riskreg.standing import wanted_revision

    settings = Settings.from_env()
    file = Path(chosen.file).absolute()
    manifest = verified(file)
    kind = "sqlite" if settings.is_sqlite else "postgresql"
    if manifest.database != kind:
        raise Conflict(
            f"{file} is a backup of {manifest.database}, and RISKREG_DATABASE_URL is {kind}; "
            "restore it into its own kind, then use `riskreg db copy`."
        )
    if manifest.contents.schema > wanted_revision():
        raise Conflict(
            f"{file} was made by a newer riskreg (tables {manifest.contents.schema}; "
            f"this program knows {wanted_revision()}). Install the newer one."
        )
    put = _put_sqlite if settings.is_sqlite else _put_postgresql
    put(settings, file, manifest)
    _report(file, manifest, chosen.format)
    print("It is restored; now run `riskreg db upgrade`, then start riskreg.", file=sys.stderr)
    return 0


def _copy(file: "Path") -> "Manifest":
    from riskreg import __version__
    from riskreg.commands.copies import Manifest, fingerprint
    from riskreg.db import db
    from riskreg.lib.dates import now

    kind = db.engine.dialect.name
    made_at = now().isoformat(timespec="seconds")
    with _unfinished(file) as part:
        contents = _copy_sqlite(part) if kind == "sqlite" else _dump_postgresql(part, file)
        size, digest = fingerprint(part)
        manifest = Manifest(
            database=kind,
            program=__version__,
            made_at=made_at,
            bytes=size,
            sha256=digest,
            contents=contents,
        )
        _write_beside(Manifest.place(file), manifest.text())
    return manifest


def _copy_sqlite(part: "Path") -> "Contents":
    """By the library that the program itself works with; an older one may lose commits."""
    from riskreg.commands.copies import contents_of, opened
    from riskreg.db import db, sqlite_module
    from riskreg.errors import Unavailable

    connection: Any = db.engine.raw_connection()  # outside of any transaction, as VACUUM demands
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(part),))
    except sqlite_module().Error as error:
        raise Unavailable(f"The database could not be copied: {error}.") from error
    finally:
        connection.close()
    with opened(part) as copy:
        return contents_of(copy)


def _dump_postgresql(part: "Path", file: "Path") -> "Contents":
    """By PostgreSQL's own program, counted at the very moment that it copies."""
    import shlex

    from sqlalchemy import text

    from riskreg.commands.copies import (
        address_of,
        contents_of,
        postgresql_program,
        run_postgresql,
    )
    from riskreg.db import db

    address = address_of(db.engine.url)
    by_hand = shlex.join(["pg_dump", "-Fc", "-d", address, "-f", str(file)])
    program = postgresql_program("pg_dump", by_hand)
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        moment = connection.scalar(text("SELECT pg_export_snapshot()"))
        options = ["-Fc", "--no-password", f"--snapshot={moment}", "-d", address, "-f", str(part)]
        run_postgresql([program, *options], db.engine.url)
        return contents_of(connection)


def _put_sqlite(settings: "Settings", file: "Path", manifest: "Manifest") -> None:
    """A new file beside the place, which it takes only when it is whole."""
    import shutil
    from pathlib import Path

    from sqlalchemy import make_url

    from riskreg.commands.copies import fingerprint
    from riskreg.errors import Conflict, Invalid, Unavailable

    place = Path(str(make_url(settings.database_url).database))
    taken = [Path(f"{place}{end}") for end in ("", "-wal", "-shm", "-journal")]
    for path in taken:
        if path.exists() and (path != place or path.stat().st_size):
            raise Conflict(f"{path} is there already; a backup is restored into an empty place.")
    part = place.with_name(f".{place.name}.part")
    try:
        part.unlink(missing_ok=True)  # of a restoring that was stopped in the middle
        with (
            os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy,
            file.open("rb") as source,
        ):
            shutil.copyfileobj(source, copy)
        if fingerprint(part) != (manifest.bytes, manifest.sha256):
            raise Unavailable(f"{part} was not written as it was read; nothing was restored.")
        _sync(part)
        place.unlink(missing_ok=True)  # it is empty
        os.link(part, place)
        _sync(place.parent)
    except OSError as error:
        raise Invalid(f"{place} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _put_postgresql(settings: "Settings", file: "Path", manifest: "Manifest") -> None:
    """In one transaction of PostgreSQL's own program."""
    import shlex

    import sqlalchemy as sa

    from riskreg.commands.copies import (
        address_of,
        contents_of,
        postgresql_program,
        run_postgresql,
    )
    from riskreg.db import engine_options
    from riskreg.errors import Conflict, Unavailable

    url, options = engine_options(settings)
    address = address_of(url)
    words = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    by_hand = shlex.join(["pg_restore", *words, "-d", address, str(file)])
    program = postgresql_program("pg_restore", by_hand)
    engine = sa.create_engine(url, **options)
    try:
        with engine.connect() as connection:
            found = sa.inspect(connection).get_table_names()
        if found:
            raise Conflict(
                f"The database {url.database} has tables already (such as {min(found)}); "
                "a backup is restored into an empty one."
            )
        run_postgresql([program, *words, "--no-password", "-d", address, str(file)], url)
        with engine.connect() as connection:
            if contents_of(connection) != manifest.contents:
                raise Unavailable(f"What was restored is not what {file} held; do not use it.")
    finally:
        engine.dispose()


@contextmanager
def _unfinished(file: "Path") -> "Iterator[Path]":
    """A new file of mode 0600 beside the final place, which it takes only when it is whole."""
    from riskreg.commands.copies import Manifest
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
            if not file.exists():
                Manifest.place(file).unlink(missing_ok=True)
    except OSError as error:
        raise Invalid(f"{file} cannot be written: {error.strerror}.") from error


def _write_beside(place: "Path", text: str) -> None:
    """Write a small file of mode 0600, on the disk before it returns.

    One that is there belongs to a backup that never came to be.
    """
    place.unlink(missing_ok=True)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: "Path") -> None:
    """Wait until a file, or the names of a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _verify(file: "Path", form: str) -> int:
    from riskreg.commands.copies import verified

    manifest = verified(file)
    _report(file, manifest, form)
    if form == "text":
        print("It is whole: every byte, every table's rows, every entry of the trail.")
    return 0


def _report(file: "Path", manifest: "Manifest", form: str) -> None:
    import json
    from dataclasses import asdict

    if form == "json":
        print(json.dumps({"file": str(file), **asdict(manifest)}))
        return
    contents = manifest.contents
    print(f"{file}: {manifest.bytes:,} bytes, SHA-256 {manifest.sha256}")
    print(
        f"{contents.rows:,} rows in {len(contents.tables)} tables (version {contents.schema}), "
        f"{contents.entries:,} entries of the trail; riskreg {manifest.program}, {manifest.made_at}"
    )
