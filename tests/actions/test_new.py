"""Promising an action."""

from datetime import timedelta

from sqlalchemy import func, select

from riskreg.actions.kinds import ActionType, Priority
from riskreg.actions.models import ActionItem
from riskreg.db import db
from riskreg.lib.dates import today
from riskreg.org.models import Person
from tests.actions.pages import Cast, acts, form_key_of, make_cast
from tests.client import RegisterClient
from tests.postmortems.factories import make_incident


def _filled(cast: Cast, **changes: str) -> dict[str, str]:
    return {
        "title": "Probe the checkout",
        "team": cast.team.slug,
        "owner": str(cast.owner.id),
        "priority": "P1",
        "type": "detect",
        "due_on": "",
        "verify_how": "It pages.",
        "external_url": "https://tickets.example/1",
        **changes,
    }


def _count() -> int:
    return db.session.scalar(select(func.count(ActionItem.id))) or 0


def test_promises_with_the_date_of_the_priority(client: RegisterClient) -> None:
    cast = make_cast()
    answer = client.sign_in(cast.owner).post("/actions/new", data=_filled(cast))
    assert answer.status_code == 303
    action = db.session.scalars(select(ActionItem).order_by(ActionItem.id.desc())).first()
    assert action is not None
    assert answer.location == f"/actions/{action.ref}"
    assert (action.type, action.priority) == (ActionType.DETECT, Priority.P1)
    assert action.due_on == today() + timedelta(days=30)
    assert acts(action) == ["action.create"]


def test_refuses_and_keeps_what_was_typed(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.owner)
    for change in (
        {"title": " "},
        {"title": "x" * 201},
        {"priority": "P7"},
        {"due_on": "soon"},
        {"due_on": "2001-01-01"},
        {"external_url": "javascript:alert(1)"},
        {"external_url": "ftp://files.example/x"},
        {"owner": str(cast.stranger.id)},
        {"team": "nowhere"},
    ):
        answer = client.post("/actions/new", data=_filled(cast, **change))
        assert answer.status_code == 422, change
        assert "It pages." in answer.text
    assert _count() == 1


def test_says_where_it_comes_from(client: RegisterClient) -> None:
    cast = make_cast()
    incident = make_incident(cast.team, cast.owner, title="No payments")
    client.sign_in(cast.owner)
    assert "No payments" in client.get(f"/actions/new?origin={incident.ref}").text
    client.post("/actions/new", data=_filled(cast, origin=incident.ref))
    query = select(ActionItem).where(ActionItem.incident_id == incident.id)
    assert db.session.scalars(query).one().title == "Probe the checkout"


def test_a_foreign_origin_is_not_there(client: RegisterClient) -> None:
    cast = make_cast()
    incident = make_incident(cast.team, cast.owner)
    client.sign_in(cast.stranger)
    assert client.get(f"/actions/new?origin={incident.ref}").status_code == 404


def test_a_stranger_does_not_promise_for_others(client: RegisterClient) -> None:
    cast = make_cast()
    answer = client.sign_in(cast.stranger).post("/actions/new", data=_filled(cast))
    assert answer.status_code in {404, 422}
    assert client.sign_in(cast.viewer).get("/actions/new").status_code == 403
    assert _count() == 1


def test_goes_back_only_to_this_site(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.owner)
    for target, inside in (("/incidents/I-1", True), ("//evil.example", False), ("/\\evil", False)):
        answer = client.post("/actions/new", data=_filled(cast, next=target))
        assert (answer.location == target) is inside


def test_the_same_form_sent_twice_promises_one(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.owner)
    data = _filled(cast, form_key=form_key_of(client, "/actions/new"))
    first, second = (client.post("/actions/new", data=data) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert _count() == 2
    other = _filled(cast, form_key=form_key_of(client, "/actions/new"))
    assert client.post("/actions/new", data=other).location != first.location


def test_the_key_of_somebody_elses_form_shows_nothing(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.owner).post("/actions/new", data=_filled(cast, form_key="k"))
    team = db.session.get_one(Person, cast.stranger.id).home_team
    assert team is not None
    data = _filled(cast, form_key="k", team=team.slug, owner="")
    assert client.sign_in(cast.stranger).post("/actions/new", data=data).status_code == 404


def test_an_owner_of_spaces_is_nobody(client: RegisterClient) -> None:
    cast = make_cast()
    data = _filled(cast, owner=" ")
    assert client.sign_in(cast.owner).post("/actions/new", data=data).status_code == 303
