"""The trail: who may read which entry, its filters, its pages, its words."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from riskreg.audit import chain
from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.metrics.matrix import Rating
from riskreg.org.kinds import Role
from riskreg.org.models import Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.services import create_team
from riskreg.risks.kinds import CloseReason, Tier
from riskreg.risks.models import Risk
from riskreg.risks.services import assess_risk, close_risk
from riskreg.trail.filters import TrailFilter
from riskreg.trail.queries import PAGE_SIZE, entries
from riskreg.trail.words import ACT, line_of
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_team
from tests.risks.factories import make_risk
from tests.rules.sources import python_files


def trail(client: RegisterClient, **args: str) -> str:
    response = client.get("/trail", query_string=args)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def make_entries(team: Team | None, count: int) -> None:
    with transaction():
        chain.add(
            {
                "at": now(),
                "actor_id": None,
                "actor_name": "Somebody",
                "action": "risk.update",
                "subject_type": "risk",
                "subject_id": number + 1,
                "subject_ref": f"R-{number + 1}",
                "team_id": team.id if team else None,
                "changes": {"title": ["Old", f"New {number + 1}"]},
                "note": "",
            }
            for number in range(count)
        )


def test_says_who_did_what_and_what_it_changed(client: RegisterClient) -> None:
    team = make_team()
    person = make_person(team, name="Ada Lovelace")
    risk = make_risk(team, 4, 4, by=person, title="Disk fills")
    with transaction():
        stored = db.session.get_one(Risk, risk.id)
        rating = Rating(likelihood=2, impact=4)
        assess_risk(actor(person), stored, tier=Tier.CURRENT, rating=rating, why="Quotas.")
    client.sign_in(person)
    page = trail(client)
    assert f'Ada Lovelace rated the risk again <a class="ref" href="/risks/{risk.ref}">' in page
    assert "Quotas." in page
    assert re.search(r"Current likelihood:</span> <del>4</del>.*?2</li>", page)


def test_shows_one_thing_by_its_name(client: RegisterClient) -> None:
    root = make_team()
    below = make_team(parent=root)
    person = make_person(root)
    wanted, other = make_risk(below, title="This one"), make_risk(below, title="That one")
    client.sign_in(person)
    page = trail(client, ref=wanted.ref.lower())
    assert f"Trail of {wanted.ref}" in page
    assert "This one" in page
    assert other.ref not in page


def test_a_stranger_sees_nothing_of_another_team(client: RegisterClient) -> None:
    root = make_team()
    mine, theirs = make_team(parent=root), make_team(parent=root)
    risk = make_risk(theirs, title="Secret matter")
    client.sign_in(make_person(mine))
    assert "Secret matter" not in trail(client)
    assert "Secret matter" not in trail(client, ref=risk.ref)


def test_what_has_no_team_is_for_those_at_the_top(app: Flask) -> None:
    root = make_team()
    below = make_team(parent=root)
    make_entries(None, 1)
    high, low = make_person(root, Role.VIEWER), make_person(below, Role.ADMIN)
    assert len(entries(actor(high), TrailFilter(action="risk.update")).entries) == 1
    assert entries(actor(low), TrailFilter()).entries == []
    assert entries(actor(high), TrailFilter(below=below)).entries == []


def test_the_making_of_a_team_belongs_to_the_team(app: Flask) -> None:
    root = make_team()
    with transaction():
        team = create_team(SYSTEM_ACTOR, name="New", parent=db.session.merge(root))
        person_team = team.id
    person = make_person(db.session.get_one(Team, person_team))
    (entry,) = entries(actor(person), TrailFilter()).entries
    assert (entry.action, entry.subject_ref) == ("team.create", "new")


def test_filters_narrow(client: RegisterClient) -> None:
    team = make_team()
    ada, ben = make_person(team, name="Ada"), make_person(team, name="Ben")
    first, second = make_risk(team, by=ada, title="Hers"), make_risk(team, by=ben, title="His")
    with transaction():
        stored = db.session.get_one(Risk, first.id)
        close_risk(actor(ben), stored, reason=CloseReason.GONE, note="It is gone.")
    client.sign_in(ada)
    tomorrow = (now() + timedelta(days=2)).date().isoformat()
    today = now().date().isoformat()
    for args, seen, unseen in (
        ({"who": str(ada.id)}, "Hers", "His"),
        ({"action": "risk.close"}, "closed the risk", "filed the risk"),
        ({"subject": "risk"}, second.ref, "signed in"),
        ({"from": today, "until": tomorrow}, "Hers", "Nothing fits"),
        ({"from": tomorrow}, "Nothing fits", "Hers"),
    ):
        rows = trail(client, **args).partition("<main")[2].partition("</form>")[2]
        assert seen in rows, args
        assert unseen not in rows, args


@pytest.mark.parametrize(
    "args",
    [
        {"who": "x", "action": "';--", "subject": "R 1", "from": "yesterday", "until": "9"},
        {"ref": "\x00"},
        {"ref": "R-99999999999999999999"},
        {"after": "x", "before": "-1", "at": "0"},
        {"after": "9" * 40},
    ],
)
def test_odd_addresses_do_no_harm(client: RegisterClient, args: dict[str, str]) -> None:
    client.sign_in(make_person(make_team()))
    trail(client, **args)


def test_pages_meet_without_gap_or_overlap(client: RegisterClient) -> None:
    team = make_team()
    make_entries(team, 2 * PAGE_SIZE + 20)
    client.sign_in(make_person(team))
    seen: list[str] = []
    url: str | None = "/trail?subject=risk"
    previous: list[str] = []
    while url:
        page = client.get(url).get_data(as_text=True)
        seen += re.findall(r'href="/risks/(R-\d+)"', page)
        previous.append(url)
        link = re.search(r'rel="next" href="([^"]+)"', page)
        url = link[1].replace("&amp;", "&") if link else None
    assert seen == [f"R-{number}" for number in range(2 * PAGE_SIZE + 20, 0, -1)]
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back is not None
    newer = client.get(back[1].replace("&amp;", "&")).get_data(as_text=True)
    assert re.findall(r'href="/risks/(R-\d+)"', newer) == seen[PAGE_SIZE : 2 * PAGE_SIZE]
    assert "51 to 100" in newer


def test_an_empty_trail_says_what_will_be_here(client: RegisterClient) -> None:
    root = make_team()
    client.sign_in(make_person(make_team(parent=root)))
    assert "Nothing has happened here yet" in trail(client)


def test_every_act_has_words() -> None:
    """An act that is recorded anywhere is told in words here."""
    verbs = {act.partition(".")[0] for act in ACT} | {"import"}
    pattern = re.compile(rf'"((?:{"|".join(sorted(verbs))})\.[a-z_]+)"')
    recording = [path for path in python_files("riskreg") if _records(path)]
    acts = {act for path in recording for act in pattern.findall(path.read_text())}
    unsaid = {act for act in acts if not act.endswith((".id", ".index", ".show", ".new"))}
    assert unsaid - set(ACT) - JOBS == set()


# Names of background jobs, which look like acts.
JOBS = {"pack.sweep"}


def _records(path: Path) -> bool:
    text = path.read_text()
    return "audit.services import" in text and "record" in text


def test_values_are_days_instants_and_short_texts(app: Flask) -> None:
    entry = AuditEntry(
        at=now(),
        actor_name="Ada",
        action="something.odd_done",
        subject_type="unheard_of",
        subject_ref="7",
        changes={
            "due_on": ["2026-01-31", None],
            "closed_at": [None, "2026-01-31T09:00:00+00:00"],
            "status": ["open", "wont_do"],
            "tags": [[], ["a", "b"]],
            "pages": [False, True],
            "owner_id": [1, 2],
            "cause": ["", ""],
            "chg-1 evidence_on": [None, "x" * 400],
        },
        note="",
    )
    with app.test_request_context():
        line = line_of(entry)
    changes = {field: (str(old), str(new)) for field, old, new in line.changes}
    assert line.act == "something: odd done"
    assert (line.ref, line.href) == ("", None)
    assert changes["Due"] == ("2026-01-31", "–")
    assert changes["Status"] == ("open", "wont do")
    assert changes["Tags"] == ("–", "a, b")
    assert changes["Pages"] == ("no", "yes")
    assert len(changes["chg-1 dated"][1]) <= 160
    assert len(changes) == 6


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_any_day_of_the_calendar_may_be_asked_for(client: RegisterClient, zone: str) -> None:
    client.sign_in(make_person(make_team(), timezone=zone))
    assert client.get("/trail?from=0001-01-01&until=9999-12-31").status_code == 200
    assert client.get("/trail?from=9999-12-31&until=0001-01-01").status_code == 200


def test_the_chosen_team_is_obeyed_and_remembered(client: RegisterClient) -> None:
    root = make_team("Company")
    team, beside = make_team("Payments", parent=root), make_team("Beside", parent=root)
    make_risk(team, 3, 3, title="Cards fail")
    make_risk(beside, 3, 3, title="Next door")
    client.sign_in(make_person(root, Role.VIEWER))
    seen = {"payments": (True, False), "beside": (False, True), "company": (True, True)}
    for slug, expected in seen.items():
        for args in ({"team": slug}, {}):
            page = trail(client, **args)
            assert ("Cards fail" in page, "Next door" in page) == expected, args
