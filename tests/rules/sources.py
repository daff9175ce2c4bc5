"""The project's files, as the rules look at them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

ROOT = Path(__file__).resolve().parents[2]
Node = TypeVar("Node", bound=ast.AST)
CODE_FOLDERS = ("riskreg", "tests", "tooling", "bench", "drills", "migrations")


@cache
def project_files() -> list[Path]:
    """Every file that git knows or would take, without those that are ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a git checkout")
    paths = (ROOT / name for name in sorted(listed.decode().split("\0")) if name)
    return [path for path in paths if path.is_file()]


def python_files(*folders: str) -> list[Path]:
    """Python files below these folders of the project."""
    wanted = folders or CODE_FOLDERS
    return [path for folder in wanted for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    """The file's name as the project calls it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def nodes(path: Path, kind: type[Node]) -> Iterator[Node]:
    """Every node of this kind in the file."""
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, kind))


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of names; the empty string for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""
