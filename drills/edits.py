"""Fifty people change five things at the same time; nobody's accepted change may vanish."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from lxml import html
from sqlalchemy import select

from drills.clients import Client
from drills.outcome import Outcome, compare, total
from drills.stage import Server, Stage
from riskreg.db import db
from riskreg.org.models import Person, Team
from tests.actions.factories import make_action
from tests.factories import make_system
from tests.postmortems.factories import make_incident, make_postmortem, make_risk

SHORT, LONG, CONTROL_SIZE = 50, 250, 10
EDITS = 20
DATABASES = ("sqlite", "postgresql")
CONTROL = "people who do not say which version they saw"
PROMISE = "Of many people who change one thing at the same time, nobody's saved change vanishes."
TRIES, ACKED = "changes tried", "saved"
SEEN = ("version", "base")  # the fields that say what somebody saw


@dataclass(frozen=True)
class Thing:
    """A page to change something on, and the field of a long text there."""

    path: str
    field: str

    def form_in(self, page: str) -> Any:
        """The form that holds the field."""
        forms = html.fromstring(page).forms
        return next(form for form in forms if self.field in form.fields)

    def words_in(self, page: str) -> list[str]:
        """What the text says."""
        return str(self.form_in(page).fields[self.field] or "").split()


THINGS = (
    Thing("/risks/R-1/edit", "description"),
    Thing("/actions/A-1/edit", "detail"),
    Thing("/systems/shared/edit", "description"),
    Thing("/incidents/I-1/edit", "summary"),
    Thing("/incidents/I-1/sections/summary", "text"),
)


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Each reads their thing, adds a word to its text, and sends it, twenty times.

    The text holds the word of every change that was accepted.
    """
    _make(stage)
    with Server(stage):
        with ThreadPoolExecutor(size) as pool:
            asked = [pool.submit(_edit, stage, number, control) for number in range(size)]
            accepted = [each.result() for each in asked]
        reader = Client(stage, 0)
        parts = [
            compare(
                0,
                [word for words in accepted[place :: len(THINGS)] for word in words],
                thing.words_in(reader.get(thing.path)),
            )
            for place, thing in enumerate(THINGS)
        ]
    sound = Outcome(n=0, acked=0, wrong=stage.faults())
    told = "a risk, an action, a system, an incident and a text of its post-mortem"
    return total(size * EDITS, [*parts, sound], told=told)


def _make(stage: Stage) -> None:
    with stage.looking_in():
        team = db.session.scalars(select(Team)).one()
        person = db.session.scalars(select(Person).limit(1)).one()
        make_risk(team, person)
        make_action(team, person)
        make_system(team, key="shared")
        make_postmortem(make_incident(team, person), person)


def _edit(stage: Stage, number: int, control: bool) -> list[str]:
    client, accepted = Client(stage, number), list[str]()
    thing = THINGS[number % len(THINGS)]
    for turn in range(EDITS):
        form, word = thing.form_in(client.get(thing.path)), f"w{number}-{turn}"
        form.fields[thing.field] = f"{form.fields[thing.field] or ''} {word}"
        left_out = {"csrf_token", *SEEN} if control else {"csrf_token"}
        sent = [(key, value) for key, value in form.form_values() if key not in left_out]
        filled = [(key, value) for key, value in sent if value != "on"]  # lxml's word for no choice
        status = client.post(form.action or thing.path, filled)
        if status == 303:
            accepted.append(word)
        else:
            assert status in {409, 503}, (status, thing)  # changed meanwhile, or others were saving
    return accepted
