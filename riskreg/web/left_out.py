"""What an address asks for in vain: said on the page, so that a mistyped link is not believed."""

from collections.abc import Iterable, Mapping

from flask import g, has_request_context

VALUE_CHARS_MAX = 60


def leave_out(name: str, value: str) -> None:
    """Say on this page that a value was left out, for nobody knows it."""
    g.setdefault("left_out", []).append((name, value[:VALUE_CHARS_MAX]))


def leave_out_unknown(
    args: Mapping[str, str], known: Mapping[str, tuple[str, Iterable[str]]]
) -> None:
    """Say it of every value in the address that is none of those known: key -> (name, values)."""
    for key, (name, values) in known.items():
        value = args.get(key, "")
        if value and value not in set(values):
            leave_out(name, value)


def left_out() -> list[tuple[str, str]]:
    """(name, value) of what this page was asked for in vain."""
    return list(g.get("left_out", ())) if has_request_context() else []
