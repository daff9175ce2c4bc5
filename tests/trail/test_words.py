"""Every act that the program writes to the trail is told in words."""

import ast
import re

from riskreg.org.refusals import Act
from riskreg.trail.words import ACT
from tests.rules.sources import ROOT

NAME = re.compile(r"[a-z-]+\.[a-z_-]+")
WRITES = {"record", "record_all", "_keep", "_record"}


def test_every_act_has_words() -> None:
    found = set()
    for path in (ROOT / "riskreg").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _name_of(node.func) in WRITES:
                given = [*node.args, *(each.value for each in node.keywords)]
                words = [each.value for each in given if isinstance(each, ast.Constant)]
                found |= {each for each in map(str, words) if NAME.fullmatch(each)}
    assert len(found) > 60
    assert {*found, *Act} - ACT.keys() == set()


def _name_of(function: ast.expr) -> str:
    return str(getattr(function, "attr", None) or getattr(function, "id", ""))
