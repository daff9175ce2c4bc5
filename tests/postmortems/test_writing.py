"""Writing a post-mortem through its pages, from the start to the end."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from riskreg.actions.models import ActionItem
from riskreg.actions.services import close_action
from riskreg.db import db, transaction
from riskreg.lib.dates import clock_at
from riskreg.postmortems.kinds import PostmortemStatus
from riskreg.postmortems.services import text_mark
from riskreg.reviews.kinds import AnswerValue
from riskreg.risks.models import Risk
from tests.actions.pages import form_key_of
from tests.client import RegisterClient
from tests.factories import actor, make_system
from tests.postmortems.factories import (
    answer,
    fill,
    make_incident,
    make_risk,
    make_statement,
)
from tests.postmortems.pages import Cast, make_cast

AS_JSON = {"Accept": "application/json"}


def test_the_page_tells_times_with_their_arithmetic(client: RegisterClient) -> None:
    cast = make_cast()
    page = client.sign_in(cast.viewer).get(cast.path).text
    for words in ("To detect", "4 min", "To resolve", "2 h", "not known", "review due"):
        assert words in page


def test_an_incident_without_one_says_whether_it_is_needed(client: RegisterClient) -> None:
    cast = make_cast()
    for values, words in (
        ({"severity": 1}, "Because it was of severity 1."),
        ({"severity": 3, "customer_impact": True}, "Because customers were affected."),
        ({"severity": 3, "budget_percent": 25}, "Because it spent 25\u00a0% of an error budget."),
        ({"severity": 3, "budget_percent": 19}, "No post-mortem is needed"),
        ({"severity": 3}, "No post-mortem is needed"),
    ):
        incident = make_incident(cast.team, cast.writer, **values)
        page = client.sign_in(cast.writer).get(f"/incidents/{incident.ref}").text
        assert words in page


def test_starts_with_the_words_of_the_incident(client: RegisterClient) -> None:
    cast = make_cast()
    incident = make_incident(cast.team, cast.writer, summary="Nobody could pay.")
    path = f"/incidents/{incident.ref}"
    client.sign_in(cast.viewer)
    assert client.post(f"{path}/postmortem").status_code == 403
    client.sign_in(cast.writer)
    assert client.post(f"{path}/postmortem").status_code == 303
    assert "Nobody could pay." in client.get(path).text
    assert client.post(f"{path}/postmortem").status_code == 409


class TestSection:
    """The text of one section."""

    def test_is_kept_by_the_form(self, client: RegisterClient) -> None:
        cast = make_cast()
        client.sign_in(cast.writer)
        path = f"{cast.path}/sections/summary"
        assert "<h1>Summary</h1>" in client.get(path).text
        data = {"text": "We lost **40** orders.", "base": text_mark("")}
        saved = client.post(path, data=data)
        assert saved.location == f"{cast.path}#section-summary"
        assert "<strong>40</strong>" in client.get(cast.path).text
        assert cast.acts()[0] == "postmortem.write"

    def test_saves_itself_and_answers_with_the_next_mark(self, client: RegisterClient) -> None:
        cast = make_cast()
        client.sign_in(cast.writer)
        path = f"{cast.path}/sections/summary"
        first = client.post(path, data={"text": "A", "base": text_mark("")}, headers=AS_JSON)
        assert first.json is not None
        base = first.json["base"]
        assert base == text_mark("A")
        again = client.post(path, data={"text": "AB", "base": base}, headers=AS_JSON)
        assert again.json is not None
        assert again.json["base"] == text_mark("AB")
        assert cast.stored().sections["summary"] == "AB"

    def test_tells_the_open_page_what_is_still_to_write(self, client: RegisterClient) -> None:
        cast = make_cast()
        path = f"{cast.path}/sections/summary"
        data = {"text": "We lost 40 orders.", "base": text_mark("")}
        with clock_at(datetime(2026, 1, 20, 13, 5, tzinfo=UTC)):
            told = client.sign_in(cast.writer).post(path, data=data, headers=AS_JSON).json
        assert told is not None
        assert told["at"] == "14:05"
        assert "summary" not in told["missing"]
        assert told["to_write"] == f"{len(told['missing'])} sections still to write"
        page = client.sign_in(cast.writer).get(cast.path).text
        assert told["to_write"] in page

    def test_shows_both_texts_when_somebody_else_wrote(self, client: RegisterClient) -> None:
        cast = make_cast()
        client.sign_in(cast.writer)
        path = f"{cast.path}/sections/summary"
        client.post(path, data={"text": "Theirs.", "base": text_mark("")})
        data = {"text": "Mine.", "base": text_mark("")}
        told = client.post(path, data=data, headers=AS_JSON)
        assert told.status_code == 409
        assert told.json is not None
        assert (told.json["theirs"], told.json["base"]) == ("Theirs.", text_mark("Theirs."))
        page = client.post(path, data=data)
        assert page.status_code == 409
        assert "Theirs." in page.text
        assert "Mine." in page.text
        assert cast.stored().sections["summary"] == "Theirs."

    def test_previews_without_script_and_keeps_nothing(self, client: RegisterClient) -> None:
        cast = make_cast()
        data = {"text": "A *word*", "base": text_mark(""), "preview": "1"}
        page = client.sign_in(cast.writer).post(f"{cast.path}/sections/summary", data=data)
        assert "<em>word</em>" in page.text
        assert cast.stored().sections == {}

    def test_is_a_part_of_the_page_for_a_script(self, client: RegisterClient) -> None:
        cast = make_cast()
        headers = {"HX-Request": "true"}
        part = client.sign_in(cast.writer).get(f"{cast.path}/sections/summary", headers=headers)
        assert "<html" not in part.text
        assert "data-writer" in part.text

    def test_refuses_what_no_database_may_hold(self, client: RegisterClient) -> None:
        cast = make_cast()
        client.sign_in(cast.writer)
        path = f"{cast.path}/sections/summary"
        for text in ("a\x00b", "x" * 60_000):
            assert client.post(path, data={"text": text}).status_code == 422
            assert client.post(path, data={"text": text}, headers=AS_JSON).status_code == 422
        assert cast.stored().sections == {}

    def test_is_not_for_viewers_and_strangers(self, client: RegisterClient) -> None:
        cast = make_cast()
        for person, status in ((cast.viewer, 403), (cast.stranger, 404)):
            client.sign_in(person)
            for path in ("sections/summary", "ideas", "causes", "readiness", "risks"):
                assert client.post(f"{cast.path}/{path}").status_code == status, path
        assert client.sign_in(cast.writer).get(f"{cast.path}/sections/ideas").status_code == 404


def test_the_preview_is_sanitised(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.viewer)
    text = "# Hi\n<script>alert(1)</script> [x](javascript:alert(1))"
    answer = client.post("/markdown/preview", data={"text": text})
    assert "<h1>Hi</h1>" in answer.text
    assert "<script" not in answer.text
    assert 'href="javascript' not in answer.text


def test_ideas_come_and_go(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.writer)
    client.post(f"{cast.path}/ideas", data={"text": "Two regions."})
    assert "Two regions." in client.get(cast.path).text
    path = f"{cast.path}/ideas/{cast.stored().ideas[0].id}/removal"
    assert client.post(f"{cast.path}/ideas", data={"text": " "}).status_code == 422
    assert client.post(path).status_code == 303
    assert client.post(path).status_code == 404
    assert cast.stored().ideas == []


def test_an_idea_sent_twice_is_written_once(client: RegisterClient) -> None:
    cast = make_cast()
    data = {"text": "Two regions.", "form_key": form_key_of(client.sign_in(cast.writer), cast.path)}
    answers = [client.post(f"{cast.path}/ideas", data=data).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert [idea.text for idea in cast.stored().ideas] == ["Two regions."]
    assert cast.acts().count("postmortem.idea") == 1


def test_a_promise_sent_twice_is_made_once(client: RegisterClient) -> None:
    cast = make_cast()
    path = f"{cast.path}/actions"
    key = form_key_of(client.sign_in(cast.writer), path)
    data = {"title": "Probe it", "priority": "P1", "type": "detect", "form_key": key}
    assert [client.post(path, data=data).status_code for _ in range(2)] == [303, 303]
    query = select(ActionItem.title).where(ActionItem.incident_id == cast.incident.id)
    assert db.session.scalars(query).all() == ["Probe it"]


def test_a_risk_is_found_linked_realised_and_unlinked(client: RegisterClient) -> None:
    cast = make_cast()
    risk = make_risk(cast.team, cast.writer, title="Certificates run out")
    client.sign_in(cast.writer)
    assert "Certificates run out" in client.get(f"{cast.path}/risks?q=CERTIF").text
    assert "Certificates" not in client.get(f"{cast.path}/risks?q=100%25").text
    client.post(f"{cast.path}/risks", data={"risk": risk.ref, "foresaw": "yes"})
    page = client.get(cast.path).text
    assert "filed after it began" in page
    assert "Certificates" not in client.get(f"{cast.path}/risks?q=certif").text
    link = f"{cast.path}/risks/{risk.ref}"
    assert client.post(f"{link}/realisation").status_code == 303
    assert db.session.get_one(Risk, risk.id).realised_at == cast.stored().incident.impact_start_at
    assert client.post(f"{link}/removal").status_code == 303
    assert cast.stored().risk_links == []


def test_a_risk_of_another_team_is_not_there(client: RegisterClient) -> None:
    cast = make_cast()
    assert cast.stranger.home_team is not None
    risk = make_risk(cast.stranger.home_team, cast.stranger, title="Vans break down")
    client.sign_in(cast.writer)
    assert "Vans" not in client.get(f"{cast.path}/risks?q=vans").text
    data = {"risk": risk.ref, "foresaw": "yes"}
    assert client.post(f"{cast.path}/risks", data=data).status_code == 404


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (AnswerValue.MET, "was answered met: disproved"),
        (AnswerValue.NOT_MET, "was answered not met"),
        (AnswerValue.NOT_APPLICABLE, "not answered before"),
    ],
)
def test_a_statement_is_linked_with_what_was_answered(
    client: RegisterClient, value: AnswerValue, words: str
) -> None:
    cast = make_cast()
    system = make_system(cast.team)
    statement = make_statement(text="Certificates are watched.")
    answer(statement, system, value)
    incident = make_incident(cast.team, cast.writer, systems=[system])
    path = f"/incidents/{incident.ref}"
    client.sign_in(cast.writer).post(f"{path}/postmortem")
    assert "Certificates are watched." in client.get(f"{path}/statements?q=certif").text
    client.post(f"{path}/statements", data={"statement": str(statement.id)})
    assert words in client.get(path).text
    assert client.post(f"{path}/statements", data={"statement": "0"}).status_code == 404


def test_promises_an_action_of_the_incident(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.writer)
    path = f"{cast.path}/actions"
    assert client.get(path).status_code == 200
    data = {"title": "Probe it", "priority": "P0", "type": "detect", "owner": str(cast.writer.id)}
    assert client.post(path, data={**data, "title": ""}).status_code == 422
    assert client.post(path, data={**data, "due_on": "2001-01-01"}).status_code == 422
    assert client.post(path, data=data).status_code == 303
    action = db.session.query(ActionItem).one()
    assert (action.incident_id, action.team_id) == (cast.incident.id, cast.team.id)
    page = client.get(cast.path).text
    assert f"{action.ref} is promised." in page
    assert "Probe it" in page
    assert client.sign_in(cast.viewer).post(path, data=data).status_code == 403


def test_causes_are_tagged(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.writer)
    client.post(f"{cast.path}/causes", data={"causes": ["expiry", "change"]})
    assert cast.stored().causes == ["change", "expiry"]
    client.post(f"{cast.path}/causes", data={"causes": []})
    assert cast.stored().causes == []


def test_somebody_else_sees_to_it(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.writer)
    assert "Mona Manager" in client.get(f"{cast.path}/owner").text
    stranger = {"owner": str(cast.stranger.id)}
    assert client.post(f"{cast.path}/owner", data=stranger).status_code == 422
    assert client.post(f"{cast.path}/owner", data={"owner": " "}).status_code == 303
    client.post(f"{cast.path}/owner", data={"owner": str(cast.manager.id)})
    assert cast.stored().owner_id == cast.manager.id
    assert cast.acts()[0] == "postmortem.assign"


def test_the_way_to_its_end(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.writer)
    refused = client.post(f"{cast.path}/readiness")
    assert refused.status_code == 422
    assert "Still to write before the review: Summary" in refused.text
    fill(cast.postmortem, cast.writer)
    assert client.post(f"{cast.path}/readiness").status_code == 303
    assert client.post(f"{cast.path}/review", data={"note": "Fine."}).status_code == 403
    client.sign_in(cast.manager)
    assert client.post(f"{cast.path}/review", data={"note": ""}).status_code == 422
    assert client.post(f"{cast.path}/review", data={"note": "All agreed."}).status_code == 303
    assert "All agreed." in client.get(cast.path).text
    client.sign_in(cast.writer)
    assert client.post(f"{cast.path}/closure").status_code == 303
    assert cast.stored().status == PostmortemStatus.CLOSED


def test_stays_open_while_a_promise_does(client: RegisterClient) -> None:
    cast = make_cast()
    client.sign_in(cast.writer)
    data = {"title": "Probe it", "priority": "P0", "type": "detect", "owner": ""}
    client.post(f"{cast.path}/actions", data=data)
    _review(cast, client)
    refused = client.post(f"{cast.path}/closure")
    assert refused.status_code == 409
    assert "Still open: A-" in refused.text
    with transaction():
        close_action(actor(cast.writer), db.session.query(ActionItem).one(), "Seen.")
    assert client.post(f"{cast.path}/closure").status_code == 303


def test_what_is_reviewed_changes_only_after_reopening(client: RegisterClient) -> None:
    cast = make_cast()
    _review(cast, client.sign_in(cast.writer))
    client.sign_in(cast.writer)
    section = f"{cast.path}/sections/summary"
    assert client.post(section, data={"text": "Other."}).status_code == 409
    assert client.post(f"{cast.path}/reopening", data={"reason": ""}).status_code == 422
    assert client.post(f"{cast.path}/reopening", data={"reason": "A number."}).status_code == 303
    assert client.post(section, data={"text": "Other."}).status_code == 303


def _review(cast: Cast, client: RegisterClient) -> None:
    fill(cast.postmortem, cast.writer)
    client.post(f"{cast.path}/readiness")
    client.sign_in(cast.manager).post(f"{cast.path}/review", data={"note": "Agreed."})
