"""Functions, files and templates stay small enough to be read at once."""

import ast
from pathlib import Path

from tests.rules.sources import ROOT, name_of, nodes, python_files

MAX_FUNCTION_LINES = 50
MAX_FILE_LINES = 400
MAX_TEMPLATE_LINES = 150


def test_functions_are_short() -> None:
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in _written_files()
        for node in nodes(path, ast.FunctionDef)
        if (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert not long, f"longer than {MAX_FUNCTION_LINES} lines: {long}"


def test_files_are_short() -> None:
    long = [name_of(path) for path in _written_files() if _lines(path.read_text()) > MAX_FILE_LINES]
    assert not long, f"longer than {MAX_FILE_LINES} lines: {long}"


def test_templates_are_short() -> None:
    paths = sorted((ROOT / "templates").rglob("*.html"))
    long = [name_of(path) for path in paths if _lines(path.read_text()) > MAX_TEMPLATE_LINES]
    assert not long, f"longer than {MAX_TEMPLATE_LINES} lines: {long}"


def _written_files() -> list[Path]:
    """All code but the migrations, which list what happened to the tables."""
    paths = [ROOT / "dev.py", *python_files()]
    return [path for path in paths if path.parent != ROOT / "migrations/versions"]


def _lines(text: str) -> int:
    return text.count("\n")
