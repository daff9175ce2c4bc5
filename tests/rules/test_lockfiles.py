"""The lock files: complete, hashed, without addresses, and what pyproject.toml asks for."""

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.rules.sources import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt")
PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[\w.+!-]+)(?: ; .*)? \\$", re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_names_no_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_hashes(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())
    assert [
        block for block in blocks if not PIN.match(block) or "--hash=sha256:" not in block
    ] == []


def test_developers_run_what_users_run() -> None:
    users, developers = (_pins(name) for name in LOCKS)
    assert users.items() <= developers.items()


@pytest.mark.parametrize("name", LOCKS)
def test_locks_what_is_asked_for(name: str) -> None:
    pins = _pins(name)
    for requirement in _asked_for(with_developers="dev" in name):
        pinned = pins.get(canonicalize_name(requirement.name))
        assert pinned, f"run python3 dev.py lock: {requirement} is not in {name}"
        assert requirement.specifier.contains(pinned), f"run python3 dev.py lock: {requirement}"


def test_every_dependency_has_a_reason() -> None:
    reasons = (ROOT / "docs/developers/dependencies.md").read_text()
    names = [requirement.name for requirement in _asked_for(with_developers=True)]
    assert [name for name in names if f"`{name}`" not in reasons] == []


def _pins(name: str) -> dict[str, str]:
    found = PIN.finditer((ROOT / name).read_text())
    return {canonicalize_name(pin["name"]): pin["version"] for pin in found}


def _asked_for(*, with_developers: bool) -> list[Requirement]:
    asked: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = [
        *asked["project"]["dependencies"],
        *asked["project"]["optional-dependencies"]["postgres"],
    ]
    if with_developers:
        lines += asked["dependency-groups"]["dev"]
    requirements = [Requirement(line) for line in lines]
    return [wanted for wanted in requirements if not wanted.marker or wanted.marker.evaluate()]
