"""What a bench reports."""

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure: ours and the baseline in the same unit, and the ratio that is allowed."""

    what: str
    ours: float
    baseline: float
    budget: float
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        """Ours over the baseline."""
        return self.ours / self.baseline

    @property
    def kept(self) -> bool:
        """Whether the budget is kept."""
        return self.ratio <= self.budget


def cpu_ms(work: Callable[[], object], *, times: int = 20) -> float:
    """The median CPU time of a piece of work in milliseconds, after two warm-up rounds."""
    work()
    work()
    taken = []
    for _ in range(times):
        start = process_time()
        work()
        taken.append((process_time() - start) * 1000)
    return sorted(taken)[len(taken) // 2]


def cpu_pair_ms(
    work: Callable[[], object], baseline: Callable[[], object], *, times: int = 40
) -> tuple[float, float]:
    """The medians of two pieces of work done in turn, so that a busy machine slows both alike."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(times + 2):
        for job, list_of in zip((work, baseline), taken, strict=True):
            start = process_time()
            job()
            if turn >= 2:  # two warm-up rounds
                list_of.append((process_time() - start) * 1000)
    return sorted(taken[0])[times // 2], sorted(taken[1])[times // 2]
