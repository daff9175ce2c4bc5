"""What must be true of every page."""

from collections import Counter

from lxml import html
from lxml.etree import XPath
from werkzeug.test import TestResponse

# Looked for by the library: thousands of pages are looked at.
_IDS = XPath("//@id")
_STYLED = XPath("//*[@style]")
_HANDLERS = XPath("//@*[starts-with(name(), 'on')]")  # the parser writes names in small letters


def check_page(response: TestResponse) -> None:
    """Title, one h1, unique ids, labelled fields, form actions, no inline script or style."""
    text = response.get_data(as_text=True)
    fragment = "<html" not in text
    tree = html.fromstring(text) if text.strip() else html.fromstring("<p></p>")
    problems = _fields(tree) + _inline(tree, response) + _ids(tree)
    if not fragment:
        problems += _frame(tree)
    assert not problems, f"{response.request.path}: " + "; ".join(problems)


def _frame(tree: html.HtmlElement) -> list[str]:
    problems = []
    if not (tree.findtext(".//title") or "").strip():
        problems.append("no title")
    if len(tree.findall(".//h1")) != 1:
        problems.append(f"{len(tree.findall('.//h1'))} h1")
    if not tree.get("lang"):
        problems.append("no lang")
    return problems


def _ids(tree: html.HtmlElement) -> list[str]:
    ids = Counter(name for name in _IDS(tree) if name)
    return [f"id {name} twice" for name, times in sorted(ids.items()) if times > 1]


def _fields(tree: html.HtmlElement) -> list[str]:
    labelled = {label.get("for") for label in tree.iter("label")}
    problems = []
    for field in tree.iter("input", "select", "textarea"):
        if field.get("type") in {"hidden", "submit", "button"}:
            continue
        named = (
            field.get("aria-label") or field.get("aria-labelledby") or field.get("id") in labelled
        )
        if not named and next(field.iterancestors("label"), None) is None:
            problems.append(f"field {field.get('name')} has no label")
    problems += [
        f"form without action: {form.get('id')}"
        for form in tree.iter("form")
        if not form.get("action")
    ]
    return problems


def _inline(tree: html.HtmlElement, response: TestResponse) -> list[str]:
    policy = response.headers.get("Content-Security-Policy", "")
    problems = [f"style attribute on {element.tag}" for element in _STYLED(tree)]
    problems += [f"{name.attrname} attribute" for name in _HANDLERS(tree)]
    for element in tree.iter("script", "style"):
        nonce = element.get("nonce")
        told = element.get("type") == "application/json" or (nonce and f"'nonce-{nonce}'" in policy)
        if not told:
            problems.append(f"{element.tag} without nonce")
    return problems


def marked_confidential(page: str) -> list[str]:
    """The links of the rows that a list marks as confidential."""
    rows = html.fromstring(page).xpath("//tr[.//*[local-name()='svg'][@aria-label='confidential']]")
    return [str(row.xpath("string(.//td[contains(@class, 'cell-title')]//a)")) for row in rows]


def version_in(answer: TestResponse) -> str:
    """The version that the form of a page carries."""
    [value] = html.fromstring(answer.text).xpath("//input[@name='version']/@value")
    return str(value)
