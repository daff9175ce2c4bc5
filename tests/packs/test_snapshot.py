"""What a snapshot holds, whose it is, and who may freeze it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.actions.services import close_action
from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.errors import Forbidden, Invalid, NotFound
from riskreg.lib.dates import clock_at, now
from riskreg.metrics.matrix import Rating
from riskreg.org.kinds import Role
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR, Actor
from riskreg.packs.document import pack_html
from riskreg.packs.kinds import PackKind
from riskreg.packs.models import Snapshot
from riskreg.packs.recipes import RECIPES, SECTIONS
from riskreg.packs.services import freeze
from riskreg.packs.words import format_share
from riskreg.postmortems.models import Postmortem
from riskreg.postmortems.parts import link_risk
from riskreg.postmortems.services import save_section
from riskreg.postmortems.template import template
from riskreg.risks.kinds import Tier
from riskreg.risks.models import Risk
from riskreg.risks.past import cells_at
from riskreg.risks.services import assess_risk
from tests.actions.factories import make_action
from tests.factories import actor, make_person, make_system, make_team
from tests.packs.factories import make_snapshot
from tests.postmortems.factories import make_incident, make_postmortem
from tests.reviews.factories import make_review
from tests.risks.factories import make_risk

TEAM_KINDS = [kind for kind, recipe in RECIPES.items() if not recipe.needs_ref]


def test_every_section_is_used_and_every_recipe_knows_its_sections() -> None:
    used = {key for recipe in RECIPES.values() for key in recipe.sections}
    assert used == set(SECTIONS)


@pytest.mark.parametrize("kind", TEAM_KINDS)
def test_an_empty_team_is_printed_honestly(app: Flask, kind: PackKind) -> None:
    team = make_team()
    html = pack_html(make_snapshot(make_person(team), team, kind))
    assert "None" not in html
    expected = {
        PackKind.LEADERSHIP: "Nothing is known yet: no open risk is in the register.",
        PackKind.TOP_TEN: "There is no open, rated risk in this team yet.",
        PackKind.REGISTER: "No risk matches.",
    }
    assert expected[kind] in html


def test_things_with_hardly_anything_in_them_are_printed(app: Flask) -> None:
    team = make_team()
    person = make_person(team, Role.MANAGER)
    risk, incident = make_risk(team), make_incident(team, person)
    review = make_review(make_system(team), person)
    pages = [
        pack_html(make_snapshot(person, team, kind, ref=row.ref))
        for kind, row in (
            (PackKind.RISK, risk),
            (PackKind.POSTMORTEM, incident),
            (PackKind.REVIEW, review),
        )
    ]
    assert "Nobody has rated it yet." in pages[0]
    assert "No risk in the register foresaw it." in pages[1]
    assert "Not ready" in pages[2]


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (15 / 54, "27\u00a0%"),
        (0.29, "29\u00a0%"),
        (0.999, "99\u00a0%"),
        (1, "100\u00a0%"),
        (None, "?"),
    ],
)
def test_a_share_is_rounded_down_as_on_the_pages(share: float | None, told: str) -> None:
    assert format_share(share) == told


@pytest.mark.parametrize("kind", [PackKind.TOP_TEN, PackKind.LEADERSHIP])
def test_the_plan_of_each_of_the_ten_is_its_open_actions(app: Flask, kind: PackKind) -> None:
    team = make_team()
    person = make_person(team, name="Ada Lovelace")
    planned, bare = make_risk(team, 5, 5), make_risk(team, 4, 4)
    due_on = date(2126, 3, 4)
    make_action(team, person, title="Buy a rack", risk_id=planned.id, due_on=due_on)
    done = make_action(team, person, title="Ask for prices", risk_id=planned.id)
    with transaction():
        close_action(actor(person), db.session.merge(done), "Asked.")
    snapshot = make_snapshot(person, team, kind)
    rows = {row["ref"]: row["plan"] for row in snapshot.data["sections"]["the_ten"]["rows"]}
    assert [(each["title"], each["owner"]) for each in rows[planned.ref]] == [
        ("Buy a rack", "Ada Lovelace")
    ]
    assert rows[bare.ref] == []
    html = pack_html(snapshot)
    for words in ("Buy a rack · Ada Lovelace · due 4 Mar 2126", "No action yet", "Undecided"):
        assert words in html
    assert "Ask for prices" not in html
    assert "For 1 of them nothing is promised yet." in html


def test_the_cover_says_for_whom_and_when(app: Flask) -> None:
    team = make_team()
    make_risk(team, 5, 5)
    with clock_at(datetime(2126, 11, 23, 9, 4, tzinfo=UTC)):
        person = make_person(team, name="Ada Lovelace")
        mine, programs = (pack_html(_frozen(doer, team)) for doer in (actor(person), SYSTEM_ACTOR))
    assert "Made for Ada Lovelace on 23 November 2126, 09:04 UTC." in mine
    assert f"Made for {team.name} by the command line on 23 November 2126" in programs


def _frozen(doer: Actor, team: Team) -> Snapshot:
    with transaction():
        found = db.session.get_one(Team, team.id)
        number = freeze(doer, kind=PackKind.TOP_TEN, team=found).id
    return db.session.get_one(Snapshot, number)


def test_equal_contents_have_equal_hashes(app: Flask) -> None:
    team = make_team()
    person = make_person(team)
    make_risk(team, 5, 5)
    first, second = (make_snapshot(person, team, PackKind.REGISTER) for _ in range(2))
    make_risk(team, 1, 1)
    third = make_snapshot(person, team, PackKind.REGISTER)
    assert first.sha256 == second.sha256 != third.sha256


def test_a_snapshot_stays_as_it_was(app: Flask) -> None:
    team = make_team()
    risk = make_risk(team, 5, 5, title="As it was called then")
    snapshot_id = make_snapshot(make_person(team), team, PackKind.RISK, ref=risk.ref).id
    with transaction():
        db.session.get_one(Risk, risk.id).title = "Something else"
    snapshot = db.session.get_one(type(make_snapshot(make_person(team), team)), snapshot_id)
    assert "As it was called then" in pack_html(snapshot)


def test_freezing_is_in_the_trail(app: Flask) -> None:
    team = make_team()
    person = make_person(team)
    snapshot = make_snapshot(person, team)
    query = select(AuditEntry).where(AuditEntry.action == "snapshot.freeze")
    entry = db.session.scalars(query).one()
    assert (entry.actor_id, entry.subject_id, entry.team_id) == (person.id, snapshot.id, team.id)
    assert entry.changes["sha256"] == [None, snapshot.sha256]


def test_holds_what_its_maker_may_see_and_no_more(app: Flask) -> None:
    root = make_team()
    mine, theirs = make_team(parent=root), make_team(parent=root)
    make_risk(mine, 3, 3, title="Mine")
    make_risk(theirs, 3, 3, title="Theirs")
    html = pack_html(make_snapshot(make_person(mine), mine, PackKind.REGISTER))
    assert "Mine" in html
    assert "Theirs" not in html


def test_refuses_strangers_and_unknown_things(app: Flask) -> None:
    root = make_team()
    mine, theirs = make_team(parent=root), make_team(parent=root)
    person, risk = make_person(mine), make_risk(theirs, 3, 3)
    with pytest.raises(NotFound):
        make_snapshot(person, theirs)
    with pytest.raises(NotFound):
        make_snapshot(person, mine, PackKind.RISK, ref=risk.ref)
    with pytest.raises(NotFound, match="does not belong"):
        make_snapshot(make_person(root, Role.ADMIN), mine, PackKind.RISK, ref=risk.ref)
    with pytest.raises(Invalid, match="which one"):
        make_snapshot(person, mine, PackKind.RISK)
    with pytest.raises((NotFound, Forbidden)):
        make_snapshot(make_person(), mine)


def test_a_pack_about_one_thing_belongs_to_its_team(app: Flask) -> None:
    root = make_team()
    below = make_team("Checkout", parent=root)
    snapshot = make_snapshot(
        make_person(root, Role.ADMIN), root, PackKind.RISK, ref=make_risk(below, 3, 3).ref.lower()
    )
    assert (snapshot.team_id, snapshot.data["team"]) == (below.id, "Checkout")
    assert snapshot.subject_ref.startswith("R-")


def test_notes_the_teams_it_looked_at_beside_its_own(app: Flask) -> None:
    root = make_team()
    mine, theirs = make_team(parent=root), make_team(parent=root)
    admin = make_person(root, Role.ADMIN)
    risk = make_risk(mine, 3, 3)
    make_action(theirs, admin, risk_id=risk.id, title="Done elsewhere")
    seen = make_snapshot(admin, root, PackKind.RISK, ref=risk.ref)
    assert seen.other_team_ids == [theirs.id]
    assert "Done elsewhere" in pack_html(seen)
    unseen = make_snapshot(make_person(mine), mine, PackKind.RISK, ref=risk.ref)
    assert unseen.other_team_ids == []
    assert "Done elsewhere" not in pack_html(unseen)


def test_names_no_system_of_a_team_that_its_reader_may_not_see(app: Flask) -> None:
    root = make_team()
    mine, theirs = make_team(parent=root), make_team(parent=root)
    admin, person = make_person(root, Role.ADMIN), make_person(mine, Role.MANAGER)
    system = make_system(theirs, name="Their ledger")
    risk = make_risk(mine, 3, 3, system=system, effort_days=3)
    for kind in (PackKind.TOP_TEN, PackKind.REGISTER, PackKind.LEADERSHIP):
        assert "Their ledger" not in pack_html(make_snapshot(person, mine, kind))
        assert "Their ledger" in pack_html(make_snapshot(admin, root, kind))
    unseen = make_snapshot(person, mine, PackKind.RISK, ref=risk.ref)
    assert "Their ledger" not in pack_html(unseen)
    seen = make_snapshot(admin, mine, PackKind.RISK, ref=risk.ref)
    assert "Their ledger" in pack_html(seen)
    assert seen.other_team_ids == [theirs.id]


def test_a_filtered_register_has_the_rows_and_says_which(app: Flask) -> None:
    team = make_team()
    make_risk(team, 5, 5, title="Critical one")
    make_risk(team, 1, 1, title="Low one")
    filters = {"band": "4", "team": "elsewhere", "nonsense": "x"}
    snapshot = make_snapshot(make_person(team), team, PackKind.REGISTER, filters=filters)
    html = pack_html(snapshot)
    assert snapshot.data["filters"] == {"band": "4"}
    assert "Only the rows with Band: Critical." in html
    assert "Critical one" in html
    assert "Low one" not in html


def test_a_post_mortem_is_printed_with_all_that_was_written(app: Flask) -> None:
    team = make_team()
    person = make_person(team, Role.MANAGER)
    risk = make_risk(team, title="A disk fills up")
    incident = make_incident(team, person)
    postmortem = make_postmortem(incident, person)
    with transaction():
        row = db.session.get_one(Postmortem, postmortem.id)
        for section in template().sections:
            if section.has_text:
                save_section(actor(person), row, section.key, f"Told of {section.key}.")
        link_risk(actor(person), row, db.session.get_one(Risk, risk.id), foresaw=True)
        db.session.get_one(Risk, risk.id).realised_at = now()
    html = pack_html(make_snapshot(person, team, PackKind.POSTMORTEM, ref=incident.ref))
    for section in template().sections:
        if section.has_text:
            assert html.count(f"Told of {section.key}.") == 1, section.key
    assert "A disk fills up (filed after it began, realised)" in html


def test_tells_what_changed_since_the_last_pack(app: Flask) -> None:
    team = make_team()
    person = make_person(team, Role.MANAGER)
    moved, _gone = make_risk(team, 5, 5, effort_days=5), make_risk(team, 4, 4, effort_days=5)
    first = make_snapshot(person, team)
    assert first.data["sections"]["changes"]["since"] is None
    assert "This is the first pack of this kind" in pack_html(first)
    with transaction():
        stored = db.session.get_one(Risk, moved.id)
        rating = Rating(likelihood=3, impact=5)
        assess_risk(actor(person), stored, rating=rating, tier=Tier.CURRENT, why="Less likely.")
    make_risk(team, 5, 4, effort_days=5, title="A new one")
    changes = make_snapshot(person, team).data["sections"]["changes"]
    assert [row["title"] for row in changes["entered"]] == ["A new one"]
    assert [row["ref"] for row in changes["rescored"]] == [moved.ref]
    filtered = make_snapshot(person, team, filters={"order": "value"})
    assert "changes" not in filtered.data["sections"]


def test_compares_with_the_newest_pack_that_is_a_week_old(app: Flask) -> None:
    team = make_team()
    person = make_person(team, Role.MANAGER)
    for days in (30, 8, 2, 0):
        with clock_at(now() - timedelta(days=days)):
            snapshot = make_snapshot(person, team)
    week_ago = (snapshot.made_at - timedelta(days=8)).date()
    assert snapshot.data["sections"]["changes"]["since"] == week_ago.isoformat()


def test_the_register_of_a_quarter_ago(app: Flask) -> None:
    team = make_team()
    person = make_person(team, Role.MANAGER)
    with clock_at(now() - timedelta(days=100)):
        old = make_risk(team, 2, 2, by=person)
    make_risk(team, 5, 5)
    with transaction():
        stored = db.session.get_one(Risk, old.id)
        rating = Rating(likelihood=4, impact=4)
        assess_risk(actor(person), stored, rating=rating, tier=Tier.CURRENT, why="Worse.")
        later = Rating(likelihood=3, impact=3)
        at = now() - timedelta(days=60)
        assess_risk(actor(person), stored, rating=later, tier=Tier.CURRENT, why="Late.", at=at)
    asked = actor(person)
    assert cells_at(asked, team, now() - timedelta(days=90)) == ({(2, 2): 1}, 0)
    assert cells_at(asked, team, now() - timedelta(days=30)) == ({(3, 3): 1}, 0)
    assert cells_at(asked, team, now()) == ({(4, 4): 1, (5, 5): 1}, 0)
