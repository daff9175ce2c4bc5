"""How a long register is cut: whole, in order, and where a change far away moves nothing."""

from typing import Any

from riskreg.packs.sections.register import LONG_ROWS, SLICE_ROWS_MAX, SLICE_ROWS_MIN, slices


def frozen(numbers: list[int], bands: tuple[int, ...] = (4, 3)) -> dict[str, Any]:
    """A register of these risks, the first half of them in the first band."""
    rows = [{"ref": f"R-{number}"} for number in numbers]
    half = len(rows) // len(bands)
    groups = [
        {"band": band, "rows": rows[index * half : (index + 1) * half]}
        for index, band in enumerate(bands)
    ]
    return {"groups": groups, "by_band": True, "left_out": 5}


def refs(piece: Any) -> tuple[str, ...]:
    return tuple(row["ref"] for group in piece["groups"] for row in group["rows"])


def test_a_short_register_is_one_slice() -> None:
    data = frozen(list(range(LONG_ROWS)))
    assert slices(data) == [data]


def test_a_long_one_is_cut_and_loses_nothing() -> None:
    data = frozen(list(range(5_000)))
    cut = slices(data)
    assert sum((refs(piece) for piece in cut), ()) == refs(data)
    sizes = [len(refs(piece)) for piece in cut]
    assert all(SLICE_ROWS_MIN <= size <= SLICE_ROWS_MAX for size in sizes[:-1])
    assert [piece["left_out"] for piece in cut] == [5] + [0] * (len(cut) - 1)


def test_a_band_says_its_number_once_and_then_that_it_goes_on() -> None:
    groups = [group for piece in slices(frozen(list(range(5_000)))) for group in piece["groups"]]
    begun = [(group["band"], group["total"]) for group in groups if not group["is_rest"]]
    assert begun == [(4, 2_500), (3, 2_500)]


def test_a_risk_more_touches_one_or_two_slices() -> None:
    numbers = list(range(5_000))
    before = {refs(piece) for piece in slices(frozen(numbers, (4,)))}
    for place in (0, 1_234, 4_999):
        more = [*numbers[:place], 9_999, *numbers[place:]]
        after = {refs(piece) for piece in slices(frozen(more, (4,)))}
        assert 1 <= len(after - before) <= 3
