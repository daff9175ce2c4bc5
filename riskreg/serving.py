"""Serve the pages with waitress, which buffers slow clients, and keep a worker beside it."""

import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from types import FrameType

from riskreg.errors import SettingsError
from riskreg.settings import Settings

# Slow clients hold theirs; with waitress's 100, as many of them kept everybody out. A process may
# have 1,024 files open where nobody allowed it more.
CONNECTIONS_MAX = 800


def serve(*, host: str | None, port: int | None, with_worker: bool) -> int:
    """Serve until told to stop; returns the exit status."""
    settings = Settings.from_env()
    settings = replace(
        settings, host=host or settings.host, port=settings.port if port is None else port
    )
    return run_server(settings.checked(), with_worker=with_worker)


def run_server(settings: Settings, *, with_worker: bool) -> int:
    """Check the database, start the worker, serve; SIGTERM drains and stops both."""
    import waitress
    from whitenoise import WhiteNoise

    from riskreg import create_app
    from riskreg.paths import STATIC
    from riskreg.standing import demand_own_database

    app = create_app(settings)
    with app.app_context():
        demand_own_database(settings)
    wrapped = WhiteNoise(app.wsgi_app, root=str(STATIC), prefix="static/", max_age=31_536_000)
    app.wsgi_app = wrapped  # type: ignore[method-assign]
    refuse_taken_port(settings)
    server = waitress.create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        connection_limit=CONNECTIONS_MAX,
        asyncore_use_poll=True,  # the other way ends at 1,024 open files
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
    worker = _start_worker(settings) if with_worker else None

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.close()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    print(
        f"riskreg is at http://{settings.host}:{server.effective_port}/",
        file=sys.stderr,
        flush=True,
    )
    try:
        server.run()
    finally:
        _stop_worker(worker)
    return 0


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
