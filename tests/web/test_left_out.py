"""A filter that nobody knows is named on the page, instead of showing another list in silence."""

import pytest

from riskreg.db import transaction
from riskreg.org.kinds import Role
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks.services import install_matrix
from tests.client import RegisterClient
from tests.factories import make_person, make_team

IN_VAIN = "is not known, so it was left out."


def sign_in(client: RegisterClient) -> RegisterClient:
    """A viewer of the only team, with the default matrix."""
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    return client.sign_in(make_person(make_team("Root"), Role.VIEWER))


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/risks?band=steep", "Band “steep”"),
        ("/risks?kind=odd", "Kind “odd”"),
        ("/risks?order=newest", "Order “newest”"),
        ("/risks?due=soon", "Due for review “soon”"),
        ("/risks?likelihood=often", "Likelihood “often”"),
        ("/risks/matrix?status=gone", "Status “gone”"),
        ("/risks/top?owner=ada", "Owner “ada”"),
        ("/reviews?readiness=maybe", "Readiness “maybe”"),
        ("/incidents?severity=9", "Severity “9”"),
        ("/actions?priority=P9", "Priority “P9”"),
        ("/risks?band=%3Cb%3E", "Band “&lt;b&gt;”"),
    ],
)
def test_names_the_filter_and_its_value(client: RegisterClient, path: str, told: str) -> None:
    page = sign_in(client).get(path)
    assert page.status_code == 200
    assert f"{told} {IN_VAIN}" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/risks?band=2&kind=security&status=all&owner=me&due=1&tier=target&likelihood=2&impact=3",
        "/risks?band=unrated&owner=none&effort=unknown&order=value&due=0",
        "/risks?band=&kind=",
        "/reviews?status=signed_off&readiness=ready",
        "/incidents?severity=2&postmortem=missing&cause=change",
        "/actions?status=all&priority=P1&origin=risk&group=overdue",
    ],
)
def test_says_nothing_of_what_is_known(client: RegisterClient, path: str) -> None:
    assert IN_VAIN not in sign_in(client).get(path).text


def test_tells_it_of_a_long_value_in_short(client: RegisterClient) -> None:
    page = sign_in(client).get(f"/risks?band={'x' * 500}").text
    assert f"Band “{'x' * 60}” {IN_VAIN}" in page
