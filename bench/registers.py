"""An application on a register of a given size, thrown away afterwards."""

import gc
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from bench.data import fill
from riskreg import create_app
from riskreg.db import db, transaction
from riskreg.org.sessions import begin_session
from riskreg.settings import Settings

SECRET_KEY = "b" * 40
COOKIE = "riskreg-http"


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A filled register: the application, its data folder, a manager's session token."""

    app: Flask
    home: Path
    database_url: str
    token: str

    @property
    def environ(self) -> dict[str, str]:
        """What another process of the program needs to serve the same register."""
        return os.environ | {
            "RISKREG_HOME": str(self.home),
            "RISKREG_DATABASE_URL": self.database_url,
            "RISKREG_SECRET_KEY": SECRET_KEY,
            "RISKREG_REQUIRE_SECOND_FACTOR": "no",  # a client of the bench has no phone
        }


@contextmanager
def prepared(count: int) -> Iterator[Prepared]:
    """An application with `count` risks.

    On SQLite in a temporary folder; with BENCH_DATABASE_URL on that (empty) database.
    """
    with tempfile.TemporaryDirectory(prefix="riskreg-bench-") as folder:
        url = os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{folder}/bench.db"
        home = Path(folder)
        settings = Settings(home=home, database_url=url, secret_key=SECRET_KEY, testing=True)
        app = create_app(settings)
        with app.app_context():
            person = fill(count)
            with transaction():
                token = begin_session(
                    person, settings=settings, device="bench", address="127.0.0.1"
                )
            db.session.remove()
        gc.collect()
        gc.freeze()  # as the program does before it serves
        yield Prepared(app=app, home=home, database_url=url, token=token)
        with app.app_context():
            db.engine.dispose()


@contextmanager
def register(count: int) -> Iterator[tuple[Flask, FlaskClient]]:
    """The application with `count` risks and a client signed in as a manager of everything."""
    with prepared(count) as made:
        client = made.app.test_client()
        client.set_cookie(COOKIE, made.token)
        yield made.app, client  # outside the context: each request has its own, as when served
