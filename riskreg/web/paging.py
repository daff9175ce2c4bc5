"""Pages of a list, by number or by the row after which to go on: both stand in the URL."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import request

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of rows; `total` None means not counted."""

    rows: Sequence[Any]
    total: int | None = None
    first: int = 1
    next_url: str | None = None
    prev_url: str | None = None

    @property
    def last(self) -> int:
        """Number of the last row on this page."""
        return self.first + len(self.rows) - 1


def encode_cursor(values: Sequence[Any]) -> str:
    """The sort key of a row as a URL-safe word."""
    return (
        base64.urlsafe_b64encode(json.dumps(list(values), default=str).encode())
        .decode()
        .rstrip("=")
    )


def decode_cursor(word: str | None, length: int) -> list[Any] | None:
    """The sort key again; None when there is none or it was tampered with."""
    if not word:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, list) and len(values) == length else None


def page_number() -> int:
    """?page= as a number from 1; anything else is 1."""
    raw = request.args.get("page", "1")
    return max(1, int(raw)) if raw.isascii() and raw.isdigit() and len(raw) < 8 else 1


def numbered_page(total: int, rows_from: Callable[[int], Sequence[Any]]) -> Page:
    """The page that the address asks for; `rows_from` gives up to PAGE_SIZE rows from an offset."""
    number = page_number()
    offset = (number - 1) * PAGE_SIZE
    rows = rows_from(offset)
    return Page(
        rows=rows,
        total=total,
        first=offset + 1,
        next_url=page_url(page=number + 1) if offset + len(rows) < total else None,
        prev_url=page_url(page=number - 1) if number > 1 else None,
    )


def page_url(**changes: Any) -> str:
    """This page's address with some query values replaced; None takes a value away."""
    arguments: dict[str, Any] = request.args.to_dict(flat=False)
    for name, value in changes.items():
        arguments.pop(name, None)
        if value is not None:
            arguments[name] = value if isinstance(value, list) else [str(value)]
    path = request.script_root + quote(request.path, safe="/:")
    return f"{path}?{urlencode(arguments, doseq=True)}" if arguments else path
