"""Words find risks as a reader would expect, by the index of each database."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update

from riskreg.db import db, transaction
from riskreg.lib.text import words_of
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.risks import matching
from riskreg.risks.filters import RiskFilter
from riskreg.risks.matching import asked_words, hold_each, holds, searchable
from riskreg.risks.models import Assessment, Risk
from riskreg.risks.queries import all_rows, view_of
from riskreg.risks.services import create_risk, install_matrix, update_risk
from riskreg.tables import missing_by_hand
from tests.factories import make_team
from tests.risks.factories import make_risk

# Letters that fold, signs that query languages know, scripts without spaces, and near misses.
SIGNS = st.sampled_from(
    "aAbBä\u0308éß\u0130\u0131ø1½²٣_-'\"*:&|!()\\%; .,/\u00a0\u200bあ漢ก\u0e33न\u093fשφΣς🙂"
)
TEXTS = st.text(SIGNS, max_size=14)
WORDS = st.lists(st.sampled_from(["check", "checkout", "out", "sign-in", "NOT", "near", "Über"]))
TITLES = st.one_of(TEXTS, WORDS.map(" ".join), st.text(max_size=20))


@pytest.fixture
def team(app: Flask) -> Team:
    """A team with a matrix to file on."""
    with transaction():
        install_matrix(SYSTEM_ACTOR)
    return make_team()


def found(asked: str) -> set[int]:
    """The numbers of the risks that hold what is asked for, open or closed."""
    view = view_of(SYSTEM_ACTOR, RiskFilter(text=asked, status="all"))
    return {row.id for row in all_rows(view)}


def fill(titles: list[str]) -> dict[int, str]:
    """Store a risk of each text, as the forms and the import do, and no others."""
    with transaction():
        db.session.connection().execute(delete(Assessment))
        db.session.connection().execute(delete(Risk))
        team = db.session.scalars(select(Team)).one()
        made = {}
        for title in titles:
            risk = create_risk(SYSTEM_ACTOR, team=team, values={"title": "x", "kind": "both"})
            risk.search_text = searchable(title)
            made[risk.id] = title
        return made


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(titles=st.lists(TITLES, min_size=1, max_size=6), asked=TITLES)
def test_both_databases_find_what_begins_with_every_word(
    team: Team, titles: list[str], asked: str
) -> None:
    made = fill(titles)
    words = asked_words(asked)
    expected = {
        number
        for number, title in made.items()
        if words and all(any(own.startswith(word) for own in words_of(title)) for word in words)
    }
    with db.session.no_autoflush:
        by_index = set(db.session.scalars(select(Risk.id).where(holds(words))))
        row_by_row = set(db.session.scalars(select(Risk.id).where(*hold_each(words))))
    assert by_index == expected
    assert row_by_row == expected


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("check", True),
        ("CHECKOUT ueber", False),
        ("checkout ÜBER", True),
        ("out", False),
        ("sign-in", True),
        ("in sign", True),
        ('"checkout" OR nothing', False),
        ("checkout*", True),
        ("'", False),
        ("search_text : checkout", False),
        ("!checkout", True),
        ("x" * 5000, False),
    ],
)
def test_what_people_type_is_words_and_never_an_operator(
    team: Team, asked: str, is_found: bool
) -> None:
    risk = make_risk(team, title="Über the checkout: sign-in fails")
    assert found(asked) == ({risk.id} if is_found else set())


def test_an_edit_is_found_by_its_new_words_only(team: Team) -> None:
    risk = make_risk(team, title="Old name")
    with transaction():
        update_risk(SYSTEM_ACTOR, db.session.get_one(Risk, risk.id), {"title": "New name"})
    assert found("new") == {risk.id}
    assert found("old") == set()


def test_what_is_rolled_back_or_deleted_is_not_found(team: Team) -> None:
    risk = make_risk(team, title="Fleeting")
    db.session.connection().execute(update(Risk).values(search_text=" lasting"))
    db.session.rollback()
    assert found("lasting") == set()
    assert found("fleeting") == {risk.id}
    fill(["another"])
    assert found("fleeting") == set()


def test_the_index_is_asked(team: Team) -> None:
    make_risk(team, title="Rare")
    statement = select(Risk.id).where(holds(("rare",)))
    compiled: Any = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
    if db.engine.dialect.name == "sqlite":
        plan = [row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
        assert any("risk_words VIRTUAL TABLE INDEX" in line for line in plan), plan
    else:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = list(db.session.scalars(text(f"EXPLAIN {compiled}")))
        assert any("ix_risk_words" in line for line in plan), plan


def test_common_words_give_the_same_list(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        make_risk(team, number % 5 + 1, 3, title=f"Common thing {number}")
    make_risk(team, title="Another")
    few = view_of(SYSTEM_ACTOR, RiskFilter(text="common"))
    monkeypatch.setattr(matching, "FEW", 2)
    make_risk(team, title="Changes the stamp")
    many = view_of(SYSTEM_ACTOR, RiskFilter(text="common"))
    assert (few.is_common, many.is_common) == (False, True)
    assert [row.id for row in all_rows(many)] == [row.id for row in all_rows(few)]
    assert len(list(all_rows(many))) == 5


def test_a_missing_index_is_told(app: Flask) -> None:
    is_sqlite = db.engine.dialect.name == "sqlite"
    name = "risk_words_added" if is_sqlite else "ix_risk_words"
    connection = db.session.connection()
    assert missing_by_hand(connection) == []
    connection.execute(text(f"DROP {'TRIGGER' if is_sqlite else 'INDEX'} {name}"))
    assert missing_by_hand(connection) == [name]
    db.session.rollback()
