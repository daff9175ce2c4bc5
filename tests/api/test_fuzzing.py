"""Whatever is asked, the answer is as the document says, and never a fault of ours."""

from datetime import timedelta

import pytest
from flask import Flask

from riskreg.db import db
from riskreg.org.kinds import Role, Scope
from riskreg.org.limits import RULES, Limit, Rule
from tests.api.conftest import make_token
from tests.api.fuzzing import Asking
from tests.factories import make_person, make_team
from tests.rules.test_rights import things_of

EXAMPLES = 3  # the drill `api` asks more often, and PostgreSQL too


@pytest.fixture
def asking(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Asking:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("asked by the drill")
    monkeypatch.setitem(RULES, Limit.API, Rule(times=100_000, within=timedelta(minutes=1)))
    team = make_team("Payments", parent=make_team("Company"))
    ada = make_person(team, Role.MANAGER)
    things = things_of(team, ada, files_of=ada)
    refs = {name.split("/")[0]: ref for name, ref in things.items() if "/" in name}
    words = make_token(ada, team, Scope.WRITE)[1]
    return Asking(app=app, words=words, refs=refs | {"teams": team.slug})


def test_every_answer_is_as_the_document_says(asking: Asking) -> None:
    answers = asking.ask_all(asking.document(), examples=EXAMPLES)
    assert answers.faults == []
    idle = [name for name, found in answers.statuses.items() if min(found) >= 300]
    assert (len(answers.statuses) >= 17, idle) == (True, [])


def test_an_answer_that_is_not_as_the_document_says_is_found(asking: Asking) -> None:
    told = asking.document()
    told["paths"] = {"/api/v1/teams": told["paths"]["/api/v1/teams"]}
    told["components"]["schemas"]["Team"]["properties"]["name"]["type"] = "integer"
    assert asking.ask_all(told, examples=1).faults
