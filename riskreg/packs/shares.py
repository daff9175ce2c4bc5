"""How much of a pack is made already, as a share of the whole that a bar can show."""

from dataclasses import dataclass
from typing import Any, Final

from riskreg.packs.engine import Step
from riskreg.packs.models import Snapshot
from riskreg.packs.recipes import SECTIONS

# What takes how long, in seconds on a machine of two cores; only their relation counts.
READING: Final = 1.5
LAYING_OUT_PAGE: Final = 0.15
DRAWING_PAGE: Final = 0.15
JOINING_PAGE: Final = 0.01
# About how many pages come of what was frozen: measured on each kind of pack.
FRONT_PAGES, SECTION_PAGES, ROW_PAGES = 2, 0.55, 0.06
ALMOST: Final = 0.99  # whoever is told all of it finds the file in its place


@dataclass(kw_only=True)
class Share:
    """The share of a pack of about so many pages; `parted` is printed in parts and joined.

    It never runs backwards, and is below 1 as long as anything is left to do.
    """

    pages: int
    parted: bool = False
    reached: float = 0.0

    def at(self, step: Step, page: int) -> float:
        """The share when a step has come to a page, 0 for none yet."""
        pages = max(self.pages, page)
        printed = LAYING_OUT_PAGE + DRAWING_PAGE
        end = JOINING_PAGE * pages if self.parted else 0.0
        done = {
            Step.READING: 0.0,
            Step.LAYING_OUT: READING + page * (printed if self.parted else LAYING_OUT_PAGE),
            Step.DRAWING: READING + pages * LAYING_OUT_PAGE,
            Step.JOINING: READING + pages * printed,
        }
        now = done[step] / (READING + pages * printed + end)
        self.reached = max(self.reached, min(now, ALMOST))
        return self.reached


def share_of(snapshot: Snapshot) -> Share:
    """The share of the pack that a snapshot gives."""
    frozen = snapshot.data["sections"]
    pages = FRONT_PAGES + SECTION_PAGES * len(frozen) + ROW_PAGES * _rows(frozen)
    return Share(pages=round(pages), parted=any(_is_cut(key, frozen[key]) for key in frozen))


def _is_cut(key: str, data: Any) -> bool:
    slices = SECTIONS[key].slices
    return slices is not None and len(slices(data)) > 1


def _rows(frozen: Any) -> int:
    """How many rows its tables have, about: things in lists."""
    if isinstance(frozen, dict):
        return sum(_rows(value) for value in frozen.values())
    if isinstance(frozen, list):
        return sum(isinstance(each, dict) + _rows(each) for each in frozen)
    return 0
