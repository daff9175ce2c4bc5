"""Where a drill is played: an empty register with people in it, and real processes serving it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from riskreg import create_app, migrate
from riskreg.audit.replay import differences
from riskreg.audit.verify import verify
from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.org.kinds import Role
from riskreg.org.models import Grant, Person
from riskreg.org.sessions import begin_session
from riskreg.risks.models import Risk
from riskreg.seed import install_defaults
from riskreg.settings import Settings
from tests import postgres
from tests.factories import make_team

START_SECONDS = 60
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

    @contextmanager
    def looking_in(self) -> Iterator[None]:
        """The database, for a moment: no connection of ours stays open beside the server's."""
        with self.app.app_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()


@contextmanager
def prepared(kind: str) -> Iterator[Stage]:
    """An empty register on a database of this kind, thrown away afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="riskreg-drill-") as folder,
        database(kind, folder) as url,
    ):
        settings = Settings(home=Path(folder), database_url=url, secret_key=SECRET_KEY)
        app = create_app(settings)
        stage = Stage(app=app, settings=settings, tokens=(), port=free_port())
        with stage.looking_in():
            migrate.upgrade()
            tokens = _people(settings)
        yield replace(stage, tokens=tokens)


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
        seen = {"device": "drill", "address": "127.0.0.1"}
        tokens = [begin_session(person, settings=settings, **seen) for person in people]
    return tuple(tokens)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


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
                raise RuntimeError("the server did not start")
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL to all of its processes, as when the machine takes it away."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def answers(self, path: str, *, within_seconds: float = 5) -> bool:
        """Whether a page comes in that time."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=within_seconds)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
