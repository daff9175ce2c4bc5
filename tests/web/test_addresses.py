"""An address that nothing can have is no page: 404, on both databases."""

import pytest

from riskreg.org.kinds import Role
from tests.client import RegisterClient
from tests.factories import make_person, make_team

NUMBER = "9" * 30


@pytest.mark.parametrize(
    "address",
    [
        f"/admin/jobs/{NUMBER}",
        f"/admin/people/{NUMBER}",
        f"/packs/{NUMBER}.pdf",
        f"/risks/import/{NUMBER}",
        f"/risks/R-{NUMBER}",
        "/risks/R-%00",
        "/systems/%00",
        "/teams/a%00b",
        "/reviews/%00",
    ],
)
def test_odd_addresses_are_not_there(client: RegisterClient, address: str) -> None:
    client.sign_in(make_person(make_team(), Role.ADMIN))
    assert client.get(address).status_code == 404
