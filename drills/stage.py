"""Where a drill is played: an empty register with people in it, and real processes serving it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from drills.cluster import Cluster, cluster, free_port
from riskreg import create_app, migrate
from riskreg.audit.replay import differences
from riskreg.audit.verify import verify
from riskreg.db import db, opened, transaction
from riskreg.jobs.models import WorkerSeen
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person
from riskreg.org.sessions import begin_session
from riskreg.risks.models import Risk
from riskreg.seed import install_defaults
from riskreg.settings import Settings
from tests import postgres
from tests.factories import make_team

START_SECONDS = 180  # on a machine that others keep busy
SECRET_KEY = "d" * 40
PEOPLE = 50
SERVE, SERVE_AND_WORK = "serve --no-worker", "serve"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The register: its application in this process, its settings, and people's session tokens."""

    app: Flask
    settings: Settings
    tokens: tuple[str, ...]
    port: int
    server: Cluster | None = None  # of the drill's own
    disk: Path | None = None  # a small one, of the drill's own

    @property
    def environ(self) -> dict[str, str]:
        """What another process of the program needs."""
        return os.environ | {
            "RISKREG_HOME": str(self.settings.home),
            "RISKREG_DATABASE_URL": self.settings.database_url,
            "RISKREG_SECRET_KEY": SECRET_KEY,
        }

    def titles(self) -> list[str]:
        """The titles of the stored risks."""
        with self.looking_in():
            return list(db.session.scalars(sa.select(Risk.title)))

    def faults(self) -> int:
        """How much of the trail is wrong: the chain, and rows that are not as it says."""
        with self.looking_in():
            return int(not verify().is_sound) + len(list(differences()))

    def has_worker(self) -> bool:
        """Whether a worker says, within half a minute, that it is alive."""
        asked_at, deadline = now(), time.monotonic() + 30
        while time.monotonic() < deadline:
            with self.looking_in():
                last = db.session.scalar(sa.select(sa.func.max(WorkerSeen.seen_at)))
            if last is not None and last > asked_at:
                return True
            time.sleep(0.5)
        return False

    @contextmanager
    def looking_in(self) -> Iterator[None]:
        """The database, for a moment: no connection of ours stays open beside the server's."""
        with opened(self.app):
            yield


@contextmanager
def prepared(kind: str) -> Iterator[Stage]:
    """An empty register on a database of this kind, thrown away afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="riskreg-drill-") as folder,
        database(kind, folder) as url,
    ):
        yield staged(Path(folder), url)


@contextmanager
def on_own_server(_kind: str) -> Iterator[Stage]:
    """The same on a PostgreSQL server that the drill may stop and start."""
    with tempfile.TemporaryDirectory(prefix="riskreg-drill-") as folder, cluster() as server:
        yield staged(Path(folder), server.url, server=server)


def staged(
    folder: Path, url: str, *, server: Cluster | None = None, disk: Path | None = None
) -> Stage:
    """The register with its people, on an empty database."""
    settings = Settings(home=folder, database_url=url, secret_key=SECRET_KEY)
    app = create_app(settings)
    stage = Stage(app=app, settings=settings, tokens=(), port=free_port(), server=server, disk=disk)
    with stage.looking_in():
        migrate.upgrade()
        tokens = _people(settings)
    return replace(stage, tokens=tokens)


@contextmanager
def database(kind: str, folder: str, use: str = "drill") -> Iterator[str]:
    """The address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/riskreg.db"
        return
    name = f"{use}_{os.getpid()}"
    try:
        yield postgres.create_database(name)
    finally:
        postgres.drop_database(name)


def _people(settings: Settings) -> tuple[str, ...]:
    with transaction():
        install_defaults()
    team = make_team("Root")
    with transaction():
        people = [
            Person(name=f"P{number}", email=f"p{number}@example.org", created_at=now())
            for number in range(PEOPLE)
        ]
        for person in people:
            person.grants.append(Grant(team_id=team.id, role=Role.ENGINEER, created_at=now()))
        db.session.add_all(people)
        db.session.flush()
        tokens = [
            begin_session(person, settings=settings, device="drill", address="127.0.0.1")
            for person in people
        ]
    return tuple(tokens)


def restored_titles(stage: Stage, file: Path) -> list[str]:
    """The titles in a backup, restored into an empty place by the program."""
    kind = "sqlite" if stage.settings.is_sqlite else "postgresql"
    with (
        tempfile.TemporaryDirectory(prefix="riskreg-drill-") as folder,
        database(kind, folder, "restored") as url,
    ):
        environ = stage.environ | {"RISKREG_HOME": folder, "RISKREG_DATABASE_URL": url}
        command = [sys.executable, "-m", "riskreg", "restore", str(file)]
        subprocess.run(command, env=environ, capture_output=True, check=True)
        return replace(stage, app=create_app(stage.settings.with_database(url))).titles()


class Server:
    """`riskreg serve`, or another way to serve; all of its processes are one group."""

    def __init__(
        self, stage: Stage, *, mode: str = SERVE, port: int | None = None, **environ: str
    ) -> None:
        """Any mode that is not the program's own is one of drills.served."""
        self.port = port or stage.port
        module = "riskreg" if mode.startswith("serve") else "drills.served"
        self._command = [sys.executable, "-m", module, *mode.split(), "--port", str(self.port)]
        self._environ = stage.environ | environ
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            self._command, env=self._environ, stderr=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers("/healthz"):
            if time.monotonic() > deadline or self._process.poll() is not None:
                self.kill()
                raise RuntimeError("the server did not start")
            time.sleep(0.05)

    def stop(self) -> None:
        """SIGTERM, as when a new version is installed; waits until it has ended."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)
            self._process = None

    def kill(self) -> None:
        """SIGKILL to all of its processes, as when the machine takes it away."""
        if self._process is not None:
            with suppress(ProcessLookupError):  # it ended by itself
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def answers(self, path: str, *, within_seconds: float = 5) -> bool:
        """Whether a page comes in that time."""
        return self.status(path, within_seconds=within_seconds) == 200

    def status(self, path: str, *, within_seconds: float = 5) -> int | None:
        """How a page is answered in that time; None when it is not."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=within_seconds)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()
