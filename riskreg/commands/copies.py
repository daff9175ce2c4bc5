"""What a backup holds: its tables counted, its trail verified, and the manifest kept beside it."""

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from riskreg.audit.chain import HEAD, START, Columns
from riskreg.audit.models import AuditEntry
from riskreg.audit.verify import Verdict, follow, verify_on
from riskreg.db import sqlite_module
from riskreg.errors import Invalid, Unavailable
from riskreg.migrate import is_compared

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MEANT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Rows by table, the version of the tables, and how long the trail is and how it ends."""

    schema: str
    tables: dict[str, int]
    entries: int
    digest: str

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(self.tables.values())


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup was when it was made."""

    database: str
    program: str
    made_at: str
    bytes: int
    sha256: str
    contents: Contents

    @staticmethod
    def place(file: Path) -> Path:
        """Where the manifest of a backup is."""
        return file.with_name(f"{file.name}.json")

    @classmethod
    def read(cls, file: Path) -> "Manifest":
        """The manifest beside a backup; raises Invalid where there is none."""
        place = cls.place(file)
        try:
            content = json.loads(place.read_text(encoding="utf-8"))
            return cls(**content | {"contents": Contents(**content["contents"])})
        except OSError as error:
            raise Invalid(
                f"{place}, which says what the backup holds, cannot be read: {error.strerror}."
            ) from error
        except (ValueError, TypeError, KeyError) as error:
            raise Invalid(f"{place} does not say what a backup holds.") from error

    def text(self) -> str:
        """As it is written to its file."""
        return json.dumps(asdict(self), indent=2) + "\n"


def contents_of(connection: sa.Connection) -> Contents:
    """Count what a database holds, as this connection's transaction sees it."""
    names = [
        name
        for name in sorted(sa.inspect(connection).get_table_names())
        if is_compared(name, "table", None)
    ]
    count = sa.select(sa.func.count())
    tables = {name: connection.scalar(count.select_from(sa.table(name))) or 0 for name in names}
    head = connection.execute(HEAD).first()
    return Contents(
        schema=connection.scalar(sa.text("SELECT version_num FROM alembic_version")) or "",
        tables=tables,
        entries=head.id if head else 0,
        digest=head.digest if head else START,
    )


def fingerprint(file: Path) -> tuple[int, str]:
    """(bytes, SHA-256) of a file."""
    try:
        with file.open("rb") as content:
            return file.stat().st_size, file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.") from error


def verified(file: Path) -> Manifest:
    """The manifest of a backup that is whole; raises Invalid with the first thing that is not.

    Byte by byte against the manifest, and then by reading it: each table is counted and each
    entry of the trail is held against the one before it.
    """
    manifest = Manifest.read(file)
    size, digest = fingerprint(file)
    if size != manifest.bytes:
        raise Invalid(f"{file} is not whole: it has {size:,} bytes, and had {manifest.bytes:,}.")
    if digest != manifest.sha256:
        raise Invalid(f"{file} is not as it was written: its SHA-256 is {digest}.")
    read = _read_sqlite if manifest.database == "sqlite" else _read_postgresql
    tables, trail = read(file)
    if not trail.is_sound:
        raise Invalid(f"The trail in {file} is not sound: {trail.fault}")
    wanted = manifest.contents
    if tables != wanted.tables or (trail.entries, trail.digest) != (wanted.entries, wanted.digest):
        raise Invalid(f"{file} does not hold what {manifest.place(file)} says.")
    return manifest


@contextmanager
def opened(file: Path) -> Iterator[sa.Connection]:
    """An SQLite file that nobody writes to, opened so that not one byte of it can change."""
    module: Any = sqlite_module()

    def connect() -> Any:
        return module.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

    engine = sa.create_engine("sqlite://", module=module, creator=connect, poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def postgresql_program(name: str, or_else: str) -> str:
    """Where one of PostgreSQL's own programs is; without it, say what to type where it is."""
    program = shutil.which(name)
    if program is None:
        raise Unavailable(
            f"{name} is not on this machine (Debian, Ubuntu: apt install postgresql-client). "
            f"Install it, or run where it is: {or_else}"
        )
    return program


def run_postgresql(command: list[str], url: sa.URL) -> None:
    """Run one of PostgreSQL's programs on a database; raises Unavailable with its first line."""
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603 - the arguments are the address and the file
        command,
        env=os.environ | password,  # never an argument: those are shown to everybody
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        name = Path(command[0]).name
        lines = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        raise Unavailable(f"{name} failed: {lines[0].removeprefix(f'{name}: ')}")


def address_of(url: sa.URL) -> str:
    """As PostgreSQL's own programs take it, without its password."""
    return url.set(drivername="postgresql", password=None).render_as_string()


def _read_sqlite(file: Path) -> tuple[dict[str, int], Verdict]:
    try:
        with opened(file) as connection:
            found = connection.scalars(sa.text("PRAGMA integrity_check")).all()
            if found != ["ok"]:
                raise Invalid(f"{file} is not a sound database: {found[0]}.")
            trail = verify_on(connection)
            return contents_of(connection).tables, trail
    except sa.exc.DatabaseError as error:
        raise Invalid(f"{file} cannot be read as a database: {error.orig}.") from error


def _read_postgresql(file: Path) -> tuple[dict[str, int], Verdict]:
    counts: Counter[str] = Counter()
    entries: list[Columns] = []
    for table, row in _dumped(file):
        counts[table] += row is not None
        if row is not None and table == AuditEntry.__tablename__:
            entries.append(_entry(row))
    return dict(counts), follow(sorted(entries, key=lambda entry: entry["id"]))


def _dumped(file: Path) -> Iterator[tuple[str, dict[str, str] | None]]:
    """(table, row) of a dump, values as PostgreSQL writes them; first (table, None) of each."""
    program = postgresql_program("pg_restore", f"riskreg backup --verify {file}")
    command = [program, "--data-only", "-f", "-", str(file)]
    process = subprocess.Popen(  # noqa: S603 - the argument is the file
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    )
    assert process.stdout is not None
    table, columns = "", list[str]()
    with closing(process.stdout) as lines:
        for line in lines:
            if not table and line.startswith("COPY "):
                name, _, rest = line.removeprefix("COPY ").partition(" (")
                table = name.rpartition(".")[2].strip('"')
                columns = [word.strip('" ') for word in rest.partition(")")[0].split(",")]
                yield table, None
            elif line == "\\.\n":
                table = ""
            elif table:
                yield table, dict(zip(columns, line.rstrip("\n").split("\t"), strict=True))
    if process.wait():
        raise Invalid(f"pg_restore cannot read {file}.")


def _entry(row: dict[str, str]) -> dict[str, Any]:
    """An entry of the trail from the text of its columns."""
    kinds: dict[str, Callable[[str], Any]] = {
        "at": datetime.fromisoformat,
        "changes": json.loads,
        "rows": json.loads,
        "id": int,
    }
    entry: dict[str, Any] = {}
    for name, text in row.items():
        kind = kinds.get(name) or (int if name.endswith("_id") else str)
        entry[name] = None if text == "\\N" else kind(_ESCAPED.sub(_meant, text))
    return entry


def _meant(found: re.Match[str]) -> str:
    return _MEANT.get(found[1], found[1])
