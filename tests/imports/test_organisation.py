"""Teams, people and systems from Backstage catalogues and lists."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.admin.merging import merge_team
from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.errors import Forbidden, Invalid
from riskreg.imports.kinds import ImportRefused
from riskreg.imports.models import ImportFile
from riskreg.imports.organisation import services
from riskreg.imports.organisation.run import Policy
from riskreg.imports.run import Source
from riskreg.imports.services import Refused
from riskreg.org.dependencies import needs_of
from riskreg.org.kinds import DataClass, Hours, Role, Strength
from riskreg.org.models import Person, System, Team
from riskreg.org.permissions import SYSTEM_ACTOR, Actor
from riskreg.org.services import update_system
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_system, make_team

CATALOGUE = """\
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: Harbour, title: The Harbour}
spec: {type: department, children: [cranes, tugs]}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: cranes}
spec:
  {type: team, profile: {displayName: Cranes and ships}, parent: harbour, children: [],
   members: [ada]}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: ada}
spec: {profile: {displayName: Ada Anker, email: Ada@Example.org}, memberOf: [harbour]}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: nomail}
spec: {memberOf: [cranes]}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: loading}
spec: {owner: group:default/cranes}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: loading
  description: Lifts boxes.
  annotations: {github.com/project-slug: harbour/loading}
  links: [{url: "https://runbooks.example/loading", title: The runbook}]
spec:
  {type: service, lifecycle: production, owner: cranes, system: loading,
   dependsOn: ["component:tides", "resource:default/database", "component:default/nowhere"]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: tides, namespace: sea}
spec: {type: service, owner: user:ada}
relations:
  - {type: dependsOn, targetRef: "component:default/loading"}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: radio}
