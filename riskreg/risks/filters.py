"""What a list of risks is narrowed to and how it is ordered: the same for page, export and pack."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from riskreg.lib.text import clean_line, truncate
from riskreg.metrics.ranking import Order
from riskreg.risks.kinds import Kind, Status, Tier

UNRATED = "unrated"
NOBODY = "none"
ME = "me"
ANY_STATUS = "all"
TEXT_CHARS_MAX = 200

_CLOSED_SETS = {
    "kind": frozenset(Kind),
    "status": frozenset({*Status, ANY_STATUS}),
    "effort": frozenset({"known", "unknown"}),
    "tier": frozenset({Tier.CURRENT, Tier.TARGET}),
    "order": frozenset(Order),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskFilter:
    """A saved view of the register; an empty value does not narrow.

    `team` is a slug and means that team and all below it. `kind` security or operational takes in
    risks of both kinds. `band` is a rank from 1 or "unrated". `owner` is "me", "none" or a
    person's id, `system` a key or "none". `due` means that the review is due. `likelihood` and
    `impact` are a cell of the matrix, on the `tier` current or target.
    """

    team: str = ""
    kind: str = ""
    band: str = ""
    status: str = Status.OPEN.value
    owner: str = ""
    system: str = ""
    tag: str = ""
    text: str = ""
    effort: str = ""
    due: bool = False
    tier: str = Tier.CURRENT.value
    likelihood: int | None = None
    impact: int | None = None
    order: Order = Order.SEVERITY

    @classmethod
    def from_args(cls, args: Mapping[str, Any]) -> "RiskFilter":
        """The filter that an address asks for; what cannot be understood does not narrow."""
        values = {
            name: str(args.get(name, ""))
            for name in ("kind", "status", "effort", "tier", "order")
            if str(args.get(name, "")) in _CLOSED_SETS[name]
        }
        words = {name: _words(args.get(name, "")) for name in ("team", "system", "tag")}
        return cls(
            **{**words, **{name: value for name, value in values.items() if name != "order"}},
            order=Order(values.get("order", Order.SEVERITY)),
            text=_words(args.get("q", "")),
            band=_one_of(args.get("band", ""), UNRATED),
            owner=_one_of(args.get("owner", ""), ME, NOBODY),
            due=str(args.get("due", "")) == "1",
            likelihood=_level(args.get("likelihood")),
            impact=_level(args.get("impact")),
        )

    def to_args(self) -> dict[str, str]:
        """The query values that give this filter again, without those that do not narrow."""
        kept: dict[str, str] = {}
        for name, default in _DEFAULTS:
            value = getattr(self, name)
            if value != default:
                kept["q" if name == "text" else name] = (
                    str(int(value)) if name == "due" else str(value)
                )
        if self.likelihood is None and self.impact is None:
            kept.pop("tier", None)
        return kept

    def left_out(self, args: Mapping[str, Any]) -> list[tuple[str, str]]:
        """(field, value) of what an address asks for and this filter could not understand."""
        asked = {name: str(args.get(name, "")) for name in _UNDERSTOOD}
        return [
            (name, value)
            for name, value in asked.items()
            if value and value != _told(getattr(self, name))
        ]

    @property
    def is_filtered(self) -> bool:
        """Whether anything but team and order is asked for."""
        return bool(self.to_args().keys() - {"team", "order"})

    @property
    def is_narrow(self) -> bool:
        """Whether a condition beside words is in force that few risks meet."""
        return bool(self.owner or self.system or self.tag or self.due)


_UNDERSTOOD = (*_CLOSED_SETS, "band", "owner", "due", "likelihood", "impact")
_DEFAULTS = tuple((field.name, field.default) for field in fields(RiskFilter))


def _told(value: object) -> str:
    """A value as an address gives it."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _words(value: object) -> str:
    try:
        return truncate(clean_line(str(value)), TEXT_CHARS_MAX)
    except ValueError:
        return ""


def _one_of(value: object, *words: str) -> str:
    """One of the words or a whole number, else nothing."""
    text = str(value)
    number = text.isascii() and text.isdigit() and len(text) < 10
    return text if text in words or number else ""


def _level(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) == 1 else None
