"""What came out of a drill."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`n` faults or tries; of what was acknowledged, what was lost, doubled or came out wrong."""

    n: int
    acked: int
    lost: int = 0
    duplicated: int = 0
    wrong: int = 0
    told: str = ""  # what else was measured, in words

    @property
    def is_red(self) -> bool:
        """Whether a promise was broken, or nothing was done that could have broken one."""
        return bool(self.lost or self.duplicated or self.wrong or not self.acked)

    @property
    def has_bitten(self) -> bool:
        """Whether something was done and found broken, as in a control."""
        return bool(self.lost or self.duplicated or self.wrong)

    @property
    def figures(self) -> dict[str, int]:
        """The counts by name."""
        return {name: value for name, value in asdict(self).items() if name != "told"}

    @property
    def faults(self) -> str:
        """What was broken, in words."""
        return f"{self.lost} lost, {self.duplicated} doubled, {self.wrong} wrong"


def compare(
    n: int, acked: Iterable[str], stored: Iterable[str], *, wrong: int = 0, told: str = ""
) -> Outcome:
    """What was acknowledged against what is stored, by names that are given once each."""
    promised, found = set(acked), Counter(stored)
    return Outcome(
        n=n,
        acked=len(promised),
        lost=len(promised - set(found)),
        duplicated=sum(times - 1 for times in found.values()),
        wrong=wrong,
        told=told,
    )


def total(n: int, parts: Iterable[Outcome], *, told: str = "") -> Outcome:
    """All of them together."""
    sums = Counter[str]()
    for part in parts:
        sums.update(part.figures)
    return Outcome(
        n=n,
        acked=sums["acked"],
        lost=sums["lost"],
        duplicated=sums["duplicated"],
        wrong=sums["wrong"],
        told=told,
    )
