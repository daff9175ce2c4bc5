"""Serve the pages with waitress, which buffers slow clients, and keep a worker beside it."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from types import FrameType

from riskreg.settings import Settings


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

    from riskreg import create_app, migrate
    from riskreg.errors import SettingsError
    from riskreg.paths import STATIC

    app = create_app(settings)
    with app.app_context():
        if not migrate.is_current():
            raise SettingsError(
                "The database is not at this program's version; run `riskreg db upgrade`."
            )
    wrapped = WhiteNoise(app.wsgi_app, root=str(STATIC), prefix="static/", max_age=31_536_000)
    app.wsgi_app = wrapped  # type: ignore[method-assign]
    server = waitress.create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
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
