"""Templates: they parse, and nothing in them breaks the content security policy."""

import re
from pathlib import Path

import jinja2
import pytest

from tests.rules.sources import ROOT, name_of

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAG = re.compile(r"<([a-zA-Z][\w-]*)((?:\s+[^<>]*)?)>")
ATTRIBUTE = re.compile(r"([\w:@.-]+)(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
QUERIES = re.compile(r"\b(session|query|execute|scalars)\b\s*[.(]")

each_template = pytest.mark.parametrize("path", TEMPLATES, ids=name_of)


@each_template
def test_parses(path: Path) -> None:
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    environment.parse(path.read_text())


@each_template
def test_every_form_says_where_it_goes(path: Path) -> None:
    assert [tag for tag, names in _tags(path) if tag == "form" and "action" not in names] == []


@each_template
def test_has_no_style_and_no_script_in_attributes(path: Path) -> None:
    inline = [
        f"{tag} {name}"
        for tag, names in _tags(path)
        for name in names
        if name == "style" or name.startswith(("on", "hx-on", "javascript"))
    ]
    assert inline == []


@each_template
def test_every_script_and_style_carries_the_nonce(path: Path) -> None:
    bare = [
        tag
        for tag, names in _tags(path)
        if tag in {"script", "style"} and "nonce" not in names and "data-json" not in names
    ]
    assert bare == []


@each_template
def test_asks_the_database_nothing(path: Path) -> None:
    asked = [part for part in JINJA.findall(path.read_text()) if QUERIES.search(part)]
    assert asked == []


def _tags(path: Path) -> list[tuple[str, set[str]]]:
    """Every tag with the names of its attributes; expressions count as a plain word."""
    text = JINJA.sub(lambda part: "" if part[0].startswith("{#") else "x", path.read_text())
    return [
        (tag.lower(), {name.lower() for name in ATTRIBUTE.findall(attributes)})
        for tag, attributes in TAG.findall(text)
    ]
