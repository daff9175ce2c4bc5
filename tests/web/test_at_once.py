"""The same form, sent many times at the same moment, makes one thing."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from riskreg.actions.models import ActionItem
from riskreg.actions.once import new_form_key
from riskreg.db import db, transaction
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.packs.models import Pack
from riskreg.postmortems.models import Incident
from riskreg.risks.models import Risk
from riskreg.risks.services import install_matrix
from tests.client import RegisterClient
from tests.factories import make_person, make_team

SENDERS = 20
PACKS_AN_HOUR = 10  # a pack asked for twice counts twice
COOKIE = "riskreg-http"
NOBODY = {"system": "", "owner": ""}
FORMS = {
    "/risks/new": (
        Risk,
        {"title": "One consumer", "kind": "operational", "treatment": "undecided", **NOBODY},
    ),
    "/actions/new": (ActionItem, {"title": "Add one", "type": "detect", "priority": "P1"}),
    "/incidents/new": (
        Incident,
        {
            "title": "It stood still",
            "severity": "2",
            "found_by": "customer",
            "impact_start_at": "2026-03-01T09:00",
        },
    ),
    "/packs": (Pack, {"kind": "register", "paper": "A4"}),
}


@pytest.mark.parametrize("path", FORMS)
def test_all_get_the_same_answer(app: Flask, client: RegisterClient, path: str) -> None:
    table, data = FORMS[path]
    team = make_team()
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    cookie = client.sign_in(make_person(team)).get_cookie(COOKIE)
    assert cookie is not None
    sent = {**data, "team": team.slug, "form_key": new_form_key()}
    senders = PACKS_AN_HOUR if table is Pack else SENDERS
    gate = Barrier(senders)
    db.session.rollback()
    app.test_client_class = FlaskClient

    def send(_number: int) -> tuple[int, str | None]:
        with app.app_context():
            browser = app.test_client()
            browser.set_cookie(COOKIE, cookie.value)
            gate.wait()
            answer = browser.post(path, data=sent)
            return answer.status_code, answer.location

    with ThreadPoolExecutor(senders) as pool:
        answers = set(pool.map(send, range(senders)))
    assert len(answers) == 1, answers
    assert answers.pop()[0] == 303
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(table)) == 1
