"""Pictures of reviews: the states of an area add up, and what is missing is named."""

from flask import Flask

from riskreg.metrics.reviews import State
from riskreg.reviews.pictures import GROUPS, answers_by_area, answers_caption


def test_every_state_is_in_one_group() -> None:
    grouped = [state for _words, group in GROUPS.values() for state in group]
    assert sorted(grouped) == sorted(State)


def test_shows_what_is_met_of_each_area(app: Flask) -> None:
    areas = [("On-call", [State.MET, State.STALE, State.NOT_APPLICABLE]), ("Runbooks", [])]
    with app.test_request_context():
        drawn = answers_by_area(areas)
        assert answers_caption(areas) == "Most is missing in On-call"
        assert answers_caption([("Runbooks", [State.MET])]) == "Everything that applies is met"
        assert answers_caption([]) == "Everything that applies is met"
    assert "On-call 1/3, Runbooks 0/0" in drawn
    assert "~ Waived or stale" in drawn
    assert "Unanswered" not in drawn
