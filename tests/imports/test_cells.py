"""What a cell says."""

import pytest

from riskreg.imports.cells import fold, is_unknown, split_list


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Residual_Likelihood", "residual likelihood"),
        ("residualLikelihood", "residual likelihood"),
        ("  Éléments\u00a0clés : ", "elements cles"),
        ("Maßnahmen", "massnahmen"),
        ("N°", "n"),
        ("Owner's Manager", "owner s manager"),
        ("20 %", "20 %"),
        ("🔥", ""),
    ],
)
def test_folds_what_does_not_tell_names_apart(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize("cell", [None, "--", "n/a", "N.A.", "Not rated", "?", "–", "non évalué"])
def test_knows_the_ways_to_say_unknown(cell: str | None) -> None:
    assert is_unknown(cell)


@pytest.mark.parametrize("cell", ["0", 0, "None of our backups work", "🔥", "R-1", ("a",)])
def test_zero_and_titles_are_not_unknown(cell: object) -> None:
    assert not is_unknown(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("MFA; EDR ;MFA", ("MFA", "EDR")),
        ("a|b\nc", ("a", "b", "c")),
        ("Backup, restore", ("Backup, restore",)),
        (("x", "y"), ("x", "y")),
        ("--", ()),
        (None, ()),
    ],
)
def test_splits_lists(cell: object, values: tuple[str, ...]) -> None:
    assert split_list(cell) == values  # type: ignore[arg-type]


def test_splits_at_commas_only_when_told_or_when_all_are_known() -> None:
    assert split_list("a, b", at_commas=True) == ("a", "b")
    assert split_list("a, b; c", at_commas=True) == ("a, b", "c")
    assert split_list("Ann, Bob", known_names={"ann", "bob"}) == ("Ann", "Bob")
    assert split_list("Ann, Eve", known_names={"ann", "bob"}) == ("Ann, Eve",)
