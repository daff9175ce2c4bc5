"""Markdown to safe HTML and to plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from riskreg.lib.text import byte_length

BYTES_MAX = 50_000
NESTING_MAX = 20
HEADING_LEVEL_MAX = 6

_SCHEMES = {"http", "https", "mailto"}
_ALIGNMENTS = {
    "text-align:left": "align-left",
    "text-align:center": "align-center",
    "text-align:right": "align-right",
}
_TAGS = {
    *(
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "ul",
    ),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "tbody", "td", "th", "thead", "tr"),
}
_CLASSES = {
    "li": {"task", "task-done"},
    "th": set(_ALIGNMENTS.values()),
    "td": set(_ALIGNMENTS.values()),
    "pre": {"plain"},
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "code": {"class"}}
_LANGUAGE = re.compile(r"language-[A-Za-z0-9_+-]{1,30}")
_BARE_LINK = re.compile(
    r"""\bhttps?://(?:[^\s<>"'`|()]|\([^\s<>"'`|()]*\))+(?<![.,;:!?\]*_~])""", re.ASCII
)
# Browsers take a backslash for a slash, and leave out what cannot be seen.
_ELSEWHERE = re.compile(r"[\x00-\x20]*[/\\][\t\r\n]*[/\\]")
_TASK = re.compile(r"\[([ xX])\]\s+")
_BOXES = {" ": "\u2610 ", "x": "\u2611 "}
_CONTAINERS = {"blockquote_open", "list_item_open"}
_BREAKING = {"paragraph_close", "heading_close", "tr_close", "code_block", "fence", "hr"}


def to_html(text: str, *, heading_shift: int = 0) -> str:
    """Return Markdown as HTML that is safe to show inside a page.

    Raw HTML is shown as text, links go to http, https or mail addresses or stay on this
    site, images become links, bare addresses become links. Headings move down by
    `heading_shift` levels and stop at the sixth. Never fails: what is longer than 50 kB or
    nested deeper than 20 levels is shown as it was typed.
    """
    tokens = _tokens(text)
    if tokens is None:
        return f'<pre class="plain">{html.escape(_encodable(text))}</pre>'
    _shift_headings(tokens, heading_shift)
    _mark_tasks(tokens)
    _align_cells(tokens)
    for token in tokens:
        if token.children:
            token.children = _with_links(token.children)
    parser = _parser()
    return _sanitised(parser.renderer.render(tokens, parser.options, {}))


def to_text(text: str) -> str:
    """Return what a reader of the Markdown sees, without its marks, block by block."""
    tokens = _tokens(text)
    if tokens is None:
        return text.strip()
    parts: list[str] = []
    for token in tokens:
        if token.type == "inline":
            parts.append(_inline_text(token.children or []))
        elif token.type in {"code_block", "fence"}:
            parts.append(token.content.rstrip("\n"))
        elif token.type in {"th_close", "td_close"}:
            parts.append("\t")
        if token.type in _BREAKING:
            parts.append("\n")
    return re.sub(r"\t*\n+", "\n", "".join(parts)).strip()


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": NESTING_MAX})
    return parser.enable(["table", "strikethrough"]).disable("html_inline").disable("html_block")


def _encodable(text: str) -> str:
    """Replace halves of surrogate pairs, which have no UTF-8, and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _tokens(text: str) -> list[Token] | None:
    """Parse; None when the text is too long, or so deep that the parser drops a part."""
    if byte_length(text) > BYTES_MAX:
        return None
    tokens = _parser().parse(_encodable(text))
    too_deep = any(token.level >= NESTING_MAX - 1 and token.type in _CONTAINERS for token in tokens)
    return None if too_deep else tokens


def _shift_headings(tokens: Iterable[Token], shift: int) -> None:
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            level = min(HEADING_LEVEL_MAX, max(1, int(token.tag[1:]) + shift))
            token.tag = f"h{level}"


def _mark_tasks(tokens: Sequence[Token]) -> None:
    """Turn "[ ]" and "[x]" at the start of a list item into a ballot box and a class."""
    for item, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        children = inline.children
        if item.type != "list_item_open" or paragraph.type != "paragraph_open" or not children:
            continue
        match = _TASK.match(children[0].content) if children[0].type == "text" else None
        if match:
            done = match[1].lower()
            children[0].content = _BOXES[done] + children[0].content[match.end() :]
            item.attrSet("class", "task-done" if done == "x" else "task")


def _align_cells(tokens: Iterable[Token]) -> None:
    """Say a cell's alignment by class: style attributes are not allowed on our pages."""
    for token in tokens:
        style = token.attrs.pop("style", None)
        if isinstance(style, str) and style in _ALIGNMENTS:
            token.attrSet("class", _ALIGNMENTS[style])


def _with_links(children: Sequence[Token]) -> list[Token]:
    """Show images as links, and link bare addresses outside of links."""
    linked: list[Token] = []
    depth = 0
    for token in children:
        depth += token.nesting if token.type in {"link_open", "link_close"} else 0
        if token.type == "image":
            linked += _image_link(token, inside_link=depth > 0)
        elif token.type == "text" and depth == 0:
            linked += _linked_text(token.content)
        else:
            linked.append(token)
    return linked


def _image_link(token: Token, *, inside_link: bool) -> list[Token]:
    address = str(token.attrGet("src") or "")
    label = _inline_text(token.children or []) or address
    return [_plain(label)] if inside_link else _link(address, label)


def _linked_text(content: str) -> list[Token]:
    tokens: list[Token] = []
    end = 0
    for match in _BARE_LINK.finditer(content):
        tokens += [_plain(content[end : match.start()]), *_link(match[0], match[0])]
        end = match.end()
    return [*tokens, _plain(content[end:])]


def _link(address: str, label: str) -> list[Token]:
    opening = Token("link_open", "a", 1, attrs={"href": address})
    return [opening, _plain(label), Token("link_close", "a", -1)]


def _plain(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _inline_text(children: Iterable[Token]) -> str:
    parts: list[str] = []
    for token in children:
        if token.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif token.type == "image":
            parts.append(_inline_text(token.children or []))
        else:
            parts.append(token.content)
    return "".join(parts)


def _sanitised(rendered: str) -> str:
    return nh3.clean(
        rendered,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes=_SCHEMES,
        link_rel="noopener nofollow",
        attribute_filter=_attribute,
    )


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    """Keep a language as the class of code, a number as the start of a list, and honest links.

    A link that begins with two slashes looks as if it stayed here, and does not.
    """
    if tag == "a" and attribute == "href":
        return None if _ELSEWHERE.match(value) else value
    if tag == "code" and attribute == "class":
        return value if _LANGUAGE.fullmatch(value) else None
    if tag == "ol" and attribute == "start":
        return value if value.isdecimal() else None
    return value
