"""The style guide shows every part, and only where nobody works."""

from dataclasses import replace

from flask import Flask

from tests.client import RegisterClient


def test_shows_every_part_in_both_themes(client: RegisterClient) -> None:
    page = client.get("/styleguide").get_data(as_text=True)
    for part in ("theme-light", "theme-dark", "band-4", "scale-step", "matrix-cell", "<svg"):
        assert part in page


def test_is_not_there_in_production(client: RegisterClient, app: Flask) -> None:
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(kept, testing=False, debug=False, demo=False)
    try:
        assert client.get("/styleguide").status_code == 404
    finally:
        app.config["SETTINGS"] = kept
