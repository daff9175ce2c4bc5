"""The checkout's own Python environment."""

from pathlib import Path

import pytest

from tooling import environment
from tooling.console import Problem


def test_never_empties_an_environment_that_is_only_linked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "shared" / "installed"
    kept.parent.mkdir()
    kept.write_text("for another checkout")
    link = tmp_path / "linked"
    link.symlink_to(kept.parent)
    monkeypatch.setattr(environment, "VENV", link)
    monkeypatch.setattr(environment, "STAMP", link / "installed")
    with pytest.raises(Problem, match="is a link to"):
        environment.prepare(environment.RUN)
    assert kept.read_text() == "for another checkout"
