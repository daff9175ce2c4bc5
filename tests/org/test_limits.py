"""How often something may be done: one count for all processes, and a plain answer."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from riskreg.admin.tasks import sweep_old_rows
from riskreg.db import db
from riskreg.errors import TooMany
from riskreg.jobs.models import Job
from riskreg.jobs.worker import JobContext
from riskreg.org import limits
from riskreg.org.kinds import Role
from riskreg.org.limits import RULES, Limit, count_use, limited, network_of
from riskreg.org.models import UseCount
from tests.client import RegisterClient
from tests.factories import make_person, make_team


@pytest.mark.parametrize("limit", Limit)
@pytest.mark.asvs("v5.0.0-2.4.1")
def test_counts_up_to_the_limit_and_begins_again(
    app: Flask, clock: time_machine.Traveller, limit: Limit
) -> None:
    rule = RULES[limit]
    for _time in range(rule.times):
        count_use(limit, "ada")
    clock.shift(rule.within / 2)
    with pytest.raises(TooMany) as refused:
        count_use(limit, "ada")
    left = rule.within.total_seconds() / 2
    assert left <= refused.value.retry_after_seconds <= left + 1
    count_use(limit, "grace")  # nobody else's business
    clock.shift(rule.within / 2)
    count_use(limit, "ada")


def test_uses_at_once_share_one_count(app: Flask) -> None:
    def once(_number: int) -> bool:
        with app.app_context():
            try:
                count_use(Limit.EXPORT, "ada")
            except TooMany:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        allowed = sum(pool.map(once, range(25)))
    assert allowed == RULES[Limit.EXPORT].times
    assert db.session.scalars(select(UseCount.uses)).one() == 25


def test_processes_that_count_ahead_never_allow_more(
    app: Flask, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = replace(RULES[Limit.API], times=25, ahead=10)
    monkeypatch.setitem(RULES, Limit.API, rule)
    had = 0
    for _process in range(4):
        limits._ahead.clear()  # what another process counted is not known to this one
        with suppress(TooMany):
            for _time in range(11):
                count_use(Limit.API, "ada")
                had += 1
    assert had == 11 + 5  # the first lost nine, the second had what was left
    limits._ahead.clear()
    clock.shift(rule.within)
    for _time in range(25):
        count_use(Limit.API, "ada")
    with pytest.raises(TooMany):
        count_use(Limit.API, "ada")


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("GET", "/search?q=restore", Limit.SEARCH),
        ("POST", "/export/risks", Limit.EXPORT),
        ("POST", "/packs", Limit.PACK),
        ("POST", "/risks/import", Limit.IMPORT),
    ],
)
def test_says_in_a_sentence_when_to_come_back(
    client: RegisterClient, clock: time_machine.Traveller, method: str, path: str, limit: Limit
) -> None:
    person = make_person(make_team(), Role.MANAGER)
    client.sign_in(person)
    for _time in range(RULES[limit].times):
        assert client.open(path, method=method).status_code != 429
    answer = client.open(path, method=method)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == RULES[limit].within.total_seconds() + 1
    assert "That was too often. Wait" in answer.text
    assert client.get("/me").status_code == 200
    client.sign_in(make_person(make_team(), Role.MANAGER))
    assert client.open(path, method=method).status_code != 429


def test_resets_of_one_person_are_counted(client: RegisterClient) -> None:
    team = make_team()
    admin, person = make_person(team, Role.ADMIN), make_person(team)
    client.sign_in(admin)
    path = f"/admin/people/{person.id}/password"
    assert [client.post(path).status_code for _time in range(6)] == [200] * 5 + [429]


def test_the_demo_annoys_nobody(client: RegisterClient, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = client.application.config["SETTINGS"]
    monkeypatch.setitem(client.application.config, "SETTINGS", replace(settings, demo=True))
    client.sign_in(make_person(make_team()))
    for _time in range(12):
        assert client.post("/export/risks").status_code == 200
    assert db.session.scalar(select(func.count(UseCount.id))) == 0


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("", ""),
        ("a socket", "a socket"),
    ],
)
def test_a_household_counts_as_one(address: str, counted: str) -> None:
    assert network_of(address) == counted


def test_a_view_keeps_its_name() -> None:
    def view() -> str:
        return "here"

    assert limited(Limit.SEARCH)(view) is view


def test_counts_are_forgotten_after_a_day(app: Flask, clock: time_machine.Traveller) -> None:
    context = JobContext(job=Job(), payload={}, job_id=1)
    count_use(Limit.SEARCH, "ada")
    clock.shift(timedelta(hours=23))
    assert sweep_old_rows(context) == {"jobs": 0, "uses": 0, "links": 0, "keys": 0}
    clock.shift(timedelta(hours=2))
    assert sweep_old_rows(context) == {"jobs": 0, "uses": 1, "links": 0, "keys": 0}
