"""Every feature has the shape of a feature, and the import contracts know it."""

import tomllib
from pathlib import Path

from tests.rules.sources import ROOT

PACKAGE = ROOT / "riskreg"
# Packages that are no feature: no models, services, pages of their own.
NOT_FEATURES = {"lib", "metrics", "charts", "web", "commands", "demo"}


def test_the_import_contracts_know_every_feature() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    inside = next(part for part in contracts["contracts"] if part["id"] == "feature")
    known = {name.removeprefix("riskreg.") for name in inside["containers"]}
    assert known == {folder.name for folder in _features()}


def _features() -> list[Path]:
    folders = [path.parent for path in PACKAGE.glob("*/__init__.py")]
    return [folder for folder in folders if folder.name not in NOT_FEATURES]
