"""Texts and icons are written into the compiled templates; what is printed stays the same."""

from collections.abc import Iterator

import pytest
from flask import Flask
from jinja2.compiler import CodeGenerator
from markupsafe import Markup

from riskreg.web.compiling import PageEnvironment

SOURCES = [
    '{{ _("R&D <b>") }}',
    '{{ _("Team:") ~ value }}',
    '{{ _("100%% of %(what)s", what=value) }}',
    '{{ _("100%% sure") }}',
    "{% trans %}Words & more{% endtrans %}",
    "{% trans what=value %}Words of {{ what }}{% endtrans %}",
    "{{ value }}{{ 7 }}{{ number }}{{ none }}{{ safe }}{{ value|upper }}{{ [value]|join }}",
    "{% set x %}<i>{{ value }}</i>{% endset %}{{ x }}",
    '{% macro cell(a) %}<td>{{ a }}</td>{% endmacro %}{{ cell(value) }}{{ cell(_("<R&D>")) }}',
    '{% from "macros/icons.html" import icon %}{{ icon("search") }}{{ icon(name, 14) }}',
    '{% from "macros/icons.html" import icon %}{{ icon("x", label=_("Close & go")) }}',
    '{% from "macros/icons.html" import icon %}{% set a = icon("x", 12) %}{{ a }}',
]
CONTEXT = {"value": "<&'\">", "number": 12, "safe": Markup("<u>"), "name": "plus"}


@pytest.fixture
def folding(app: Flask) -> Iterator[PageEnvironment]:
    env = app.jinja_env
    assert isinstance(env, PageEnvironment)
    with app.test_request_context("/"):
        yield env


@pytest.mark.parametrize("source", SOURCES)
def test_prints_the_same_with_texts_and_icons_written_in(
    folding: PageEnvironment, source: str
) -> None:
    plain = folding.overlay()
    plain.fold_texts = plain.fold_icons = False
    plain.code_generator_class = CodeGenerator
    plain.bytecode_cache = None
    assert folding.fold_texts
    assert folding.fold_icons
    expected = plain.from_string(source).render(CONTEXT)
    assert folding.from_string(source).render(CONTEXT) == expected


def test_a_text_is_part_of_the_compiled_template(folding: PageEnvironment) -> None:
    code = folding.compile('<p>{{ _("Some words") }}</p>', name="x.html", raw=True)
    assert "<p>Some words</p>" in code


def test_an_unsafe_value_is_escaped(folding: PageEnvironment) -> None:
    assert folding.escaped("<b>") == "&lt;b&gt;"
    assert folding.escaped(Markup("<b>")) == "<b>"
    assert folding.escaped(None) == "None"
    assert folding.escaped(3) == "3"
    assert folding.escaped(True) == "True"
