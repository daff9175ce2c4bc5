"""Serve the pages with waitress, which buffers slow clients, and keep a worker beside it."""

import ctypes
import gc
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from types import FrameType
from typing import Any

from riskreg.errors import SettingsError
from riskreg.settings import Settings

# Slow clients hold theirs; with waitress's 100, as many of them kept everybody out. A process may
# have 1,024 files open where nobody allowed it more.
CONNECTIONS_MAX = 800
DRAIN_SECONDS = 20.0
M_ARENA_MAX = -8
QUIET_SECONDS = 1.0  # a connection on which nothing happened for so long is not in use


def serve(*, host: str | None, port: int | None, with_worker: bool) -> int:
    """Serve until told to stop; returns the exit status."""
    settings = Settings.from_env()
    settings = replace(
        settings, host=host or settings.host, port=settings.port if port is None else port
    )
    return run_server(settings.checked(), with_worker=with_worker)


def share_one_heap() -> None:
    """Let all threads share a heap: each of its own keeps what one page took, 10 MiB in all.

    Only glibc gives threads heaps of their own (mallopt(3), M_ARENA_MAX); one thread of Python
    runs at a time, so none waits for another's.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)


def run_server(settings: Settings, *, with_worker: bool) -> int:
    """Check the database, start the worker, serve; SIGTERM drains and stops both."""
    from whitenoise import WhiteNoise

    from riskreg import create_app
    from riskreg.db import db, demand_safe_writing
    from riskreg.paths import STATIC
    from riskreg.standing import demand_own_database

    share_one_heap()
    app = create_app(settings)
    with app.app_context():
        demand_own_database(settings)
        demand_safe_writing(db.engine)
        _warn_of_library(settings)
    wrapped = WhiteNoise(app.wsgi_app, root=str(STATIC), prefix="static/", max_age=31_536_000)
    app.wsgi_app = wrapped  # type: ignore[method-assign]
    refuse_taken_port(settings)
    server = listening(app, settings)
    worker = _start_worker(settings) if with_worker else None
    gc.freeze()  # what is loaded by now is never garbage

    told = Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        told.set()
        server.pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    print(
        f"riskreg is at http://{settings.host}:{server.effective_port}/",
        file=sys.stderr,
        flush=True,
    )
    try:
        serve_until(told, server, unready_seconds=settings.unready_seconds)
    except KeyboardInterrupt:
        server.task_dispatcher.shutdown()
    finally:
        _stop_worker(worker)
    return 0


def listening(app: Any, settings: Settings) -> Any:
    """The server, with its socket open.

    What proxies say of a visitor is for the application to judge, which knows how many of them
    are trusted; where none is, it does not even hear it.
    """
    import waitress

    return waitress.create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        connection_limit=CONNECTIONS_MAX,
        asyncore_use_poll=True,  # the other way ends at 1,024 open files
        ident=None,
        clear_untrusted_proxy_headers=not settings.trusted_proxies,
    )


def serve_until(told: Event, server: Any, *, unready_seconds: float) -> None:
    """Serve with a server of waitress; when told to stop, leave nobody without an answer.

    First it is not ready for a while, so that a balancer turns away; then it listens no more, and
    answers what has come in, for 20 seconds at most.
    """
    from waitress import wasyncore

    from riskreg.web import health

    _turn(server, lambda: not told.is_set())
    health.stopping.set()
    turned_away = time.monotonic() + unready_seconds
    _turn(server, lambda: time.monotonic() < turned_away)
    wasyncore.dispatcher.close(server)  # its own close would end the answers' way out, too
    latest = time.monotonic() + DRAIN_SECONDS
    _turn(server, lambda: _is_busy(server) and time.monotonic() < latest)
    server.task_dispatcher.shutdown()
    wasyncore.close_all(server._map)


def _turn(server: Any, goes_on: Callable[[], bool]) -> None:
    """Let bytes come and go while this holds."""
    while goes_on():
        server.asyncore.loop(timeout=0.2, map=server._map, use_poll=True, count=1)


def _is_busy(server: Any) -> bool:
    quiet_since = time.time() - QUIET_SECONDS
    return any(
        channel.requests or channel.total_outbufs_len or channel.last_activity > quiet_since
        for channel in list(server.active_channels.values())
    )


def _warn_of_library(settings: Settings) -> None:
    from riskreg.db import journal_mode, sqlite_module

    if settings.is_sqlite and journal_mode() != "WAL":
        print(
            f"riskreg: SQLite {sqlite_module().sqlite_version} has a fault in its write-ahead log, "
            "so the slower safe mode is used; install the Python package pysqlite3.",
            file=sys.stderr,
        )


def refuse_taken_port(settings: Settings) -> None:
    """Raise SettingsError where nothing can listen; asked before work that takes long."""
    host, port = settings.host, settings.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        raise SettingsError(
            f"Port {port} of {host} cannot be used: {error.strerror}. "
            "Choose another with --port or RISKREG_PORT."
        ) from error


def _start_worker(settings: Settings) -> subprocess.Popen[bytes]:
    environ = os.environ | {
        "RISKREG_HOME": str(settings.home),
        "RISKREG_DATABASE_URL": settings.database_url,
        "RISKREG_DEMO": "yes" if settings.demo else "no",
    }
    return subprocess.Popen([sys.executable, "-m", "riskreg", "worker"], env=environ)


def _stop_worker(worker: subprocess.Popen[bytes] | None) -> None:
    if worker is None or worker.poll() is not None:
        return
    worker.terminate()
    try:
        worker.wait(timeout=20)
    except subprocess.TimeoutExpired:
        worker.kill()
