"""Pages by number: the way on keeps whatever the address asks for."""

import pytest
from flask import Flask

from riskreg.web.paging import PAGE_SIZE, numbered_page


def _links(app: Flask, query: str, total: int) -> tuple[str | None, str | None]:
    with app.test_request_context(f"/actions?{query}"):
        page = numbered_page(total, lambda offset: range(offset, min(total, offset + PAGE_SIZE)))
        return page.prev_url, page.next_url


def test_first_middle_and_last_page_lead_on(app: Flask) -> None:
    total = 2 * PAGE_SIZE + 1
    assert _links(app, "", total) == (None, "/actions?page=2")
    assert _links(app, "page=2", total) == ("/actions?page=1", "/actions?page=3")
    assert _links(app, "page=3", total) == ("/actions?page=2", None)


@pytest.mark.parametrize(
    "query", ["endpoint=x", "_scheme=x", "_external=1", "_method=PUT", "_anchor=x", "tag=a&tag=b"]
)
def test_no_word_of_the_address_is_taken_for_an_order(app: Flask, query: str) -> None:
    assert _links(app, query, PAGE_SIZE + 1) == (None, f"/actions?{query}&page=2")
