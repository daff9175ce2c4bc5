"""Panels that features add to other features' pages."""

import pytest

from riskreg.org.permissions import SYSTEM_ACTOR, Actor
from riskreg.web import panels as registry
from riskreg.web.panels import Panel, add_panel, panels


@pytest.fixture(autouse=True)
def _no_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_makers", {})


def first(_actor: Actor, row: str) -> Panel | None:
    return Panel(title=f"First of {row}", template="_first.html")


def second(_actor: Actor, row: str) -> Panel | None:
    return Panel(title=f"Second of {row}", template="_second.html")


def nothing(_actor: Actor, _row: str) -> Panel | None:
    return None


def test_come_in_their_order_without_those_that_show_nothing() -> None:
    add_panel("system", second, order=20)
    add_panel("system", nothing)
    add_panel("system", first, order=10)
    titles = [panel.title for panel in panels("system", SYSTEM_ACTOR, "x")]
    assert titles == ["First of x", "Second of x"]


def test_adding_one_again_shows_it_once() -> None:
    add_panel("system", first)
    add_panel("system", first)
    assert len(panels("system", SYSTEM_ACTOR, "x")) == 1


def test_a_page_without_panels_has_none() -> None:
    add_panel("system", first)
    assert panels("risk", SYSTEM_ACTOR, "x") == []
