"""A new secret key: second factors go on, also where the change was stopped in the middle."""

from argparse import Namespace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.audit.models import AuditEntry
from riskreg.commands import secrets
from riskreg.db import db, transaction
from riskreg.errors import Conflict, Invalid
from riskreg.jobs.models import WorkerSeen
from riskreg.lib.dates import now
from riskreg.org.models import SecondFactor
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.sealing import seal, unseal
from riskreg.org.second_factors import seal_anew
from tests.factories import make_person, make_team

OLD, NEW, OTHER = "o" * 40, "n" * 40, "x" * 40


def make_factors(*keys: str) -> None:
    team = make_team()
    people = [make_person(team) for _key in keys]
    with transaction():
        for person, key in zip(people, keys, strict=True):
            sealed = seal(f"SECRET{key[0]}", secret_key=key)
            db.session.add(SecondFactor(person_id=person.id, sealed=sealed, created_at=now()))


def opened_with(key: str) -> list[str | None]:
    db.session.rollback()
    factors = db.session.scalars(select(SecondFactor).order_by(SecondFactor.id))
    return [unseal(factor.sealed, secret_key=key) for factor in factors]


def test_seals_anew_what_it_can_open(app: Flask) -> None:
    make_factors(OLD, NEW, OTHER)
    for _again in range(2):
        with transaction():
            assert seal_anew(SYSTEM_ACTOR, old=OLD, new=NEW) == (2, 1)
        assert opened_with(NEW) == ["SECRETo", "SECRETn", None]
        assert opened_with(OTHER)[2] == "SECRETx"


@pytest.fixture
def place(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that keeps the key of the application."""
    place = tmp_path / "secret.key"
    place.write_text(app.config["SETTINGS"].secret_key)
    monkeypatch.delenv("RISKREG_SECRET_KEY", raising=False)
    monkeypatch.setenv("RISKREG_SECRET_KEY_FILE", str(place))
    make_factors(place.read_text())
    return place


def test_the_new_key_takes_the_place_of_the_old(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = place.read_text()
    assert secrets.run_rotate(Namespace()) == 0
    assert place.read_text() != old
    assert place.stat().st_mode & 0o777 == 0o600
    assert list(place.parent.glob("*.new")) == []
    assert opened_with(place.read_text()) == [f"SECRET{old[0]}"]
    told = capsys.readouterr()
    assert old not in told.out + told.err
    assert place.read_text() not in told.out + told.err
    acts = db.session.scalars(select(AuditEntry.action)).all()
    assert "secrets.rotate" in acts


def test_goes_on_where_it_was_stopped(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = place.read_text()
    with monkeypatch.context() as patched:
        patched.setattr("os.replace", lambda *_paths: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(Invalid, match="run this again"):
            secrets.run_rotate(Namespace())
    assert place.read_text() == old
    assert secrets.run_rotate(Namespace()) == 0
    assert opened_with(place.read_text()) == [f"SECRET{old[0]}"]


def test_a_key_that_was_not_written_whole_is_made_anew(place: Path) -> None:
    place.with_name(f"{place.name}.new").touch()
    assert secrets.run_rotate(Namespace()) == 0
    assert len(place.read_text()) > 40
    assert opened_with(place.read_text()) == ["SECRETt"]


def test_is_refused_while_riskreg_runs_and_where_no_file_keeps_the_key(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction():
        db.session.add(WorkerSeen(name="one", started_at=now(), seen_at=now()))
    with pytest.raises(Conflict, match="stop it"):
        secrets.run_rotate(Namespace())
    monkeypatch.setenv("RISKREG_SECRET_KEY", OLD)
    with pytest.raises(Conflict, match="RISKREG_SECRET_KEY_FILE"):
        secrets.run_rotate(Namespace())
