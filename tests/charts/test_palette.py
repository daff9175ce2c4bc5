"""The colours: one set for pages and packs, readable in both themes."""

import json
import re
from hashlib import sha256
from itertools import product

import pytest

from riskreg.charts.palette import DARK, LIGHT, band, band_sign
from riskreg.paths import STATIC

TOKENS = (STATIC / "css" / "tokens.css").read_text()
THEMES = (STATIC / "css" / "themes.css").read_text()
PLAIN = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", TOKENS))
PAIR = r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);"
BOTH = {name: (light, dark) for name, light, dark in re.findall(PAIR, THEMES)}
GROUNDS = ("page", "surface", "sunk")
TINTS = [f"band-{step}" for step in range(5)] + ["good", "warn", "bad", "unknown"]
TEXT_PAIRS = [
    *product(("text", "muted", "faint", "accent", "accent-strong"), GROUNDS),
    *[(f"{tint}-text", tint) for tint in TINTS],
    *product(("bad-text", "unknown-text", "warn-text", "good-text"), GROUNDS),
    *product(("text", "accent-strong", "muted"), ("accent-soft",)),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("text", "mark"),
]
SHAPE_PAIRS = [
    *[(f"{tint}-shape", tint) for tint in TINTS],
    *product(("accent", "line-strong"), GROUNDS),
    *product([f"{tint}-shape" for tint in TINTS if tint != "band-4"], ("surface",)),
    ("band-4", "surface"),
]


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_stylesheet_and_the_charts_have_the_same_light_colours() -> None:
    assert dict(LIGHT) == PLAIN


def test_the_stylesheet_has_both_themes_of_every_colour() -> None:
    assert {name: (LIGHT[name], DARK[name]) for name in LIGHT} == BOTH


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_can_be_read(ink: str, ground: str, theme: int) -> None:
    assert contrast(BOTH[ink][theme], BOTH[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), SHAPE_PAIRS)
def test_shapes_can_be_told(ink: str, ground: str, theme: int) -> None:
    assert contrast(BOTH[ink][theme], BOTH[ground][theme]) >= 3


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_bands_are_an_order_even_in_grey(palette: dict[str, str]) -> None:
    steps = [luminance(palette[f"band-{rank}"]) for rank in range(1, 5)]
    assert steps in (sorted(steps), sorted(steps, reverse=True))
    assert all(contrast(palette[f"band-{r}"], palette[f"band-{r + 1}"]) > 1.15 for r in (1, 2, 3))


@pytest.mark.parametrize(
    ("rank", "step", "sign"),
    [(None, 0, "–"), (1, 1, "○"), (2, 2, "●"), (3, 3, "▲"), (4, 4, "◆"), (7, 4, "◆")],
)
def test_each_band_has_its_sign(rank: int | None, step: int, sign: str) -> None:
    assert (band(rank), band_sign(rank)) == (step, sign)


def test_vendored_files_are_the_ones_listed() -> None:
    listed = json.loads((STATIC / "vendor.json").read_text())
    on_disk = {
        str(path.relative_to(STATIC))
        for folder in ("fonts", "js/vendor")
        for path in (STATIC / folder).iterdir()
        if path.suffix != ".txt"
    }
    assert set(listed) == on_disk
    for name, entry in listed.items():
        assert sha256((STATIC / name).read_bytes()).hexdigest() == entry["sha256"], name
