"""Every hostile text in every field that holds one, on every page: shown, never run."""

from typing import Any

import sqlalchemy as sa

from drills.outcome import Outcome
from drills.stage import Stage
from riskreg.db import db
from riskreg.org.kinds import Role
from riskreg.org.models import Team
from tests.attacks.planted import addresses_of, make_things, pages, plant, running, text_columns
from tests.client import RegisterClient
from tests.corpora import cases
from tests.factories import make_person

EACH = 14  # texts in a field at once: with twenty rounds each has stood in each field
SHORT, LONG, CONTROL_SIZE = 20, 272, 1
DATABASES = ("sqlite",)
CONTROL = "pages that do not escape what they show"
PROMISE = "What people type is shown, never run: each of 272 hostile texts in each field."
TRIES, ACKED = "rounds", "pages read"


def run(stage: Stage, size: int, *, control: bool) -> Outcome:
    """Plant, and read every page, so many times; `wrong` is what would have run."""
    app: Any = stage.app
    app.config["WTF_CSRF_ENABLED"] = False
    app.jinja_env.autoescape = (lambda _name: False) if control else app.jinja_env.autoescape
    corpus, read, wrong = cases("scripts"), 0, 0
    if control:  # what it spoils must not be met again: parts of pages are remembered by their text
        corpus = [f"control {text}" for text in corpus]
    with stage.looking_in():
        client, paths = _begin(stage)
        for number in range(size):
            plant(corpus, offset=number, each=EACH)
            for _path, page in pages(app, client, paths):
                read += 1
                wrong += len(running(page))
    told = f"{len(corpus)} texts, {EACH} at once, in {len(text_columns())} fields"
    return Outcome(n=size, acked=read, wrong=wrong, told=told)


def _begin(stage: Stage) -> tuple[RegisterClient, list[str]]:
    """An administrator, and the addresses of all pages about one of everything."""
    team = db.session.scalars(sa.select(Team)).one()
    admin = make_person(team, Role.ADMIN)
    client = RegisterClient(stage.app).sign_in(admin)
    return client, addresses_of(make_things(team, admin))
