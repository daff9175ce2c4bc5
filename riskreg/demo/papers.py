"""The demo's papers: a register that was imported, two packs, and what programs read it with."""

from datetime import timedelta
from functools import partial
from typing import Any

from riskreg.audit.services import record
from riskreg.db import db
from riskreg.demo.chronicle import Chronicle
from riskreg.demo.company import Company
from riskreg.demo.content import FOLDER
from riskreg.imports.services import ask_to_apply, keep_file, seal_of
from riskreg.lib.dates import now
from riskreg.org.kinds import Scope
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.tokens import create_token
from riskreg.packs.kinds import PackKind
from riskreg.packs.models import Pack
from riskreg.packs.services import ask_for_pack, freeze

IMPORTED_DAYS_AGO, QUARTER_DAYS = 205, 92
SURVEY = "delivery-insurer-survey.csv"
MADE_IN = timedelta(seconds=41)
# (days ago, what for, used for so many days); the second is too old by now.
TOKENS: tuple[tuple[int, dict[str, Any]], ...] = (
    (43, {"name": "Release pipeline reads risks", "team": "shop", "days": 365, "used": 42}),
    (112, {"name": "Trial with a chat bot", "team": "larkmere", "days": 90, "used": 17}),
)


def tell_papers(chronicle: Chronicle, company: Company) -> None:
    """Add the acts of importing and of making packs."""
    imported_at = chronicle.instant(IMPORTED_DAYS_AGO, "import")
    chronicle.add(imported_at, partial(_import, company, team="delivery", by="tobias"))
    frozen_at = chronicle.instant(QUARTER_DAYS, "quarter")
    chronicle.add(frozen_at, partial(_pack_put_away, company, team="larkmere", by="tobias"))
    for days_ago, token in TOKENS:
        made_at = chronicle.instant(days_ago, f"token {token['name']}")
        chronicle.add(made_at, partial(_token, company, **token))
    for minutes, (team, by) in enumerate((("larkmere", "ingrid"), ("warehouse", "beatriz"))):
        asked_at = chronicle.now - timedelta(minutes=20 - minutes)
        chronicle.add(asked_at, partial(_pack, company, team=team, by=by))


def _import(company: Company, *, team: str, by: str) -> None:
    actor = company.actor(by)
    content = (FOLDER / "imports" / SURVEY).read_bytes()
    file = keep_file(actor, team=company.teams[team], file_name=SURVEY, content=content)
    ask_to_apply(actor, file, seal=seal_of(file))


def _pack_put_away(company: Company, *, team: str, by: str) -> None:
    """What leadership read a quarter ago; its file was put away since, its snapshot is there."""
    actor = company.actor(by)
    snapshot = freeze(actor, kind=PackKind.LEADERSHIP, team=company.teams[team])
    pack = Pack(
        snapshot=snapshot,
        team_id=snapshot.team_id,
        asked_at=now(),
        asked_by_id=actor.person_id,
        ready_at=now() + MADE_IN,
    )
    db.session.add(pack)
    db.session.flush()
    record(actor=actor, action="pack.ask", subject=pack, changes={"kind": [None, snapshot.kind]})
    record(actor=SYSTEM_ACTOR, action="pack.make", subject=pack)


def _token(company: Company, *, name: str, team: str, days: int, used: int) -> None:
    """What a program of Tobias's reads with; its words are thrown away."""
    owner, on = company.people["tobias"], company.teams[team]
    act = company.actor("tobias")
    token, _words = create_token(act, person=owner, team=on, name=name, scope=Scope.READ, days=days)
    token.last_used_at, token.last_address = now() + timedelta(days=used), "192.0.2.24"


def _pack(company: Company, *, team: str, by: str) -> None:
    """A worker makes its file as soon as one runs."""
    actor = company.actor(by)
    snapshot = freeze(actor, kind=PackKind.TOP_TEN, team=company.teams[team])
    ask_for_pack(actor, snapshot)
