"""The memory of a web process (waitress) after some hundred pages."""

from bench.registers import prepared
from bench.rows import Row
from bench.servers import serving

PAGES = ("/", "/risks", "/risks/top", "/risks/matrix", "/risks/quadrant", "/risks/R-7", "/actions")
TIMES = 30
MOST_MIB = 110


def run() -> list[Row]:
    """PSS at 1,000 and 10,000 risks against what is allowed, and against each other."""
    small, large = _pss_mib(1_000), _pss_mib(10_000)
    rows = [
        Row(what=f"web process, {name} risks", ours=mib, baseline=MOST_MIB, budget=1, unit="Mi")
        for name, mib in (("1k", small), ("10k", large))
    ]
    return [
        *rows,
        Row(what="web process, 10k against 1k", ours=large, baseline=small, budget=1.1, unit="Mi"),
    ]


def _pss_mib(size: int) -> float:
    with prepared(size) as made, serving(made) as server:
        for path in PAGES:
            server.get(TIMES, made.token, path)
        return server.pss_mib