spec: {type: openapi}
"""


@pytest.fixture
def root(app: Flask) -> Team:
    return make_team("Company")


def brought(
    text: str | bytes,
    name: str = "catalog.yaml",
    *,
    by: Actor = SYSTEM_ACTOR,
    team: Team | None = None,
    role: Role | None = Role.VIEWER,
) -> dict[str, Any]:
    data = text.encode() if isinstance(text, str) else text
    top = team or db.session.scalars(select(Team).where(Team.parent_id.is_(None))).one()
    with transaction():
        source = Source(team=db.session.get_one(Team, top.id), file_name=name)
        entries = services.entries_of(data, name)
        policy = Policy(member_role=role)
        done = services.import_at_once(by, entries, source, policy, content=data)
    return done.report


def counts(report: dict[str, Any]) -> tuple[int, ...]:
    return tuple(report[name] for name in ("created", "updated", "unchanged", "skipped"))


def warned(report: dict[str, Any]) -> list[tuple[int, str]]:
    return [(note["line"], note["column"]) for note in report["warnings"]]


def team_called(slug: str) -> Team:
    return db.session.scalars(select(Team).where(Team.slug == slug)).one()


def system_called(key: str) -> System:
    return db.session.scalars(select(System).where(System.key == key)).one()


def trail_length() -> int:
    return db.session.scalar(select(func.count(AuditEntry.id))) or 0


def test_reads_a_catalogue_and_names_what_is_missing(root: Team) -> None:
    report = brought(CATALOGUE)
    assert (report["kind"], report["rows"], counts(report)) == ("organisation", 8, (6, 0, 0, 2))
    cranes, ada = team_called("cranes"), db.session.scalars(select(Person)).one()
    assert (cranes.name, cranes.parent) == ("Cranes and ships", team_called("harbour"))
    assert team_called("harbour").parent_id == root.id
    assert (ada.email, ada.name, ada.password_hash) == ("ada@example.org", "Ada Anker", None)
    assert {(grant.team.slug, grant.role) for grant in ada.grants} == {("harbour", Role.VIEWER)}
    whole, part = system_called("loading"), system_called("loading-component")
    assert (part.team_id, part.description) == (cranes.id, "Lifts boxes.")
    assert part.repository_url == "https://github.com/harbour/loading"
    assert part.runbook_url == "https://runbooks.example/loading"
    assert needs_of(whole) == {part.id: Strength.HARD}
    assert system_called("sea-tides").team_id == team_called("cranes").id
    needs = [(37, "dependsOn")] * 3  # without its namespace, no component, nowhere
    assert warned(report) == [(4, "children"), (18, "profile.email"), *needs, (46, "kind")]
    messages = " ".join(note["message"] for note in report["warnings"])
    assert all(word in messages for word in ("tugs", "nomail", "database", "nowhere", "API"))


def test_the_same_file_twice_changes_and_writes_nothing(root: Team) -> None:
    brought(CATALOGUE)
    before = trail_length()
    again = brought(CATALOGUE)
    assert (counts(again), trail_length()) == ((0, 0, 6, 2), before)


def test_what_was_corrected_by_hand_stays(root: Team) -> None:
    brought(CATALOGUE)
    whole, part = system_called("loading"), system_called("loading-component")
    with transaction():
        update_system(SYSTEM_ACTOR, system_called("loading"), {"needs": {part: Strength.SOFT}})
    assert counts(brought(CATALOGUE))[:2] == (0, 0)
    assert needs_of(whole) == {part.id: Strength.SOFT}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &a [x]\nb: *a\n", "refers to another place"),
        ("[" * 60 + "]" * 60, "nested too deep"),
        ("a: [", "not YAML"),
        ("a: !!python/object/apply:os.system ['true']", "no entity of Backstage"),
        ("- 1\n- 2\n", "no entity of Backstage"),
    ],
)
def test_refuses_unsafe_and_foreign_yaml(app: Flask, text: str, words: str) -> None:
    marked = f"# apiVersion: backstage.io/v1\n{text}".encode()
    with pytest.raises(ImportRefused, match=words):
        services.entries_of(marked, "x.yaml")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(app: Flask) -> None:
    with pytest.raises(ImportRefused, match="larger than 10 MB"):
        services.entries_of(b"apiVersion: backstage.io/v1\n" + b"#" * 10 * 1024**2, "x.yaml")


def test_a_circle_of_groups_stores_nothing(root: Team) -> None:
    group = (
        "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: %s}\nspec: {parent: %s}\n"
    )
    with pytest.raises(Refused) as refused:
        brought("---\n".join([group % ("a", "b"), group % ("b", "a"), group % ("c", "company")]))
    assert [note["line"] for note in refused.value.report["errors"]] == [1, 6]
    assert db.session.scalar(select(func.count(Team.id))) == 1


def test_lists_of_teams_people_and_systems(root: Team) -> None:
    report = brought("slug;name;parent\nsea;The Sea;\ntugs;Tugs;sea\n", "teams.csv")
    assert (report["kind"], counts(report)) == ("teams", (2, 0, 0, 0))
    assert report["mapping"] == {"slug": "slug", "name": "name", "parent": "parent"}
    people = "E-Mail,Name,Title,Home team,Roles\n"
    people += "bo@example.org,Bo,Pilot,tugs,engineer tugs; viewer sea\n"
    assert counts(brought(people, "people.csv")) == (1, 0, 0, 0)
    bo = db.session.scalars(select(Person)).one()
    assert (bo.title, bo.home_team, len(bo.grants)) == ("Pilot", team_called("tugs"), 2)
    systems = (
        "key,name,team,tier,slo,hours,pages,data class,runbook,operators,"
        "stops without,does less without\n"
        "radar,Radar,tugs,1,99.9,24x7,yes,internal,https://r.example/radar,bo@example.org,,chart\n"
        "chart,Chart,tugs,,,,,,,nobody@example.org,radar,\n"
    )
    report = brought(systems, "systems.csv")
    assert (counts(report), warned(report)) == ((2, 0, 0, 0), [(3, "operators")])
    radar, chart = system_called("radar"), system_called("chart")
    assert (radar.tier, radar.slo_target_milli, radar.hours) == (1, 99_900, Hours.ALWAYS)
    assert (radar.pages, radar.data_class, radar.operators) == (True, DataClass.INTERNAL, [bo])
    assert needs_of(radar) == {chart.id: Strength.SOFT}
    for text, name in ((people, "people.csv"), (systems, "systems.csv")):
        assert counts(brought(text, name))[:2] == (0, 0)
    moved = brought("slug,parent\ntugs,company\n", "teams.csv")
    assert counts(moved) == (0, 1, 0, 0)
    assert team_called("tugs").parent_id == root.id


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("email,name\nno address,Bo\nbo@example.org,Bo\n", [(2, "email")]),
        ("email,roles\nbo@example.org,king of all\n", [(2, "roles")]),
        ("key,tier\na,9\nb,first\nc,2\n", [(2, "tier"), (3, "tier")]),
        ("key,hours,runbook\na,sometimes,javascript:x\n", [(2, "hours"), (2, "runbook")]),
        (f"slug,name,parent\na,{'x' * 201},\n", [(2, "name")]),
    ],
)
def test_one_bad_line_stores_nothing(root: Team, text: str, places: list[tuple[int, str]]) -> None:
    with pytest.raises(Refused) as refused:
        brought(text, "list.csv")
    assert [(note["line"], note["column"]) for note in refused.value.report["errors"]] == places
    assert not db.session.scalars(select(Person)).all()
    assert not db.session.scalars(select(System)).all()


def test_nobody_reaches_further_by_a_file_than_by_hand(root: Team) -> None:
    own, other = make_team("Own", parent=root), make_team("Other", parent=root)
    secret = make_system(other, key="secret", name="Secret")
    person = make_person(own, Role.ADMIN)
    who = actor(person)
    with pytest.raises(Forbidden):
        brought("slug,parent\nx,\n", "t.csv", by=actor(make_person(own, Role.MANAGER)), team=own)
    for text in (
        "slug,name,parent\nother,Mine,\n",
        "email,home team\nnew@example.org,company\n",
        "slug,name,parent\nown,Own,other\n",
        "key,name,tier\nsecret,Secret,2\n",
        f"email,roles\n{person.email},admin company\n",
    ):
        try:
            report = brought(text, "list.csv", by=who, team=own)
        except Invalid:
            continue
        assert report["warnings"], text  # what one may not see is not there
        assert report["updated"] == 0, text
    assert db.session.get_one(System, secret.id).name == "Secret"
    assert [grant.team_id for grant in db.session.get_one(Person, person.id).grants] == [own.id]


def test_a_team_that_was_merged_is_not_brought_back(root: Team) -> None:
    brought(CATALOGUE)
    with transaction():
        merge_team(SYSTEM_ACTOR, team_called("cranes"), team_called("company"))
    assert counts(brought(CATALOGUE)) == (0, 0, 6, 2)
    assert team_called("cranes").parent_id == root.id
    assert system_called("loading").team_id == root.id


def test_uploads_previews_and_imports(client: RegisterClient, root: Team) -> None:
    person = make_person(root, Role.ADMIN)
    client.sign_in(person)
    assert 'type="file"' in client.get("/admin/import").text
    sent = {"team": root.slug, "member_role": "engineer"}
    file = {"file": (io.BytesIO(CATALOGUE.encode()), "catalog.yaml")}
    address = str(client.post("/admin/import", data={**sent, **file}).location)
    page = client.get(address).text
    assert "Import 6 changes" in page
    assert "neither in the file nor in riskreg" in page
    assert db.session.scalar(select(func.count(System.id))) == 0
    number = address.rsplit("/", 1)[1]
    assert client.get(f"/risks/import/{number}").status_code == 404
    assert client.post(f"{address}/application", data={"seal": "old"}).status_code == 409
    found = re.search(r'name="seal" value="([0-9a-f]+)"', page)
    assert found is not None
    assert client.post(f"{address}/application", data={"seal": found[1]}).status_code == 303
    assert "6 new, 0 changed, 0 unchanged" in client.get(address).text
    assert json.loads(client.get(f"{address}/report.json").text)["created"] == 6
    ada = db.session.scalars(select(Person).where(Person.email == "ada@example.org")).one()
    assert {grant.role for grant in ada.grants} == {Role.ENGINEER}
    kept = db.session.scalars(select(ImportFile)).one()
    assert (kept.content, kept.kind) == (None, "organisation")
    bad = {"file": (io.BytesIO(b"a,b\n1,2\n"), "x.csv")}
    assert client.post("/admin/import", data={**sent, **bad}).status_code == 422


def test_the_real_catalogue_reports_what_it_lacks(root: Team, samples: Path) -> None:
    report = brought((samples / "org/backstage_acme_org.yaml").read_bytes())
    assert (report["rows"], counts(report)) == (2, (1, 0, 0, 1))
    assert warned(report) == [(9, "children"), *[(line, "targets") for line in range(20, 27)]]
