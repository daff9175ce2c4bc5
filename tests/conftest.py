"""The application on real databases, people to act as, and guards that every test runs under."""

import gc
import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache, Undefined
from sqlalchemy import delete
from xdist.scheduler import LoadScopeScheduling

from riskreg import create_app, migrate
from riskreg.db import Base, db, write_intent
from riskreg.org import limits, passwords
from riskreg.settings import Settings
from tests import postgres
from tests.client import RegisterClient

DATABASES = ("sqlite", "postgresql")
QUICK_BYTES_MIN = 2**30
OBJECTS_BETWEEN_COLLECTIONS = 10_000
# Tests of one of these share a demo and its browser, printed packs, sources that were read, ...
SHARING = (
    *("tests/browser/", "tests/packs/", "tests/rules/"),
    *("tests/ground/test_cli.py", "tests/sso/test_real_provider.py"),
)

# To hash a password keeps a core busy by design; tests sign in hundreds of times.
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
QUICK_DECOY = QUICK_HASHER.hash("nobody has this password")

# A busy machine is no fault of the code: time is measured in bench/, never in tests.
hypothesis_settings.register_profile("riskreg", deadline=None)
hypothesis_settings.load_profile("riskreg")


def pytest_addoption(parser: pytest.Parser) -> None:
    """--db says on which databases the tests run."""
    parser.addoption(
        "--db", default="sqlite", choices=[*DATABASES, "both"], help="databases to run on"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start the private PostgreSQL once, before any worker."""
    if config.getoption("--db") != "sqlite":
        postgres.ensure_server()


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Every test goes to whoever is free, but those that share what takes long to make to one.

    The mark xdist_group would say the same; with pytest 9.2 xdist 3.8 does not see it.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in SHARING if nodeid.startswith(place)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Who runs which test."""
    return Together(config, log)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: do not look for garbage in it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it again."""
    if not hasattr(config, "workerinput"):
        postgres.stop_server()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that needs the application runs once on each chosen database."""
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        metafunc.parametrize(
            "database", DATABASES if chosen == "both" else [chosen], indirect=True, scope="session"
        )


@pytest.fixture(scope="session")
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of an empty database of this kind."""
    if request.param == "sqlite":
        with TemporaryDirectory(prefix="riskreg-", dir=_quick_folder()) as folder:
            yield f"sqlite:///{folder}/test.db"
        return
    server = postgres.ensure_server()
    if server is None:
        pytest.skip(postgres.missing_reason())
    name = f"riskreg_{tmp_path_factory.getbasetemp().name}".replace("-", "_")
    yield postgres.create_database(name)
    postgres.drop_database(name)


def _quick_folder() -> str | None:
    """A folder in memory, where a disk need not be waited for at each commit; None without one."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    try:
        return str(memory) if shutil.disk_usage(memory).free > QUICK_BYTES_MIN else None
    except OSError:
        return None


class NeverPrinted(Undefined):
    """What a page may ask for and not be given, but never show: an empty link or heading."""

    def __str__(self) -> str:
        self._fail_with_undefined_error()


@pytest.fixture(scope="session")
def settings(database: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the application under test."""
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o700)
    return Settings(home=home, database_url=database, secret_key="t" * 40, testing=True)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates that one process of this run compiled for all of them: it takes seconds."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "compiled"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


@pytest.fixture(scope="session")
def built_app(settings: Settings, compiled: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The application with its tables, made by the migrations."""
    app = create_app(settings)
    app.jinja_env.undefined = NeverPrinted
    app.jinja_env.bytecode_cache = compiled
    with app.app_context():
        migrate.upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(built_app: Flask) -> Iterator[Flask]:
    """The application in an application context, on empty tables."""
    with built_app.app_context():
        yield built_app
        db.session.rollback()
        db.session.remove()
        _empty_tables()
        limits._ahead.clear()


@pytest.fixture
def client(app: Flask) -> RegisterClient:
    """A visitor who is not signed in; every page it gets is checked."""
    app.test_client_class = RegisterClient
    made = app.test_client()
    assert isinstance(made, RegisterClient)
    return made


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test may talk to this machine only."""
    connect = socket.socket.connect

    def guarded(sock: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(sock, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _quick_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords at next to no cost, but where a test is about the cost."""
    if request.node.get_closest_marker("full_cost") is None:
        monkeypatch.setattr(passwords, "_hasher", QUICK_HASHER)
        monkeypatch.setattr(passwords, "_DECOY", QUICK_DECOY)


@pytest.fixture
def samples() -> Path:
    """A folder of real files; given by RISKREG_SAMPLES, tests are skipped without it."""
    folder = Path(os.environ.get("RISKREG_SAMPLES", ""))
    if not os.environ.get("RISKREG_SAMPLES") or not folder.is_dir():
        pytest.skip("RISKREG_SAMPLES does not name a folder")
    return folder


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _empty_tables() -> None:
    """Straight by the driver's cursor: this is done after each of thousands of tests."""
    with write_intent(), db.engine.begin() as connection:
        cursor = connection.connection.cursor()
        for statements in _emptying(connection.dialect.name):
            cursor.execute(statements)
        cursor.close()


@cache
def _emptying(dialect: str) -> list[str]:
    """PostgreSQL takes all of it at once."""
    each = [str(delete(table)) for table in reversed(Base.metadata.sorted_tables)]
    return each if dialect == "sqlite" else ["; ".join(each)]
