"""Whatever is done, the trail rebuilds every row; whatever is done behind its back is found."""

import re
from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, insert, select, text, update

from riskreg.audit import rows
from riskreg.audit.replay import differences, rebuilt
from riskreg.audit.rows import UNTOLD, UNTOLD_COLUMNS, Untold, columns_of
from riskreg.audit.verify import verify
from riskreg.db import Base, db, transaction, write_intent
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.services import create_team
from riskreg.risks.models import Assessment, Risk
from tests.audit.further_steps import FURTHER
from tests.audit.steps import STEPS, Walk

SUSPICIOUS = ("password", "secret", "token", "hash", "code_")


@pytest.fixture(scope="module")
def tables() -> Iterable[Table]:
    return Base.metadata.sorted_tables


@pytest.mark.parametrize("seed", [1, 2])
def test_random_steps_are_rebuilt_from_the_trail(app: Flask, seed: int) -> None:
    walk = Walk(seed)
    walk.begin()
    walk.walk(150)
    assert list(differences()) == []
    assert verify().is_sound
    assert walk.done > 50
    told = rebuilt()
    assert len(told["risk"]) == len(db.session.scalars(select(Risk.id)).all()) > 10


def test_every_audited_table_is_rebuilt_from_the_trail(app: Flask) -> None:
    walk, left = Walk(4), list(dict.fromkeys(STEPS))
    walk.begin()
    for _round in range(30):
        left = [step for step in left if not walk.try_step(step)]
    assert [step.__name__ for step in left if step in FURTHER] == []
    assert list(differences()) == []
    audited = {table.name for table in Base.metadata.sorted_tables if columns_of(table)}
    assert audited - rebuilt().keys() == set()


def test_rows_changed_behind_its_back_are_named(app: Flask) -> None:
    walk = Walk(3)
    walk.begin()
    walk.walk(80)
    number = min(key for (key,) in rebuilt()["risk"])
    with write_intent():
        connection = db.session.connection()
        connection.execute(text("UPDATE risk SET title = 'x' WHERE id = :id"), {"id": number})
        connection.execute(text("DELETE FROM risk_tag"))
        planted = "INSERT INTO risk_tag (risk_id, tag) VALUES (:id, 'planted')"
        connection.execute(text(planted), {"id": number})
        found = list(differences())
        db.session.rollback()
    assert f"risk {number} is not as the trail says: title." in found
    assert f"risk_tag {number}/planted is in the table, and not in the trail." in found
    gone = re.compile(r"risk_tag .* is in the trail, and not in the table\.")
    assert any(gone.fullmatch(line) for line in found)
    assert list(differences()) == []


def test_a_bulk_statement_must_tell_of_its_rows(app: Flask) -> None:
    with pytest.raises(Untold, match="wrote risk without"), transaction():
        db.session.execute(update(Risk).values(title="x"))
    with pytest.raises(Untold, match="wrote assessment without"), transaction():
        db.session.execute(insert(Assessment), [{"risk_id": 1}])


def test_what_no_act_speaks_of_is_the_programs_own(app: Flask) -> None:
    with transaction():
        team = create_team(SYSTEM_ACTOR, name="Company", parent=None)
    with transaction():
        db.session.get_one(Team, team.id).name = "Firm"
    assert rebuilt()["team"][(team.id,)]["name"] == "Firm"
    assert list(differences()) == []


def test_secrets_are_never_told(app: Flask, tables: Iterable[Table]) -> None:
    told = [f"{table.name}.{name}" for table in tables for name in columns_of(table)]
    found = [name for name in told if any(word in name for word in SUSPICIOUS)]
    assert set(found) <= KNOWN, "list it in audit/rows.py, or here as no secret"


# No secrets, whatever their names say.
KNOWN: set[str] = {
    "pack.sha256",
    *(f"api_token.{name}" for name in ("id", "name", "person_id", "team_id", "scope", "form_key")),
    *(f"api_token.{when}" for when in ("created_at", "expires_at", "ended_at")),
}


def test_what_is_left_out_is_there_and_says_why(app: Flask, tables: Iterable[Table]) -> None:
    names: dict[str, Any] = {table.name: table for table in tables}
    assert {name for name in UNTOLD if name not in names} == set()
    for name, why in UNTOLD_COLUMNS.items():
        table, _, column = name.partition(".")
        assert column in names[table].columns, name
        assert why in {rows.SECRET, rows.DERIVED, rows.COUNTER, rows.PASSING}
    assert all(UNTOLD.values())
