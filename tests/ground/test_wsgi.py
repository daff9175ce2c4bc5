"""The entry point for other servers: the program as its environment says."""

import runpy
from pathlib import Path

import pytest

from riskreg.db import db

WSGI = Path(__file__).parents[2] / "wsgi.py"


def test_another_server_finds_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("RISKREG_HOME", str(home))
    app = runpy.run_path(str(WSGI))["app"]
    assert app.config["SETTINGS"].home == home
    assert app.test_client().get("/healthz").status_code == 200
    with app.app_context():
        db.engine.dispose()
