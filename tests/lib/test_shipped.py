"""Shipped data files are read as they are written."""

from pathlib import Path

from riskreg.lib.shipped import read


def test_reads_a_file_with_every_letter(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text("über:\n  - wie „hier“\n  - 3\n", encoding="utf-8")
    assert read(path) == {"über": ["wie „hier“", 3]}
