"""What people type is shown, never run: every field, every page."""

import pytest
from flask import Flask

from riskreg.org.kinds import Role
from tests.attacks.planted import addresses_of, make_things, pages, plant, running, text_columns
from tests.client import RegisterClient
from tests.corpora import cases
from tests.factories import make_person, make_team


@pytest.mark.asvs("v5.0.0-1.2.1")
def test_nothing_planted_in_any_field_runs_on_any_page(app: Flask, client: RegisterClient) -> None:
    team = make_team("Company")
    admin = make_person(team, Role.ADMIN)
    paths = addresses_of(make_things(team, admin))
    corpus = cases("scripts")
    assert len(corpus) >= 200
    client.sign_in(admin)
    assert plant(corpus, offset=0, each=3) > 70
    found = {path: running(page) for path, page in pages(app, client, paths)}
    assert len(found) > 60
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    "page",
    [
        "<p><img src=x onerror=alert(1)>",
        '<a href=" JavaScript:alert(1)">x</a>',
        "<a href='java\nscript:x'>x</a>",
        "<script>alert(1)</script>",
        "<form action=//evil.example></form>",
        "<p style='x'>",
        "<iframe></iframe>",
        "<meta http-equiv=refresh content='0;url=x'>",
    ],
)
def test_what_runs_is_seen(page: str) -> None:
    assert running(f"<div>{page}</div>")


def test_what_people_type_is_looked_for_in_all_columns() -> None:
    names = {f"{column.table.name}.{column.name}" for column in text_columns()}
    assert names >= {"risk.title", "risk.description", "team.name", "person.name", "answer.note"}
