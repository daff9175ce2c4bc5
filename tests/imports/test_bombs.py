"""Bombs: refused with one sentence, by a process that may die alone where there is one."""

from pathlib import Path

import pytest

from riskreg.imports.kinds import ImportRefused
from riskreg.imports.organisation import backstage
from riskreg.imports.reading import read
from tests.imports.bombs import CATALOGUES, ENTITY, TEXTS, WORKBOOKS

END = "Nothing was stored."


@pytest.mark.asvs("v5.0.0-5.2.3")
@pytest.mark.asvs("v5.0.0-1.5.1")
def test_every_bomb_is_refused_with_one_sentence() -> None:
    wrong = {}
    for name, make in (WORKBOOKS | TEXTS).items():
        try:
            read(make(), name)
        except ImportRefused as refusal:
            if refusal.message.endswith(END):
                continue
        wrong[name] = "read"
    assert wrong == {}
    assert len(WORKBOOKS | TEXTS) >= 40


@pytest.mark.parametrize("name", CATALOGUES)
def test_no_catalogue_grows_or_refers_to_itself(name: str) -> None:
    with pytest.raises(ImportRefused, match=r"Nothing was stored\.$"):
        backstage.read(CATALOGUES[name]())


@pytest.mark.asvs("v5.0.0-1.5.2")
def test_a_tag_of_a_catalogue_runs_nothing(tmp_path: Path) -> None:
    file = tmp_path / "made"
    for tag in ("object/apply:os.system", "object/new:os.system", "name:os.system"):
        spec = f"spec: !!python/{tag} ['touch {file}']\n"
        assert backstage.read((ENTITY + spec).encode()).teams
    assert not file.exists()
