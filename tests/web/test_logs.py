"""The log: one object of JSON a line, which names the request and who asked."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from flask import Flask

from riskreg.web import logs
from riskreg.web.security import PUBLIC, requires
from tests.client import RegisterClient
from tests.factories import make_person, make_team


@pytest.fixture
def written(client: RegisterClient) -> Iterator[StringIO]:
    """What is written from now on; the application, made before, writes elsewhere."""
    before, stream = structlog.get_config(), StringIO()
    logs.configure(stream)
    yield stream
    structlog.configure(**before)


def lines(stream: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_names_the_request_and_the_person(client: RegisterClient, written: StringIO) -> None:
    person = make_person(make_team())
    client.sign_in(person)
    for _twice in range(2):
        client.get("/risks/R-4711")
    first, second = lines(written)
    assert first["person"] == second["person"] == person.id
    assert first["request"] != second["request"]


def test_a_crash_is_found_by_what_its_page_says(
    app: Flask,
    client: RegisterClient,
    monkeypatch: pytest.MonkeyPatch,
    written: StringIO,
) -> None:
    def fail(**_given: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "health.alive", requires(PUBLIC)(fail))
    answer = client.get("/healthz", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    (line,) = lines(written)
    assert line["event"] == "crash"
    assert "ZeroDivisionError" in line["exception"]
    assert f"as request {line['request']}" in answer.text


def test_libraries_write_the_same_lines() -> None:
    error = ValueError("no")
    record = logging.LogRecord(
        "waitress", logging.WARNING, __file__, 1, "queue depth %d", (3,), (ValueError, error, None)
    )
    line = json.loads(logs.of_libraries().format(record))
    assert (line["event"], line["level"]) == ("queue depth 3", "warning")
    assert "ValueError: no" in line["exception"]
