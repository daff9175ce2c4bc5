"""A program with a token, and how it asks."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from riskreg.db import db, transaction
from riskreg.org.kinds import Scope
from riskreg.org.models import Person, Team
from riskreg.org.tokens import create_token
from tests.client import RegisterClient
from tests.factories import actor
from tests.org.conftest import clock

__all__ = ["clock"]


def make_token(
    person: Person, team: Team, scope: Scope = Scope.READ, *, days: int = 90
) -> tuple[int, str]:
    """A token of a person: its number and its words."""
    with transaction():
        token, words = create_token(
            actor(person),
            person=db.session.get_one(Person, person.id),
            team=db.session.get_one(Team, team.id),
            name="test",
            scope=scope,
            days=days,
        )
        return token.id, words


class Program:
    """Asks with a token, and sends JSON."""

    def __init__(self, client: RegisterClient, words: str) -> None:
        self.client, self.words = client, words

    def get(self, path: str, **headers: str) -> TestResponse:
        """Look."""
        return self._ask("GET", path, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Make something, or do something to it."""
        return self._ask("POST", path, headers, body)

    def patch(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Change something."""
        return self._ask("PATCH", path, headers, body)

    def _ask(self, verb: str, path: str, headers: dict[str, str], body: Any = None) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Authorization": f"Bearer {self.words}"} | sent
        raw = body if isinstance(body, bytes | None) else json.dumps(body)
        kind = "application/json" if body is not None else None
        with self.client.application.app_context():
            answer: TestResponse = FlaskClient.open(
                self.client,
                f"/api/v1{path}",
                method=verb,
                headers=sent,
                data=raw,
                content_type=sent.pop("Content-Type", kind),
            )
        db.session.rollback()
        db.session.expire_all()
        return answer


@pytest.fixture
def program(client: RegisterClient) -> Callable[[str], Program]:
    """A program that asks with these words."""
    return lambda words: Program(client, words)
