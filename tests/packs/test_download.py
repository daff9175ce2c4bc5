"""/packs/<id>.pdf: the file, to those who may read it."""

import pytest
from sqlalchemy import func, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db
from tests.client import RegisterClient
from tests.factories import make_person, make_team
from tests.packs.factories import keep, make_pack


@pytest.mark.asvs("v5.0.0-3.2.1")
def test_is_an_attachment_that_nobody_keeps(client: RegisterClient) -> None:
    team = make_team("Payments")
    person = make_person(team)
    pack = make_pack(person, team)
    path = keep(pack, b"%PDF-1.7 bytes")
    assert path.stat().st_mode & 0o077 == 0
    client.sign_in(person)
    before = db.session.scalar(select(func.count(AuditEntry.id)))
    response = client.get(f"/packs/{pack.id}.pdf")
    assert (response.data, response.mimetype) == (b"%PDF-1.7 bytes", "application/pdf")
    assert "attachment" in response.headers["Content-Disposition"]
    assert "riskreg-top-ten-payments-" in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "no-store"
    assert db.session.scalar(select(func.count(AuditEntry.id))) == before


def test_leads_to_the_page_while_there_is_no_file(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team)
    pack = make_pack(person, team)
    client.sign_in(person)
    response = client.get(f"/packs/{pack.id}.pdf")
    assert (response.status_code, response.location) == (303, f"/packs/{pack.id}")
    keep(pack).unlink()
    assert client.get(f"/packs/{pack.id}.pdf").status_code == 303


def test_the_stranger_gets_nothing(client: RegisterClient) -> None:
    root = make_team()
    mine = make_team(parent=root)
    pack = make_pack(make_person(mine), mine)
    keep(pack)
    client.sign_in(make_person(make_team(parent=root)))
    assert client.get(f"/packs/{pack.id}.pdf").status_code == 404
