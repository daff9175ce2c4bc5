"""Filing and changing an incident, with its times on the clocks of a zone."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from riskreg.audit.queries import entries_of
from riskreg.db import db
from riskreg.postmortems.models import Incident
from tests.actions.pages import form_key_of
from tests.client import RegisterClient
from tests.factories import make_system
from tests.pages import version_in
from tests.postmortems.factories import make_incident
from tests.postmortems.pages import Cast, make_cast


def _filled(cast: Cast, **changes: object) -> dict[str, object]:
    return {
        "title": "Cards refused",
        "team": cast.team.slug,
        "severity": "1",
        "zone": "Europe/Berlin",
        "impact_start_at": "2026-03-01T09:00",
        "detected_at": "2026-03-01T09:04",
        "found_by": "customer",
        "budget_percent": "35",
        "summary": "Nobody could pay.",
        **changes,
    }


def _newest() -> Incident:
    return db.session.scalars(select(Incident).order_by(Incident.id.desc()).limit(1)).one()


def _count() -> int:
    return db.session.scalar(select(func.count(Incident.id))) or 0


def test_files_it_in_the_writers_zone(client: RegisterClient) -> None:
    cast = make_cast()
    system = make_system(cast.team)
    client.sign_in(cast.writer)
    assert "Europe/Berlin" in client.get("/incidents/new").text
    answer = client.post("/incidents/new", data=_filled(cast, systems=[system.key]))
    assert answer.status_code == 303
    incident = _newest()
    assert incident.impact_start_at == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert [each.key for each in incident.systems] == [system.key]
    assert incident.budget_percent == 35
    assert [entry.action for entry in entries_of("incident", incident.id)] == ["incident.create"]


def test_reads_the_times_in_utc_when_asked(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.writer).post("/incidents/new", data=_filled(cast, zone="UTC"))
    assert _newest().impact_start_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def test_the_same_form_sent_twice_files_one(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.writer)
    data = _filled(cast, form_key=form_key_of(client, "/incidents/new"))
    first, second = (client.post("/incidents/new", data=data) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert _count() == 2
    assert "form_key" not in entries_of("incident", _newest().id)[0].changes


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": " "}, "Fill in “What went wrong”."),
        ({"severity": "9"}, "choice"),
        ({"impact_start_at": ""}, "Fill in “Impact start”."),
        ({"impact_start_at": "yesterday"}, "Write the date and the time"),
        ({"impact_start_at": "2026-03-01T09:00+01:00"}, "Write the date and the time"),
        ({"detected_at": "2026-03-01T08:59"}, "Detected is before impact start."),
        ({"paged_at": "2026-03-01T09:01"}, "Paged is before detected."),
        (
            {"mitigated_at": "2026-03-01T11:00", "resolved_at": "2026-03-01T10:00"},
            "Resolved is before mitigated.",
        ),
        ({"resolved_at": "2099-01-01T00:00"}, "This is in the future."),
        ({"zone": "Mars/Olympus"}, "choice"),
        ({"systems": ["nowhere"]}, "choice"),
        ({"budget_percent": "much"}, "Not a valid integer"),
        ({"budget_percent": "-1"}, "between 0 and 10000"),
        ({"budget_percent": "99999999999999999999"}, "between 0 and 10000"),
    ],
)
def test_refuses_with_a_sentence_and_keeps_what_was_typed(
    client: RegisterClient, change: dict[str, object], sentence: str
) -> None:
    cast = make_cast()
    answer = client.sign_in(cast.writer).post("/incidents/new", data=_filled(cast, **change))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Nobody could pay." in answer.text
    assert _count() == 1


def test_a_skipped_hour_is_refused(client: RegisterClient) -> None:
    cast = make_cast()
    data = _filled(cast, impact_start_at="2026-03-29T02:30", detected_at="")
    answer = client.sign_in(cast.writer).post("/incidents/new", data=data)
    assert answer.status_code == 422
    assert "The clocks of Europe/Berlin skipped 02:30 that day." in answer.text


def test_an_hour_that_came_twice_asks_which(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.writer)
    data = _filled(cast, impact_start_at="2026-10-25T02:30", detected_at="")
    answer = client.post("/incidents/new", data=data)
    assert answer.status_code == 422
    assert "showed 02:30 twice that day" in answer.text
    assert "the second, 01:30 UTC" in answer.text
    data["impact_start_at"] = ["2026-10-25T02:30", "1"]
    assert client.post("/incidents/new", data=data).status_code == 303
    incident = _newest()
    assert incident.impact_start_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_an_edit_keeps_which_of_two_equal_times_was_meant(client: RegisterClient) -> None:
    cast = make_cast()
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    incident = make_incident(
        cast.team, cast.writer, impact_start_at=second, detected_at=None, resolved_at=None
    )
    page = client.sign_in(cast.writer).get(f"/incidents/{incident.ref}/edit").text
    assert 'value="2026-10-25T02:30"' in page
    assert '<option value="1" selected>' in page


def test_edits_on_the_clocks_it_was_shown_on(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.writer)
    assert "Show them in UTC" in client.get(f"{cast.path}/edit").text
    start = cast.incident.impact_start_at
    page = client.get(f"{cast.path}/edit?zone=UTC").text
    assert f"{start:%Y-%m-%dT%H:%M}" in page
    data = _filled(cast, zone="UTC", version="1", title="Cards refused twice")
    assert client.post(f"{cast.path}/edit", data=data).status_code == 303
    incident = cast.stored().incident
    assert incident.title == "Cards refused twice"
    assert incident.impact_start_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def test_an_edit_of_an_old_version_shows_both(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.writer)
    client.post(f"{cast.path}/edit", data=_filled(cast, version="1", title="Theirs"))
    answer = client.post(f"{cast.path}/edit", data=_filled(cast, version="1", title="Mine"))
    assert answer.status_code == 409
    assert "<td>Theirs</td><td><mark>Mine</mark></td>" in answer.text
    data = _filled(cast, version=version_in(answer), title="Mine")
    assert client.post(f"{cast.path}/edit", data=data).status_code == 303
    assert cast.stored().incident.title == "Mine"


def test_an_edit_refuses_times_out_of_order(client: RegisterClient) -> None:
    cast = make_cast()
    data = _filled(cast, version="1", detected_at="2026-02-01T00:00")
    answer = client.sign_in(cast.writer).post(f"{cast.path}/edit", data=data)
    assert answer.status_code == 422
    assert "Detected is before impact start." in answer.text
    assert cast.stored().incident.version == 1


def test_strangers_and_viewers_file_nothing(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.stranger)
    assert client.post("/incidents/new", data=_filled(cast)).status_code in {404, 422}
    assert client.post(f"{cast.path}/edit", data=_filled(cast)).status_code == 404
    client.sign_in(cast.viewer)
    assert client.get("/incidents/new").status_code == 403
    assert client.get(f"{cast.path}/edit").status_code == 403
    assert _count() == 1
