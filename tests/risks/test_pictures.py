"""Pictures of risks: what they say, and that pages and packs draw the same."""

from datetime import date

import pytest
from flask import Flask

from riskreg.risks.pictures import (
    Spot,
    effort_bars,
    effort_caption,
    exposure_caption,
    exposure_over_time,
    quadrant_caption,
    quadrant_of,
)

JANUARY, MARCH, MAY = date(2026, 1, 20), date(2026, 3, 5), date(2026, 5, 9)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (125_000, 500_000, "rose from 125 to 500"),
        (500_000, 7_500, "fell from 500 to 7.5"),
        (7_500, 7_500, "is 7.5 person-days a year, as at first"),
        (None, 7_500, "rose from – to 7.5"),
    ],
)
def test_says_how_the_exposure_went(app: Flask, old: int | None, new: int, words: str) -> None:
    with app.test_request_context():
        assert words in exposure_caption([(JANUARY, old), (MARCH, new)])


def test_a_rating_holds_until_the_next_one(app: Flask) -> None:
    with app.test_request_context():
        drawn = exposure_over_time([(JANUARY, 100_000), (MARCH, 50_000), (MARCH, 25_000)], MAY)
    assert drawn.count("L") == 5  # 20 Jan, Feb, Mar, Apr, May, 9 May
    assert all(f">{day}<" in drawn for day in ("20 Jan", "Feb", "Apr", "9 May"))
    assert ">25<" in drawn


def test_of_a_long_history_the_last_two_years_are_drawn(app: Flask) -> None:
    ratings = [(date(2019, 2, 3), 100_000), (MARCH, 50_000)]
    with app.test_request_context():
        drawn = exposure_over_time(ratings, MAY)
    assert drawn.count("L") == 25


def test_two_ratings_of_one_day_are_a_line(app: Flask) -> None:
    with app.test_request_context():
        drawn = exposure_over_time([(MAY, 100_000), (MAY, None)], MAY)
    assert ">?<" in drawn


def test_names_what_takes_the_most_and_where_to_begin(app: Flask) -> None:
    spots = [
        Spot(ref="R-1", title="One", effort_days=3, exposure_milli=90_000, band_rank=4),
        Spot(ref="R-2", title="Two", effort_days=60, exposure_milli=0, band_rank=None),
    ]
    efforts = [("R-1", 3, "3 d"), ("R-2", 60, "60 d"), ("R-3", None, "?")]
    with app.test_request_context():
        assert quadrant_caption(spots).startswith("1 risk hurts much")
        assert "href" not in quadrant_of(spots)
        assert 'href="/risks/R-2"' in quadrant_of(spots, links=True)
        assert effort_caption(efforts) == "R-2 takes the most, 60 of 63 person-days"
        assert effort_caption(efforts[2:]) == "Nobody has said yet what any of the ten takes"
        assert "R-3 ?" in effort_bars(efforts, title="Effort")
