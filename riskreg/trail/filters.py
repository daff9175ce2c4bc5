"""What a page of the trail is narrowed to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from riskreg.org.tree import Branch

NAME = re.compile(r"(R|A|I|OR)-?([1-9]\d{0,8})", re.IGNORECASE | re.ASCII)
WORD = re.compile(r"[a-z_]+(\.[a-z_]+)?", re.ASCII)
REF_CHARS_MAX = 120


@dataclass(frozen=True, kw_only=True)
class TrailFilter:
    """A view of the trail; an empty value does not narrow.

    `below` is the chosen team and all below it; it is left out where one thing is asked for by
    `ref`, because things move between teams. `action` is a whole act (risk.close), `subject` the
    kind of thing, the days are local and both included.
    """

    below: Branch | None = None
    actor_id: int | None = None
    action: str = ""
    subject: str = ""
    ref: str = ""
    first_on: date | None = None
    last_on: date | None = None

    @classmethod
    def from_args(cls, args: Mapping[str, str], *, team: Branch | None) -> "TrailFilter":
        """The filter that an address asks for; what cannot be understood does not narrow."""
        ref = args.get("ref", "").strip().replace("\x00", "")[:REF_CHARS_MAX]
        who = args.get("who", "")
        return cls(
            below=None if ref else team,
            actor_id=int(who) if who.isascii() and who.isdigit() and len(who) < 10 else None,
            action=_word(args.get("action", "")),
            subject=_word(args.get("subject", "")),
            ref=_plain_ref(ref),
            first_on=_day(args.get("from", "")),
            last_on=_day(args.get("until", "")),
        )

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the team narrows it."""
        asked = (self.actor_id, self.action, self.subject, self.ref, self.first_on, self.last_on)
        return any(asked)


def _plain_ref(ref: str) -> str:
    match = NAME.fullmatch(ref)
    return f"{match[1].upper()}-{match[2]}" if match else ref.encode("utf-8", "ignore").decode()


def _word(raw: str) -> str:
    return raw if len(raw) <= 60 and WORD.fullmatch(raw) else ""


def _day(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw) if raw else None
    except ValueError:
        return None
