"""The disk of the database fills up while eight people file risks, and is emptied again."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path

from drills.clients import Client, Load, at_work
from drills.cluster import cluster
from drills.outcome import Outcome, compare
from drills.stage import SERVE, Server, Stage, staged
from tests import postgres

SHORT, LONG, CONTROL_SIZE = 3, 30, 1
MEGABYTES = 64
DATABASES = ("sqlite", "postgresql")
CONTROL = "a server that answers before it has saved"
PROMISE = (
    "When the disk is full, what cannot be saved is refused, reading goes on, and saving goes on "
    "by itself when there is room."
)
TRIES, ACKED = "times full", "risks filed"
BALLAST = "ballast"
LONGEST_SECONDS = 30


@contextmanager
def own_stage(kind: str) -> Iterator[Stage]:
    """The database on a small file system of its own (for PostgreSQL, its tables)."""
    with tempfile.TemporaryDirectory(prefix="riskreg-drill-") as folder:
        disk, home = Path(folder) / "disk", Path(folder) / "home"
        disk.mkdir()
        home.mkdir(mode=0o700)
        Path(folder).chmod(0o711)
        with _mounted(disk):
            if kind == "sqlite":
                yield staged(home, f"sqlite:///{disk}/riskreg.db", disk=disk)
                return
            with cluster() as server:
                _own(disk)
                server.tell(
                    f"CREATE TABLESPACE small LOCATION '{disk}/tables'",
                    "CREATE DATABASE small TABLESPACE small",
                )
                url = server.url.replace("/postgres", "/small")
                yield staged(home, url, server=server, disk=disk)


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Fill it so many times; `wrong` are pages that could not be read, and a fill without effect.

    Filing must be refused while it is full, and be possible again without a restart.
    """
    assert stage.disk is not None
    wrong = 0
    with Server(stage, mode="hasty" if control else SERVE), at_work(stage) as load:
        for _ in range(size):
            load.wait_for(40)
            wrong += _filled(stage, load, stage.disk / BALLAST)
        load.wait_for(40)
        refused = load.failures["503"]
    told = f"{refused} times refused"
    return compare(size, load.acked, stage.titles(), wrong=wrong + stage.faults(), told=told)


def _filled(stage: Stage, load: Load, ballast: Path) -> int:
    reader, before = Client(stage, 0), load.failures.total()
    _fill(ballast)
    try:
        was_refused = _soon(lambda: load.failures.total() > before + 5)
        can_read = _reads(reader)
    finally:
        ballast.unlink()
    acked = len(load.acked)
    goes_on = _soon(lambda: len(load.acked) > acked + 5)
    return (not was_refused) + (not can_read) + (not goes_on)


def _fill(ballast: Path) -> None:
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        for piece in (1 << 20, 1 << 12):
            with suppress(OSError):
                while file.write(bytes(piece)) == piece:
                    pass


def _reads(reader: Client) -> bool:
    try:
        return all("</html>" in reader.get(path) for path in ("/risks", "/risks/R-1", "/me"))
    except (OSError, HTTPException):
        return False


def _soon(has_come: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not has_come() and time.monotonic() < deadline:
        time.sleep(0.05)
    return has_come()


@contextmanager
def _mounted(disk: Path) -> Iterator[None]:
    if os.geteuid() != 0:
        raise SystemExit("disk-full mounts a file system in memory, for which it must be root.")
    size = f"size={MEGABYTES}m,mode=711"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "riskreg-drill", str(disk)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _own(disk: Path) -> None:
    tables, account = disk / "tables", postgres.unprivileged_account()
    tables.mkdir(mode=0o700)
    if account:
        os.chown(tables, account.pw_uid, account.pw_gid)
