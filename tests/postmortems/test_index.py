"""The list of incidents: figures, filters, pages, and who sees what."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from flask import Flask

from riskreg.db import db, transaction
from riskreg.lib.dates import clock_at, now, today
from riskreg.metrics.postmortems import required_reason
from riskreg.org.kinds import Role
from riskreg.org.models import Team
from riskreg.postmortems import services
from riskreg.postmortems.models import Postmortem
from riskreg.postmortems.queries import IncidentFilter, list_incidents
from tests.actions.factories import make_action
from tests.actions.pages import count_statements, text_of
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_system, make_team
from tests.postmortems.factories import fill, make_incident, make_postmortem, make_risk
from tests.postmortems.pages import Cast, make_cast


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Late in the evening, with a change to winter time in between, a month has a day more."""
    with clock_at(datetime(2026, 6, 3, 12, 0, tzinfo=UTC)):
        yield


def test_shows_the_latest_first_with_state_and_promises(client: RegisterClient) -> None:
    cast = make_cast()
    make_action(cast.team, cast.writer, incident_id=cast.incident.id)
    older = now() - timedelta(days=20)
    make_incident(cast.team, cast.writer, title="Older", impact_start_at=older, detected_at=None)
    page = client.sign_in(cast.viewer).get("/incidents").text
    assert page.index("No payments") < page.index("Older")
    for words in ("2 incidents", "1 of 1", "Draft", "needed", "2 h"):
        assert words in page


def test_a_stranger_sees_nothing(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.stranger)
    assert "No payments" not in client.get("/incidents?q=payments").text
    assert client.get(cast.path).status_code == 404


def test_filters_narrow_and_nonsense_is_left_out(client: RegisterClient) -> None:
    cast = make_cast()
    system = make_system(cast.team)
    make_incident(cast.team, cast.writer, title="Small", severity=4, systems=[system])
    with transaction():
        services.set_causes(
            actor(cast.writer), db.session.get_one(Postmortem, cast.postmortem.id), ["expiry"]
        )
    client.sign_in(cast.writer)
    for query, seen in (
        ("severity=4", ["Small"]),
        ("severity=7&system=x&postmortem=lost&from=once&due_from=%00", ["No payments", "Small"]),
        (f"system={system.id}", ["Small"]),
        ("postmortem=draft", ["No payments"]),
        ("postmortem=none", ["Small"]),
        ("postmortem=missing", []),
        ("postmortem=closed", []),
        ("postmortem=overdue", []),
        ("cause=expiry", ["No payments"]),
        ("cause=data", []),
        ("required=1", ["No payments"]),
        (f"q={cast.incident.ref}", ["No payments"]),
        ("from=2001-01-01&until=2002-01-01", []),
    ):
        page = client.get(f"/incidents?{query}").text
        assert [word for word in ("No payments", "Small") if f">{word}<" in page] == seen, query


def test_figures_tell_n_and_lead_to_their_rows(client: RegisterClient) -> None:
    cast = make_cast()
    _late(cast)
    page = client.sign_in(cast.writer).get("/incidents").text
    assert "0 of 1 due in 90 days" in page
    assert "a risk stood for 1 of 2 in a year" in page
    start, end = today() - timedelta(days=89), today() + timedelta(days=1)
    rows = client.get(f"/incidents?due_from={start}&due_until={end}").text
    assert ">Late<" in rows
    assert ">No payments<" not in rows


def test_figures_tell_how_long_reviews_took(client: RegisterClient) -> None:
    cast = make_cast()
    _late(cast)
    _overdue(cast, days=6)
    make_incident(cast.team, cast.writer, title="Bare")
    page = text_of(client.sign_in(cast.writer).get("/incidents"))
    assert "Post-mortem started 75 % 3 of 4 needed in a year" in page
    assert "Review overdue 1 the oldest by 6 days" in page
    assert "Days to review, median 30" in page
    assert "Near misses 0" in page


def test_without_a_review_its_length_is_unknown(client: RegisterClient) -> None:
    page = text_of(client.sign_in(make_cast().writer).get("/incidents"))
    assert "Days to review, median ? unknown" in page
    assert "Reviewed in time ? unknown" in page
    assert "Review overdue 0 past two weeks from the end" in page


def test_needing_a_postmortem_is_the_same_in_sql(app: Flask) -> None:
    team = make_team()
    person = make_person(team)
    cases = list(product((1, 2, 3, 4), (True, False), (None, 0, 19, 20, 300)))
    for severity, hit, spent in cases:
        make_incident(
            team,
            person,
            title=f"{severity}{hit}{spent}",
            severity=severity,
            customer_impact=hit,
            budget_percent=spent,
        )
    wanted = IncidentFilter(required=True)
    found = list_incidents(actor(person), wanted, today=today(), limit=50)
    assert sorted(each.title for each in found) == sorted(
        f"{severity}{hit}{spent}"
        for severity, hit, spent in cases
        if required_reason(
            severity=severity,
            customer_impact=hit,
            budget_share=None if spent is None else spent / 100,
        )
    )


def test_more_rows_ask_no_more_questions(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.writer)
    few = count_statements(client, "/incidents")
    for _ in range(15):
        make_postmortem(make_incident(cast.team, cast.writer), cast.writer)
    assert count_statements(client, "/incidents") <= few


def test_a_long_list_has_pages(client: RegisterClient) -> None:
    cast = make_cast()
    for _ in range(50):
        make_incident(cast.team, cast.writer)
    client.sign_in(cast.writer)
    assert "1 to 50 of 51" in client.get("/incidents").text
    assert "51 to 51 of 51" in client.get("/incidents?page=2").text


def test_an_empty_list_says_how_to_begin(client: RegisterClient) -> None:
    page = client.sign_in(make_person(make_team())).get("/incidents").text
    assert "No incident yet" in page


def _overdue(cast: Cast, *, days: int) -> None:
    """A draft whose review was due so many days ago."""
    began = now() - timedelta(days=14 + days)
    times = {"detected_at": began, "resolved_at": began + timedelta(minutes=1)}
    incident = make_incident(
        cast.team, cast.writer, title="Overdue", impact_start_at=began, **times
    )
    make_postmortem(incident, cast.writer)


def _late(cast: Cast) -> None:
    """An incident foreseen by a risk, whose review was held too late."""
    began = now() - timedelta(days=40)
    incident = make_incident(
        cast.team,
        cast.writer,
        title="Late",
        impact_start_at=began,
        detected_at=began,
        resolved_at=began + timedelta(hours=1),
    )
    postmortem = make_postmortem(incident, cast.writer)
    fill(postmortem, cast.writer)
    risk = make_risk(cast.team, cast.writer, at=began - timedelta(days=9))
    with transaction():
        row = db.session.get_one(Postmortem, postmortem.id)
        services.link_risk(actor(cast.writer), row, db.session.merge(risk), foresaw=True)
        services.mark_ready(actor(cast.writer), row)
        services.review_postmortem(actor(cast.manager), row, "Held.", at=began + timedelta(days=30))


def test_the_chosen_team_is_obeyed_and_remembered(client: RegisterClient) -> None:
    cast = make_cast()
    root = db.session.get_one(Team, cast.team.parent_id)
    beside = make_team("Beside", parent=root)
    make_incident(beside, make_person(beside), title="Next door")
    client.sign_in(make_person(root, Role.VIEWER))
    seen = {"payments": (True, False), "beside": (False, True), "company": (True, True)}
    for team, expected in seen.items():
        for address in (f"/incidents?team={team}", "/incidents"):
            page = client.get(address).text
            assert ("No payments" in page, "Next door" in page) == expected, address
