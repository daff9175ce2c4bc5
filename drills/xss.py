"""Every hostile text in every field that holds one, on every page and in print: never run."""

from typing import Any

import sqlalchemy as sa

from drills.outcome import Outcome
from drills.stage import Stage
from riskreg.db import db
from riskreg.org.kinds import Role
from riskreg.org.models import Person, Team
from riskreg.packs.document import pack_pdf
from riskreg.packs.kinds import PackKind
from tests.attacks.planted import (
    addresses_of,
    carrying,
    make_things,
    pages,
    plant,
    plant_for_print,
    running,
    snapshots,
    text_columns,
)
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
        client, admin, things = _begin(stage)
        paths, sheets = addresses_of(things), 0
        for number in range(size):
            plant(corpus, offset=number, each=EACH)
            for _path, page in pages(app, client, paths):
                read += 1
                wrong += len(running(page))
        if not control:  # the printer runs no script whatever it is given
            plant_for_print(corpus)
            team = db.session.scalars(sa.select(Team)).one()
            for _kind, snapshot in snapshots(team, admin, things):
                pdf = pack_pdf(snapshot)
                sheets, read = sheets + pdf.page_count, read + 1
                wrong += len(carrying(pdf.content))
    told = f"{len(corpus)} texts, {EACH} at once, in {len(text_columns())} fields"
    told += f"; {len(PackKind)} packs of {sheets} pages with all of them" if sheets else ""
    return Outcome(n=size, acked=read, wrong=wrong, told=told)


def _begin(stage: Stage) -> tuple[RegisterClient, Person, dict[str, str]]:
    """An administrator's browser, who they are, and one of everything."""
    team = db.session.scalars(sa.select(Team)).one()
    admin = make_person(team, Role.ADMIN)
    client = RegisterClient(stage.app).sign_in(admin)
    return client, admin, make_things(team, admin)
