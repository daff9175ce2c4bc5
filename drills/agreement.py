"""Three servers of one register: what somebody may do is the same at all of them, at once."""

import itertools
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import NamedTuple

import sqlalchemy as sa

from drills.clients import Client
from drills.cluster import free_port
from drills.outcome import Outcome
from drills.stage import Server, Stage
from riskreg.db import db, transaction
from riskreg.org.accounts import activate_person, deactivate_person
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.services import grant_role, revoke_role
from riskreg.org.sessions import begin_session

SHORT, LONG, CONTROL_SIZE = 40, 500, 4
DATABASES = ("sqlite", "postgresql")
CONTROL = "servers that remember for a minute who somebody is"
PROMISE = (
    "With several servers a role that is taken away, a person who is locked out and a session "
    "that is ended count at every one of them with the next request."
)
TRIES, ACKED = "changes", "answers held against them"
SERVERS = 3
PATH = "/risks/new"  # for whoever may file one


class Step(NamedTuple):
    """A change, and the status that everybody's next request is answered with."""

    do: Callable[[Stage, Person], str]
    status: int


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Make so many changes; after each all servers are asked. `wrong` are answers of before."""
    mode = "remembering" if control else "serve --no-worker"
    servers = [Server(stage, mode=mode, port=free_port()) for _ in range(SERVERS)]
    client, asked, wrong = Client(stage, 0), 0, 0
    with ExitStack() as stack:
        for server in servers:
            stack.enter_context(server)
        for step in itertools.islice(itertools.cycle(STEPS), size):
            token = _done(stage, step)
            if token:
                client.take(token)
            for server in servers:
                client.port = server.port
                wrong += client.status(PATH) != step.status
                asked += 1
    return Outcome(n=size, acked=asked, wrong=wrong + stage.faults(), told=f"{SERVERS} servers")


def _done(stage: Stage, step: Step) -> str:
    """Make a change past the servers; the token of a new session, if it makes one."""
    with stage.looking_in(), transaction():
        person = db.session.scalars(sa.select(Person).order_by(Person.id)).first()
        assert person is not None
        return step.do(stage, person)


def _take_role(_stage: Stage, person: Person) -> str:
    revoke_role(SYSTEM_ACTOR, person, _team())
    return ""


def _give_role(_stage: Stage, person: Person) -> str:
    grant_role(SYSTEM_ACTOR, person, _team(), Role.ENGINEER)
    return ""


def _lock_out(_stage: Stage, person: Person) -> str:
    deactivate_person(SYSTEM_ACTOR, person)
    return ""


def _let_in(stage: Stage, person: Person) -> str:
    activate_person(SYSTEM_ACTOR, person)
    return begin_session(person, settings=stage.settings, device="drill", address="127.0.0.1")


def _team() -> Team:
    return db.session.scalars(sa.select(Team)).one()


STEPS: Sequence[Step] = (
    Step(_take_role, 403),
    Step(_give_role, 200),
    Step(_lock_out, 303),
    Step(_let_in, 200),
)
