"""The colours, shapes and words' signs that pages, charts and packs share.

`static/css/tokens.css` carries the same values; a test keeps the two equal.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LIGHT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "page": "#f7f8f9",
        "surface": "#ffffff",
        "sunk": "#f0f2f4",
        "line": "#e2e5e9",
        "line-strong": "#7f8894",
        "text": "#1a1f27",
        "muted": "#515a67",
        "faint": "#626b78",
        "accent": "#2356d3",
        "accent-strong": "#1b45ab",
        "accent-soft": "#e9effc",
        "on-accent": "#ffffff",
        "mark": "#fff3bf",
        "band-1": "#fbf4dd",
        "band-1-text": "#66500a",
        "band-1-shape": "#94761a",
        "band-2": "#f9dc9c",
        "band-2-text": "#5f3f02",
        "band-2-shape": "#96600a",
        "band-3": "#f0a56b",
        "band-3-text": "#4c1c00",
        "band-3-shape": "#8a3407",
        "band-4": "#931c2d",
        "band-4-text": "#ffffff",
        "band-4-shape": "#ffffff",
        "band-0": "#ffffff",
        "band-0-text": "#515a67",
        "band-0-shape": "#626b78",
        "good": "#dbf2e8",
        "good-text": "#0a5a41",
        "good-shape": "#0f7b58",
        "warn": "#fae7b8",
        "warn-text": "#644500",
        "warn-shape": "#946600",
        "bad": "#fbdad4",
        "bad-text": "#881b11",
        "bad-shape": "#b3261e",
        "unknown": "#e9ecef",
        "unknown-text": "#48515e",
        "unknown-shape": "#626b78",
    }
)

DARK: Final[Mapping[str, str]] = MappingProxyType(
    {
        "page": "#0f1215",
        "surface": "#161a1f",
        "sunk": "#1e232a",
        "line": "#2a3038",
        "line-strong": "#6f7988",
        "text": "#e8ebef",
        "muted": "#a8b1bd",
        "faint": "#959eab",
        "accent": "#8badff",
        "accent-strong": "#b3caff",
        "accent-soft": "#1c2947",
        "on-accent": "#0c1730",
        "mark": "#4a3f12",
        "band-1": "#2b271a",
        "band-1-text": "#d8c78e",
        "band-1-shape": "#b7a15a",
        "band-2": "#46350f",
        "band-2-text": "#f4d183",
        "band-2-shape": "#e3ad3f",
        "band-3": "#7a3a12",
        "band-3-text": "#ffd9bd",
        "band-3-shape": "#ffa566",
        "band-4": "#ff8f88",
        "band-4-text": "#2a0507",
        "band-4-shape": "#2a0507",
        "band-0": "#161a1f",
        "band-0-text": "#a8b1bd",
        "band-0-shape": "#959eab",
        "good": "#12352a",
        "good-text": "#8fdcbd",
        "good-shape": "#4fc196",
        "warn": "#3b2e0c",
        "warn-text": "#f0d083",
        "warn-shape": "#dba93b",
        "bad": "#4a1a17",
        "bad-text": "#ffb8ae",
        "bad-shape": "#ff7f70",
        "unknown": "#262c34",
        "unknown-text": "#b4bcc7",
        "unknown-shape": "#959eab",
    }
)

BAND_SIGNS: Final = ("–", "○", "●", "▲", "◆")
STATE_SIGNS: Final[Mapping[str, str]] = MappingProxyType(
    {"good": "✓", "warn": "~", "bad": "!", "unknown": "?"}
)
FONT: Final = "Inter, sans-serif"


def band(rank: int | None) -> int:
    """The step of the band scale for a rank: 0 when unrated, at most 4."""
    return 0 if rank is None else max(1, min(rank, len(BAND_SIGNS) - 1))


def band_sign(rank: int | None) -> str:
    """The sign that goes with a band's colour: – ○ ● ▲ ◆."""
    return BAND_SIGNS[band(rank)]
