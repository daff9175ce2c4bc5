"""Markdown: what is shown, what is made harmless, what is never lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.lib.markdown import BYTES_MAX, to_html, to_text

REL = 'rel="noopener nofollow"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a *b* **c** `d` ~~e~~", "<p>a <em>b</em> <strong>c</strong> <code>d</code> <s>e</s></p>"),
        ("# one", "<h1>one</h1>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("3. three", '<ol start="3">\n<li>three</li>\n</ol>'),
        ("a  \nb", "<p>a<br>\nb</p>"),
        ("```python\nx\n```", '<pre><code class="language-python">x\n</code></pre>'),
        ('```x"y onload=1\nz\n```', "<pre><code>z\n</code></pre>"),
        ("[t](/risks/R-1)", f'<p><a href="/risks/R-1" {REL}>t</a></p>'),
        ("<https://a.b>", f'<p><a href="https://a.b" {REL}>https://a.b</a></p>'),
        ("[m](mailto:a@b.c)", f'<p><a href="mailto:a@b.c" {REL}>m</a></p>'),
        ('[t](https://a.b "why")', f'<p><a href="https://a.b" title="why" {REL}>t</a></p>'),
    ],
)
def test_renders(text: str, html: str) -> None:
    assert to_html(text).strip() == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("see https://a.b/c.", f'see <a href="https://a.b/c" {REL}>https://a.b/c</a>.'),
        ("(https://a.b/c)", f'(<a href="https://a.b/c" {REL}>https://a.b/c</a>)'),
        ("https://a.b/c_(d)", f'<a href="https://a.b/c_(d)" {REL}>https://a.b/c_(d)</a>'),
        ("`https://a.b`", "<code>https://a.b</code>"),
        ("[https://a.b](/c)", f'<a href="/c" {REL}>https://a.b</a>'),
        ("![plan](https://a.b/c.png)", f'<a href="https://a.b/c.png" {REL}>plan</a>'),
        ("![](https://a.b/c.png)", f'<a href="https://a.b/c.png" {REL}>https://a.b/c.png</a>'),
        ("[![plan](https://a.b/c.png)](/d)", f'<a href="/d" {REL}>plan</a>'),
    ],
)
def test_links_addresses_and_images(text: str, html: str) -> None:
    assert to_html(text).strip() == f"<p>{html}</p>"


@pytest.mark.asvs("v5.0.0-1.3.5")
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>)",
        "[x](vbscript:x)",
        "[x](&#106;avascript:alert(1))",
        "![x](javascript:alert(1))",
        '<https://a.b/"onclick=alert(1)>',
        '[x](https://a.b "\\" onclick=alert(1)")',
        "<style>*{}</style>",
        '```" onclick=alert(1)\nx\n```',
        "<a href='//x' style='x'>y</a>",
    ],
)
def test_nothing_runs(text: str) -> None:
    html = to_html(text)
    for bad in (
        "<script",
        "<img",
        "<style",
        'href="javascript',
        'href="data',
        'href="vb',
        "<p onclick",
    ):
        assert bad not in html.lower()
    assert ' onclick="' not in html


def test_headings_move_down_and_stop_at_six() -> None:
    assert to_html("# a\n##### b", heading_shift=2).split("\n")[:2] == ["<h3>a</h3>", "<h6>b</h6>"]


def test_task_lists() -> None:
    html = to_html("- [ ] open\n- [x] done\n- [link](/x)\n- `code`\n-\n")
    assert '<li class="task">\u2610 open</li>' in html
    assert '<li class="task-done">\u2611 done</li>' in html
    assert "<li><code>code</code></li>" in html


def test_tables_align_by_class() -> None:
    html = to_html("|a|b|c|\n|-|-:|:-:|\n|1|2|3|")
    assert '<td>1</td>\n<td class="align-right">2</td>\n<td class="align-center">3</td>' in html
    assert "style" not in html


@pytest.mark.parametrize("text", [">" * 200 + " deep", "- " * 30 + "deep", "x" * (BYTES_MAX + 1)])
def test_what_is_too_deep_or_long_is_shown_as_typed(text: str) -> None:
    html = to_html(text)
    assert html.startswith('<pre class="plain">')
    assert html.count("&gt;") == text.count(">")
    assert to_text(text) == text


def test_nesting_below_the_limit_is_kept() -> None:
    html = to_html("> " * 15 + "deep")
    assert html.count("<blockquote>") == 15
    assert "deep" in html


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "", "\u202e"])
def test_odd_characters_do_not_fail(text: str) -> None:
    to_html(text).encode()
    to_text(text)


@given(st.text(max_size=200))
def test_no_text_fails_or_opens_a_tag_we_do_not_know(text: str) -> None:
    html = to_html(text)
    assert "<script" not in html.lower()
    to_text(text)


def test_plain_text() -> None:
    text = (
        "# Title\n\nA *b* `c`\nnext ![plan](x.png)\n\n- one\n- two\n\n|a|b|\n|-|-|\n|1|2|\n\n"
        "```\ncode\n```\n\n    more\n\n---\nend"
    )
    assert to_text(text).split("\n") == [
        *("Title", "A b c next plan", "one", "two", "a\tb", "1\t2", "code", "more", "end"),
    ]


@pytest.mark.asvs("v5.0.0-1.2.2")
@pytest.mark.parametrize("address", ["//evil.example", "///evil.example"])
def test_a_link_that_only_looks_as_if_it_stayed_here_is_none(address: str) -> None:
    assert "evil.example" not in "".join(re.findall('href="([^"]*)"', to_html(f"[x]({address})")))
    assert 'href="/risks/R-1//x"' in to_html("[x](/risks/R-1//x)")
