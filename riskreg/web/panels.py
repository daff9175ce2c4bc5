"""Panels that features add to the pages of features below them: a system's page shows its reviews.

A feature registers a maker where its routes are imported; the page asks for its panels and
includes each one's template, in which `panel` is the value made here:

    add_panel("system", system_panel, order=20)             # riskreg/reviews/routes.py
    panels("system", current_actor, system)                 # riskreg/org/routes.py
    {% for panel in panels %}{% include panel.template %}{% endfor %}
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from riskreg.org.permissions import Actor


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A part of somebody else's page: its template (name starts with _) and what it shows."""

    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


# None: nothing to show, or nothing that the actor may see.
Maker = Callable[["Actor", Any], Panel | None]

_makers: dict[str, dict[str, tuple[int, Maker]]] = {}


def add_panel(page: str, maker: Maker, *, order: int = 50) -> None:
    """Let `maker` add to a page ("system", "risk", "incident", "team"); lower orders come first.

    Adding the same maker again changes nothing but its order.
    """
    name = f"{maker.__module__}.{maker.__qualname__}"
    _makers.setdefault(page, {})[name] = (order, maker)


def panels(page: str, actor: "Actor", row: Any) -> list[Panel]:
    """The panels of a page about `row`, in order; each maker asks what the actor may see."""
    ordered = sorted(_makers.get(page, {}).items(), key=lambda item: (item[1][0], item[0]))
    made = [maker(actor, row) for _name, (_order, maker) in ordered]
    return [panel for panel in made if panel is not None]
