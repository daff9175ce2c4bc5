"""The API is asked all that its document allows, and much that it does not."""

from datetime import timedelta

from sqlalchemy import select

from drills.outcome import Outcome
from drills.stage import Stage
from riskreg.db import db
from riskreg.org.kinds import Role, Scope
from riskreg.org.limits import RULES, Limit, Rule
from riskreg.org.models import Team
from tests.api.conftest import make_token
from tests.api.fuzzing import KNOWN, Asking
from tests.factories import make_person
from tests.rules.test_rights import things_of

SHORT, LONG, CONTROL_SIZE = 30, 300, 1
DATABASES = ("sqlite", "postgresql")
CONTROL = "a document that says otherwise of teams"
PROMISE = "Whatever a program asks, the answer is as the document says, and never a crash."
TRIES, ACKED = "examples of each operation, allowed and not", "answers"


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Ask each operation so often; `wrong` are answers that are not as the document says."""
    limit, RULES[Limit.API] = RULES[Limit.API], Rule(times=10**9, within=timedelta(days=1))
    try:
        with stage.looking_in():
            asking = _asking(stage)
            told = asking.document()
            if control:
                told["paths"] = {"/api/v1/teams": told["paths"]["/api/v1/teams"]}
                told["components"]["schemas"]["Team"]["properties"]["name"]["type"] = "integer"
            answers = asking.ask_all(told, examples=size)
    finally:
        RULES[Limit.API] = limit
    count = sum(map(len, answers.statuses.values()))
    taken = sum(status < 300 for found in answers.statuses.values() for status in found)
    for fault in answers.faults:
        print(fault, flush=True)
    wrong, operations = len(answers.faults) + stage.faults(), len(answers.statuses)
    return Outcome(n=size, acked=count, wrong=wrong, told=f"{operations} operations, {taken} taken")


def _asking(stage: Stage) -> Asking:
    team = db.session.scalars(select(Team)).one()
    person = make_person(team, Role.MANAGER)
    things = things_of(team, person, files_of=person)
    refs = {name.split("/")[0]: ref for name, ref in things.items() if "/" in name}
    words = make_token(person, team, Scope.WRITE)[1]
    known = KNOWN | {"team": team.slug}
    return Asking(app=stage.app, words=words, refs=refs | {"teams": team.slug}, known=known)
