"""A thousand uploads that were never meant well, on each database."""

import random

import pytest
from flask import Flask

from riskreg.db import transaction
from riskreg.org.limits import RULES, Limit
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.services import install_matrix
from tests.client import RegisterClient
from tests.factories import make_person, make_team
from tests.imports.test_attacks import ANSWERS, UNLIMITED, attacked

UPLOADS = 170


@pytest.mark.parametrize("seed", range(100, 106))
def test_no_upload_crashes_a_page(
    app: Flask, client: RegisterClient, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setitem(RULES, Limit.IMPORT, UNLIMITED)
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    team = make_team()
    client.sign_in(make_person(team))
    rng = random.Random(seed)
    for _ in range(UPLOADS):
        assert set(attacked(client, team.slug, rng)) <= ANSWERS
