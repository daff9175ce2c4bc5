"""Every bench still runs: once, on a handful of risks; what it measures is left to the bench."""

from collections.abc import Callable
from typing import Any

import pytest

from bench import __main__, data, exports, imports, memory, packs, pages, server, start
from bench.rows import Row
from riskreg.errors import Unavailable
from riskreg.packs.engine import load_weasyprint
from riskreg.packs.sections import register as section

FEW = 20
Set = Callable[[Any, str, object], None]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Sets a size of a bench for the length of a test."""

    def set_to(module: Any, name: str, value: object) -> None:
        monkeypatch.setattr(module, name, value)

    return set_to


def once(work: Callable[[], object], baseline: Callable[[], object]) -> tuple[float, float]:
    """Do both, without taking the time."""
    work()
    baseline()
    return 1.0, 1.0


def test_every_bench_is_tried_here() -> None:
    assert set(__main__.names()) == {
        *("exports", "imports", "memory", "packs", "pages", "server", "start")
    }


def test_pages(few: Set) -> None:
    few(pages, "cpu_pair_ms", once)
    measured = pages._measured(data.LONG_RISK)
    assert set(measured) == {what for what, *_ in (*pages.PAGES, pages.API, pages.CREATE)}


def test_exports(few: Set) -> None:
    few(exports, "SIZES", (FEW, FEW + 1))
    assert all_measured(exports.run())


def test_imports(few: Set) -> None:
    few(imports, "ROWS", FEW)
    assert all_measured(imports.run()[:1])


@pytest.mark.pdf
def test_packs(few: Set) -> None:
    try:
        load_weasyprint()
    except Unavailable as error:
        pytest.skip(error.message)
    few(packs, "SIZES", (FEW,))
    few(packs, "ROUNDS", 1)
    few(packs, "LARGE", (packs.Large(risks=FEW, cold=1, changed=1, same=1, memory=1),))
    for name in ("LONG_ROWS", "SLICE_ROWS_MIN", "SLICE_ROWS_MAX"):
        few(section, name, FEW // 3)
    assert all_measured(packs.run())


def test_server(few: Set) -> None:
    few(server, "SIZE", FEW)
    few(server, "CLIENTS", 2)
    few(server, "REQUESTS", 1)
    assert all_measured(server.run())


def test_memory(few: Set) -> None:
    few(memory, "TIMES", 1)
    assert memory._pss_mib(FEW) > 0


def test_start(few: Set) -> None:
    few(start, "TIMES", 1)
    assert all_measured(start.run())


def all_measured(rows: list[Row]) -> bool:
    """Whether each row holds figures of both sides."""
    return bool(rows) and all(row.ours > 0 and row.baseline > 0 for row in rows)
