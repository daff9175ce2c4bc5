"""Hostile texts, one a line, written by us from the known classes of attack."""

from pathlib import Path

HERE = Path(__file__).parent


def cases(name: str) -> list[str]:
    r"""The texts of a file; \n, \t, \x00 and \u202e stand for what cannot be seen in one."""
    lines = (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [_written(line) for line in lines if line and not line.startswith("# ")]


def _written(line: str) -> str:
    return line.encode("latin-1", "backslashreplace").decode("unicode_escape")
