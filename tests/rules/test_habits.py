"""One way to do a thing: one clock, one reader of settings, one place that commits."""

import ast
from pathlib import Path

from tests.rules.sources import dotted, name_of, nodes, python_files, tree_of

NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
CLOCKS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today"),
}
READS_OF_ENVIRONMENT = {"os.environ.get", "os.environ.items", "os.getenv", "os.environb"}
BROAD = {"Exception", "BaseException"}

CLOCK = "riskreg/lib/dates.py"
SETTINGS = "riskreg/settings.py"
# Who may catch everything, and why.
CATCH_ALL: dict[str, str] = {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [name_of(path) for path in python_files() if _is_silent(path)]
    assert not silent, f"no docstring: {silent}"


def test_no_module_is_a_drawer() -> None:
    drawers = [name_of(path) for path in python_files() if path.stem in NAMES_THAT_SAY_NOTHING]
    assert not drawers, f"name what they are about: {drawers}"


def test_there_is_one_clock() -> None:
    found = _uses(CLOCKS, except_in={CLOCK})
    assert not found, f"ask riskreg.lib.dates: {found}"


def test_the_environment_has_one_reader() -> None:
    """To hand it on to a program that one starts is another thing."""
    looked_up = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("riskreg")
        for node in nodes(path, ast.Subscript)
        if dotted(node.value) == "os.environ" and isinstance(node.ctx, ast.Load)
    ]
    found = [*_uses(READS_OF_ENVIRONMENT, except_in={SETTINGS}), *looked_up]
    assert not found, f"add a setting: {found}"


def test_services_do_not_commit() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("riskreg")
        if path.stem in {"models", "forms", "queries", "services", "routes", "api"}
        for node in nodes(path, ast.Attribute)
        if node.attr == "commit"
    ]
    assert not found, f"riskreg/web/transactions.py commits: {found}"


def test_errors_are_caught_by_name() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("riskreg")
        if name_of(path) not in CATCH_ALL
        for node in nodes(path, ast.ExceptHandler)
        if _catches_everything(node)
    ]
    assert not found, f"name the error: {found}"


def test_models_are_not_postponed() -> None:
    """SQLAlchemy reads the annotations of models, so these must be real."""
    import_line = "from __future__ import annotations"
    paths = [path for path in python_files("riskreg") if path.stem == "models"]
    found = [name_of(path) for path in paths if import_line in path.read_text()]
    assert not found, f"remove {import_line}: {found}"


def _is_silent(path: Path) -> bool:
    return bool(path.read_text().strip()) and ast.get_docstring(tree_of(path)) is None


def _uses(names: set[str], *, except_in: set[str]) -> list[str]:
    return [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("riskreg")
        if name_of(path) not in except_in
        for node in nodes(path, ast.Attribute)
        if dotted(node) in names
    ]


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    """Whether it catches any error, other than to tidy up and raise it again."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or dotted(kind) in BROAD for kind in caught)
