"""An application on a register of a given size, thrown away afterwards."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from bench.data import fill
from riskreg import create_app
from riskreg.db import db, transaction
from riskreg.org.sessions import begin_session
from riskreg.settings import Settings


@contextmanager
def register(count: int) -> Iterator[tuple[Flask, FlaskClient]]:
    """The application with `count` risks and a client signed in as a manager of everything.

    On SQLite in a temporary folder; with BENCH_DATABASE_URL on that (empty) database.
    """
    with tempfile.TemporaryDirectory(prefix="riskreg-bench-") as folder:
        url = os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{folder}/bench.db"
        settings = Settings(home=Path(folder), database_url=url, secret_key="b" * 40, testing=True)
        app = create_app(settings)
        with app.app_context():
            person = fill(count)
            with transaction():
                token = begin_session(
                    person, settings=settings, device="bench", address="127.0.0.1"
                )
            db.session.remove()
        client = app.test_client()
        client.set_cookie("riskreg-http", token)
        yield app, client  # outside the context, so that each request has its own, as when served
        with app.app_context():
            db.engine.dispose()
