"""A private PostgreSQL server for one test run: started once, thrown away at the end.

The pytest controller calls `ensure_server()` and `stop_server()`; pytest-xdist's workers inherit
the address through the environment and never start a server of their own. Set
`RISKREG_TEST_POSTGRES_URL` to run the tests on a server that is already there (its user must be
allowed to create databases).
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import sqlalchemy as sa

URL_VARIABLE = "RISKREG_TEST_POSTGRES_URL"
MISSING_VARIABLE = "RISKREG_TEST_POSTGRES_MISSING"
USER = "riskreg"
START_SECONDS = 60

# The data is thrown away, so nothing has to reach the disk.
SERVER_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "listen_addresses": "",
}

# The server must end with the test run, also when that is killed: it lives as long as its
# standard input, a pipe that only the test run holds open. No process outlives its data.
KEEPER = """
"$@" >server.log 2>&1 &
server=$!
read -r _
kill -QUIT $server
wait $server
cd / && rm -rf "$HOME"
"""

_keeper: subprocess.Popen[bytes] | None = None


class Unavailable(RuntimeError):
    """There is no PostgreSQL here that the tests could use; the message says why."""


def ensure_server() -> str | None:
    """Return the address of the test server, starting it first, or None when there is none.

    After None, `missing_reason()` tells why, in this process and in the ones it starts.
    """
    url = os.environ.get(URL_VARIABLE)
    if url or MISSING_VARIABLE in os.environ:
        return url
    try:
        url = _start_server()
    except Unavailable as fault:
        os.environ[MISSING_VARIABLE] = str(fault)
        return None
    os.environ[URL_VARIABLE] = url
    return url


def missing_reason() -> str:
    """Say why `ensure_server()` returned None; the empty string when it did not."""
    return os.environ.get(MISSING_VARIABLE, "")


def stop_server() -> None:
    """Stop the server if this process started it, and wait until its files are gone."""
    global _keeper
    os.environ.pop(MISSING_VARIABLE, None)
    if _keeper is None:
        return
    os.environ.pop(URL_VARIABLE, None)
    _keeper.communicate()  # closes its standard input, which ends it
    _keeper = None


def create_database(name: str, *, template: str | None = None) -> str:
    """Create a database, optionally as a copy of another, and return its address."""
    source = f' TEMPLATE "{template}"' if template else ""
    _administer(f'CREATE DATABASE "{name}"{source}')
    return _server_url().set(database=name).render_as_string(hide_password=False)


def drop_database(name: str) -> None:
    """Drop a database if it is there, ending the connections it still has."""
    _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administer(statement: str) -> None:
    engine = sa.create_engine(
        _server_url(), isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def _server_url() -> sa.URL:
    url = ensure_server()
    if url is None:
        raise Unavailable(missing_reason())
    return sa.make_url(url).set(drivername="postgresql+psycopg")


def _start_server() -> str:
    global _keeper
    programs = programs_folder()
    folder = private_folder()
    account = unprivileged_account()
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    # Text is compared by code point, as in SQLite: both databases give the same order.
    initdb = [f"{programs}/initdb", "-D", "data", "-U", USER, "-A", "trust", "-E", "UTF8"]
    setup = _spawn(account, folder, [*initdb, "--locale=C", "--no-sync", "--no-instructions"])
    output, _ = setup.communicate()
    if setup.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise Unavailable(f"PostgreSQL could not be set up: {output.decode().strip()}")
    settings = [f"-c{name}={value}" for name, value in SERVER_SETTINGS.items()]
    server = [f"{programs}/postgres", "-D", "data", "-k", str(folder), *settings]
    _keeper = _spawn(account, folder, ["/bin/sh", "-c", KEEPER, "sh", *server])
    _wait_until_ready(folder)
    return f"postgresql+psycopg://{USER}@/postgres?host={folder}"


def programs_folder() -> Path:
    """Find the newest server's programs; Debian keeps them out of the search path."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not folders:
        raise Unavailable("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return max(folders, key=lambda folder: float(folder.parent.name))


def private_folder() -> Path:
    """Make the folder of data and socket; a socket's path may have no more than 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="riskreg-pg-"))
    if len(str(folder)) <= 80 and _others_may_pass(folder.parent):
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="riskreg-pg-", dir="/tmp"))


def _others_may_pass(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in [folder, *folder.parents])


def unprivileged_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; as anyone else it runs as oneself (None)."""
    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in accounts:
            return accounts[name]
    raise Unavailable("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _spawn(
    account: pwd.struct_passwd | None, folder: Path, command: list[str]
) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return subprocess.Popen(
        command,
        cwd=folder,
        env=kept | {"HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def _wait_until_ready(folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(host=str(folder), user=USER, dbname="postgres").close()
        except psycopg.OperationalError as fault:
            assert _keeper is not None
            if time.monotonic() > deadline:
                log = (folder / "server.log").read_text(errors="replace")
                stop_server()
                raise Unavailable(f"PostgreSQL did not start: {fault}\n{log}") from fault
            time.sleep(0.05)
        else:
            return
