"""A program writes the fields that the document names, and things of its team."""

from collections.abc import Callable
from typing import Any

import pytest

from riskreg.db import Base
from riskreg.org.kinds import Role, Scope
from riskreg.risks.told import FIELDS
from tests.api.conftest import Program, make_token, program
from tests.attacks.rows import all_rows, changes, rows_of, written
from tests.factories import make_person, make_system, make_team
from tests.risks.factories import make_risk
from tests.rules.test_rights import ADDRESSES

__all__ = ["program"]

RATED = {"tier": "current", "likelihood": 2, "impact": 2, "why": "It was seen."}
WRITES: dict[str, dict[str, Any]] = {
    "POST /risks": {"title": "New", "kind": "both", "team": "payments"},
    "PATCH /risks/<ref>": {"title": "New"},
    "POST /risks/<ref>/assessments": RATED,
    "POST /risks/<ref>/closure": {"close_reason": "gone", "note": "We looked."},
    "POST /risks/<ref>/reopening": {"why": "It is back."},
}
# What each request leaves of itself.
OF_THE_TOKEN = {"api_token", "use_count"}


@pytest.mark.asvs("v5.0.0-15.3.3")
def test_a_program_writes_the_documented_fields_of_its_own_things(
    program: Callable[[str], Program],
) -> None:
    root = make_team("Company")
    team, other = make_team("Payments", parent=root), make_team("Search", parent=root)
    person, gone = make_person(team), make_person(other, Role.VIEWER, is_active=False)
    asks = program(make_token(person, team, Scope.WRITE)[1])
    own, theirs = make_risk(team, 1, 1), make_risk(other, 1, 1)
    hidden, before = make_system(other), all_rows()

    def ask(write: str, ref: str, **more: Any) -> tuple[int, set[str]]:
        verb, path = write.replace("<ref>", ref).split()
        send = asks.patch if verb == "PATCH" else asks.post
        match = {"If_Match": '"1"'} if verb == "PATCH" else {}
        with written() as names:
            answer = send(path, WRITES[write] | more, **match)
            all_found = changes(before, rows_of(names - OF_THE_TOKEN))
        found = [each for each in all_found if not each.is_refusal]
        assert found == [] or answer.status_code < 300, answer.text
        body = answer.get_json() if answer.status_code >= 400 else {"errors": []}
        return answer.status_code, {each.get("pointer", "")[2:] for each in body.get("errors", ())}

    columns = {each.name for table in Base.metadata.tables.values() for each in table.columns}
    for write in WRITES:
        known = WRITES[write].keys() | (FIELDS.keys() if "title" in WRITES[write] else set())
        unknown = dict.fromkeys((columns | {"is_admin"}) - known, 1)
        assert ask(write, own.ref, **unknown) == (422, set(unknown)), write
        if "<ref>" in write:
            assert ask(write, theirs.ref)[0] == 404, write
    for name, value in {"team": other.slug, "system": hidden.key, "owner": gone.email}.items():
        assert ask("POST /risks", "", **{name: value})[0] in {404, 422}, name
        assert ask("PATCH /risks/<ref>", own.ref, **{name: value})[0] in {404, 422}, name


def test_every_write_is_known_here() -> None:
    lines = [line.split()[:2] for line in ADDRESSES.read_text().splitlines()]
    api = [f"{verb} {rule[7:]}" for verb, rule in lines if rule.startswith("/api/v1/")]
    assert sorted(WRITES) == sorted(each for each in api if not each.startswith("GET "))
