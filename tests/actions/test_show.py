"""One action, and the ways to change it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from riskreg.actions.kinds import ActionStatus
from riskreg.actions.models import ActionItem
from riskreg.db import db, transaction
from riskreg.lib.dates import today
from riskreg.risks.kinds import Kind, Status, Treatment
from riskreg.risks.models import Risk
from tests.actions.factories import make_action
from tests.actions.pages import Cast, acts, make_cast, stored
from tests.client import RegisterClient
from tests.factories import make_system
from tests.pages import version_in
from tests.postmortems.factories import make_risk

NEXT_MONTH = (today() + timedelta(days=90)).isoformat()


def test_shows_dates_and_history(client: RegisterClient) -> None:
    cast = make_cast()
    page = client.sign_in(cast.viewer).get(f"/actions/{cast.action.ref}").text
    for words in ("First due", "Due now", "Promised", "Olga Owner", "Payments"):
        assert words in page
    assert client.get("/actions/A-999").status_code == 404
    assert client.get("/actions/nonsense").status_code == 404


@pytest.mark.parametrize(
    ("resource", "good", "bad"),
    [
        ("closure", {"evidence": "Drilled."}, {"evidence": " "}),
        ("withdrawal", {"reason": "Switched off."}, {"reason": ""}),
        (
            "schedule",
            {"due_on": NEXT_MONTH, "reason": "Parts."},
            {"due_on": "", "reason": "Kept words."},
        ),
    ],
)
class TestStateChange:
    """Closure, withdrawal and schedule have the same shape."""

    def test_works(
        self, client: RegisterClient, resource: str, good: dict[str, str], bad: dict[str, str]
    ) -> None:
        cast = make_cast()
        client.sign_in(cast.owner)
        path = f"/actions/{cast.action.ref}/{resource}"
        assert client.get(path).status_code == 200
        answer = client.post(path, data={**good, "next": "/actions?view=mine"})
        assert (answer.status_code, answer.location) == (303, "/actions?view=mine")
        assert stored(cast.action).version == 2
        verb = {"closure": "close", "withdrawal": "decline", "schedule": "reschedule"}[resource]
        assert acts(cast.action)[0] == f"action.{verb}"

    def test_refuses_and_keeps_what_was_typed(
        self, client: RegisterClient, resource: str, good: dict[str, str], bad: dict[str, str]
    ) -> None:
        cast = make_cast()
        answer = client.sign_in(cast.owner).post(f"/actions/{cast.action.ref}/{resource}", data=bad)
        assert answer.status_code == 422
        assert bad.get("reason", "") in answer.text
        assert stored(cast.action).version == 1

    def test_refuses_viewer_and_stranger(
        self, client: RegisterClient, resource: str, good: dict[str, str], bad: dict[str, str]
    ) -> None:
        cast = make_cast()
        path = f"/actions/{cast.action.ref}/{resource}"
        assert client.sign_in(cast.viewer).post(path, data=good).status_code == 403
        assert client.sign_in(cast.stranger).post(path, data=good).status_code == 404
        assert stored(cast.action).version == 1


def test_the_same_day_is_no_new_day(client: RegisterClient) -> None:
    cast = make_cast()
    data = {"due_on": cast.action.due_on.isoformat(), "reason": "Hm."}
    answer = client.sign_in(cast.owner).post(f"/actions/{cast.action.ref}/schedule", data=data)
    assert answer.status_code == 422
    assert "It is due on that day already." in answer.text


def test_closing_twice_is_a_conflict(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.owner)
    path = f"/actions/{cast.action.ref}/closure"
    assert client.post(path, data={"evidence": "Yes."}).status_code == 303
    assert client.post(path, data={"evidence": "Yes."}).status_code == 409


def test_reopens(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.owner)
    client.post(f"/actions/{cast.action.ref}/closure", data={"evidence": "Yes."})
    assert "Yes." in client.get(f"/actions/{cast.action.ref}").text
    assert client.post(f"/actions/{cast.action.ref}/reopening").status_code == 303
    assert stored(cast.action).status == ActionStatus.OPEN
    client.sign_in(cast.viewer)
    assert client.post(f"/actions/{cast.action.ref}/reopening").status_code == 403


class TestWithdrawal:
    """What will not be done leaves an accepted risk."""

    def test_files_the_risk_that_stays_and_links_both(self, client: RegisterClient) -> None:
        cast = make_cast()
        client.sign_in(cast.owner)
        client.post(f"/actions/{cast.action.ref}/withdrawal", data={"reason": "Too dear."})
        risk = db.session.scalars(select(Risk)).one()
        assert risk.title == "Not done: Watch the certificates"
        assert (risk.treatment, risk.description) == (Treatment.ACCEPT, "Too dear.")
        assert (risk.owner_id, risk.team_id) == (cast.owner.id, cast.team.id)
        assert (risk.current_likelihood, risk.status) == (None, Status.OPEN)
        assert stored(cast.action).accepted_risk_id == risk.id
        assert f'href="/risks/{risk.ref}"' in client.get(f"/actions/{cast.action.ref}").text
        page = client.get(f"/risks/{risk.ref}").text
        assert "Accepted instead of" in page
        assert f'href="/actions/{cast.action.ref}"' in page

    def test_takes_kind_and_system_from_where_it_came_from(self, client: RegisterClient) -> None:
        cast = make_cast()
        system = make_system(cast.team)
        first = make_risk(cast.team, cast.owner, kind=Kind.SECURITY, system=system)
        action = make_action(cast.team, cast.owner, risk_id=first.id)
        client.sign_in(cast.owner)
        client.post(f"/actions/{action.ref}/withdrawal", data={"reason": "Too dear."})
        risk = db.session.get_one(Risk, stored(action).accepted_risk_id)
        assert (risk.kind, risk.system_id) == (Kind.SECURITY, system.id)

    def test_a_refused_one_files_nothing(self, client: RegisterClient) -> None:
        cast = make_cast()
        client.sign_in(cast.owner)
        path = f"/actions/{cast.action.ref}/withdrawal"
        assert client.post(path, data={"reason": " "}).status_code == 422
        client.post(path, data={"reason": "Too dear."})
        assert client.post(path, data={"reason": "Again."}).status_code == 409
        assert db.session.scalar(select(func.count(Risk.id))) == 1

    def test_declining_again_keeps_the_risk_that_is_open(self, client: RegisterClient) -> None:
        cast = make_cast()
        client.sign_in(cast.owner)
        for _ in range(2):
            client.post(f"/actions/{cast.action.ref}/withdrawal", data={"reason": "Too dear."})
            client.post(f"/actions/{cast.action.ref}/reopening")
        assert db.session.scalar(select(func.count(Risk.id))) == 1

    def test_names_no_risk_that_the_reader_may_not_see(self, client: RegisterClient) -> None:
        cast = make_cast()
        foreign = make_risk(cast.stranger.home_team or cast.team, cast.stranger, title="Secret")
        with transaction():
            stored_action = db.session.get_one(ActionItem, cast.action.id)
            stored_action.risk_id = foreign.id
        page = client.sign_in(cast.viewer).get(f"/actions/{cast.action.ref}").text
        assert foreign.ref in page
        assert "Secret" not in page
        assert f"/risks/{foreign.ref}" not in page


def _edited(cast: Cast, **changes: str) -> dict[str, str]:
    return {
        "title": "Watch certificates and quotas",
        "owner": str(cast.owner.id),
        "priority": "P0",
        "type": "detect",
        "version": "1",
        **changes,
    }


def test_edits_and_brings_the_date_forward(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.owner)
    path = f"/actions/{cast.action.ref}/edit"
    assert "Watch the certificates" in client.get(path).text
    assert client.post(path, data=_edited(cast)).status_code == 303
    action = stored(cast.action)
    assert action.title == "Watch certificates and quotas"
    assert action.due_on < action.original_due_on
    assert acts(cast.action)[0] == "action.update"


def test_an_edit_of_an_old_version_shows_both(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.owner)
    path = f"/actions/{cast.action.ref}/edit"
    client.post(path, data=_edited(cast))
    answer = client.post(path, data=_edited(cast, title="Mine"))
    assert answer.status_code == 409
    assert "Watch certificates and quotas" in answer.text
    assert "Mine" in answer.text
    again = _edited(cast, title="Mine", version=version_in(answer))
    assert client.post(path, data=again).status_code == 303
    assert stored(cast.action).title == "Mine"


def test_an_edit_refuses_bad_values_and_strangers(client: RegisterClient) -> None:
    cast = make_cast()
    path = f"/actions/{cast.action.ref}/edit"
    client.sign_in(cast.owner)
    for change in ({"title": ""}, {"owner": str(cast.stranger.id)}, {"type": "guess"}):
        assert client.post(path, data=_edited(cast, **change)).status_code == 422
    assert client.sign_in(cast.stranger).post(path, data=_edited(cast)).status_code == 404
    assert client.sign_in(cast.viewer).get(path).status_code == 403
    assert stored(cast.action).version == 1
