"""Steps about secrets, programs, single sign-on, files, packs and people who leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import select

from riskreg.admin.handover import hand_over, holdings_of
from riskreg.db import db
from riskreg.imports import services as imports
from riskreg.imports.decisions import Decisions
from riskreg.imports.organisation import services as organisation
from riskreg.imports.organisation.run import Policy
from riskreg.imports.saved_mappings import save_mapping
from riskreg.lib.dates import now
from riskreg.org import accounts
from riskreg.org.kinds import Role, Scope, Strength
from riskreg.org.models import ApiToken, Person, Reader, Team
from riskreg.org.permissions import SYSTEM_ACTOR as WHO
from riskreg.org.permissions import Actor
from riskreg.org.places import move_team
from riskreg.org.readers import (
    keep_confidential,
    make_public,
    note_taking,
    open_for_a_while,
)
from riskreg.org.services import create_system, create_team, update_system
from riskreg.org.sessions import actor_of
from riskreg.org.tokens import create_token, end_token
from riskreg.packs.engine import Pdf
from riskreg.packs.kinds import PackKind
from riskreg.packs.models import Pack
from riskreg.packs.services import ask_for_pack, freeze, keep_pdf, put_away
from riskreg.postmortems.incidents import create_incident
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.postmortems.parts import add_idea, link_statement
from riskreg.postmortems.services import assign_postmortem, start_postmortem
from riskreg.reviews.answers import AnswerValues, save_answer, waive_statement
from riskreg.reviews.kinds import AnswerValue
from riskreg.reviews.models import Review, Statement
from riskreg.reviews.services import return_review, start_review, submit_review
from riskreg.risks.models import Risk
from riskreg.settings import Provider
from riskreg.sso import services as sso
from riskreg.sso.models import GroupRule, OutsideAccount
from riskreg.sso.protocol import Identity
from riskreg.sso.queries import admission

if TYPE_CHECKING:
    from tests.audit.steps import Walk

GUARDED: dict[str, Any] = {each.__tablename__: each for each in (Risk, Incident, Review)}
PROVIDER = Provider(
    issuer="https://id.example.org",
    client_id="riskreg",
    client_secret="a secret",
    domains=frozenset({"example.org"}),
)


def _as_root(person: Person) -> Actor:
    """The person, who may do everything and reads what is theirs."""
    return replace(actor_of(person), grants=WHO.grants)


def _secret(walk: Walk) -> tuple[Actor, Any]:
    """Something confidential, and one of its readers."""
    if db.session.scalar(select(Reader.id).limit(1)) is None:
        _conceal(walk)
    row = walk.any(Reader)
    return _as_root(row.person), db.session.get_one(GUARDED[row.kind], row.item_id)


def _conceal(walk: Walk) -> None:
    item = walk.any(walk.dice.choice(list(GUARDED.values())))
    keep_confidential(WHO, item, readers=[walk.any(Person)], why=walk.words())


def _name_others(walk: Walk) -> None:
    reader, item = _secret(walk)
    keep_confidential(reader, item, readers=[walk.any(Person)], why=walk.words())


def _reveal(walk: Walk) -> None:
    reader, item = _secret(walk)
    make_public(reader, item, why=walk.words())


def _open(walk: Walk) -> None:
    _reader, item = _secret(walk)
    open_for_a_while(_as_root(walk.any(Person)), item, why=walk.words())


def _take_along(walk: Walk) -> None:
    reader, item = _secret(walk)
    note_taking(reader, [(item.__tablename__, item.id)], "risks.csv")


def _make_token(walk: Walk) -> None:
    person, team = walk.any(Person), walk.any(Team)
    create_token(WHO, person=person, team=team, name=walk.words(), scope=Scope.READ)


def _end_token(walk: Walk) -> None:
    token = walk.any(ApiToken)
    end_token(WHO, token.person, token.id)


def _lock_out(walk: Walk) -> None:
    accounts.deactivate_person(WHO, walk.any(Person))


def _let_in(walk: Walk) -> None:
    accounts.activate_person(WHO, walk.any(Person))


def _rename(walk: Walk) -> None:
    accounts.update_person(
        WHO, walk.any(Person), {"name": walk.words(), "home_team": walk.any(Team)}
    )


def _identity(walk: Walk, email: str) -> Identity:
    return Identity(
        issuer=PROVIDER.issuer,
        subject=str(walk.dice.random()),
        email=email,
        email_is_verified=True,
        name=walk.words(),
        groups=frozenset({"sre"}),
        signed_in_at=None,
    )


def _connect(walk: Walk) -> None:
    person = walk.any(Person)
    sso.connect(_as_root(person), person, _identity(walk, person.email))


def _disconnect(walk: Walk) -> None:
    sso.disconnect(WHO, walk.any(OutsideAccount).person, issuer=PROVIDER.issuer)


def _map_group(walk: Walk) -> None:
    sso.map_group(WHO, "sre", walk.any(Team), walk.dice.choice([Role.VIEWER, Role.ENGINEER]))


def _unmap_group(walk: Walk) -> None:
    sso.unmap_group(WHO, walk.any(GroupRule).id)


def _admit(walk: Walk) -> None:
    row = admission()
    on = walk.dice.random() < 0.5
    values = {"connects_by_email": on, "admits_new": on}
    sso.change_admission(WHO, values, version=row.version if row else None)


def _arrive(walk: Walk) -> None:
    email = f"{walk.dice.random()}@example.org"
    _map_group(walk)
    _admit(walk)
    sso.person_signing_in(_identity(walk, email), PROVIDER)


def _import(walk: Walk) -> None:
    content = f"title,kind,owner\n{walk.words()},both,Ada\n".encode()
    file = imports.keep_file(WHO, team=walk.any(Team), file_name="x.csv", content=content)
    imports.ask_to_apply(WHO, file, seal=imports.seal_of(file))


def _import_systems(walk: Walk) -> None:
    key = f"i-{walk.dice.random()}".replace(".", "-")
    content = f"key,name,team,tier\n{key},{walk.words()},,2\n".encode()
    file = organisation.keep_file(
        WHO, team=walk.any(Team), file_name="systems.csv", content=content, policy=Policy()
    )
    organisation.ask_to_apply(WHO, file, seal=imports.seal_of(file))


def _save_mapping(walk: Walk) -> None:
    name = walk.dice.choice(["Ours", "Theirs"])
    save_mapping(WHO, name, Decisions(decimal=walk.dice.choice([",", "."])))


def _ask_for_pack(walk: Walk) -> None:
    snapshot = freeze(WHO, kind=PackKind.TOP_TEN, team=walk.any(Team))
    ask_for_pack(WHO, snapshot)


def _print_secret(walk: Walk) -> None:
    reader, item = _secret(walk)
    kinds = (PackKind.RISK, PackKind.POSTMORTEM, PackKind.REVIEW)
    kind = dict(zip(GUARDED, kinds, strict=True))[item.__tablename__]
    ask_for_pack(reader, freeze(reader, kind=kind, team=item.team, ref=item.ref))


def _keep_pdf(walk: Walk) -> None:
    pdf, home = Pdf(content=b"%PDF", page_count=1), current_app.config["SETTINGS"].home
    keep_pdf(walk.any(Pack), pdf, home=home)


def _put_away(walk: Walk) -> None:
    put_away(walk.any(Pack), home=current_app.config["SETTINGS"].home)


def _begun(walk: Walk) -> Review:
    """A review that can be answered."""
    key = f"r-{walk.dice.random()}".replace(".", "-")
    system = create_system(WHO, team=walk.any(Team), key=key, name=key, values={})
    return start_review(WHO, system)


def _waive(walk: Walk) -> None:
    review = _begun(walk)
    code = walk.dice.choice(review.checklist_version.statements).code
    save_answer(WHO, review, code, AnswerValues(value=AnswerValue.NOT_MET))
    until = now().date() + timedelta(days=walk.dice.randint(1, 80))
    waive_statement(WHO, review, code, until=until, why=walk.words())


def _return(walk: Walk) -> None:
    review = _begun(walk)
    submit_review(WHO, review)
    return_review(WHO, review, why=walk.words())


def _leave(walk: Walk) -> None:
    person = walk.any(Person)
    somebody = _as_root(walk.any(Person))
    holdings = holdings_of(somebody, person)
    takers = {holding.team.id: walk.any(Person) for holding in holdings}
    given = hand_over(somebody, person, keys=[holding.key for holding in holdings], takers=takers)
    walk.refuse_unless(given > 0)


def _note_and_link(walk: Walk) -> None:
    incident = create_incident(
        WHO, team=walk.any(Team), title=walk.words(), severity=2, impact_start_at=now()
    )
    postmortem = start_postmortem(WHO, incident, owner=None)
    statement = walk.any(Statement)
    add_idea(WHO, postmortem, walk.words())
    link_statement(WHO, postmortem, statement.id, was_met=walk.dice.choice([True, False, None]))


def _give_postmortem(walk: Walk) -> None:
    assign_postmortem(WHO, walk.any(Postmortem), walk.any(Person))


def _move(walk: Walk) -> None:
    team, other = (create_team(WHO, name=walk.words(), parent=walk.any(Team)) for _ in range(2))
    move_team(WHO, team, other)


def _give_system(walk: Walk) -> None:
    keys = [f"g-{walk.dice.random()}".replace(".", "-") for _ in range(2)]
    here, there = (create_team(WHO, name=walk.words(), parent=walk.any(Team)) for _ in range(2))
    system, other = (create_system(WHO, team=here, key=key, name=key, values={}) for key in keys)
    values = {"team": there, "needs": {other: walk.dice.choice(list(Strength))}}
    update_system(WHO, system, values)


FURTHER: list[Callable[[Walk], object]] = [
    *(_conceal, _name_others, _reveal, _reveal, _open, _take_along, _make_token, _end_token),
    *(_lock_out, _let_in, _let_in, _rename, _connect, _disconnect, _map_group, _unmap_group),
    *(_admit, _arrive, _import, _import_systems, _save_mapping, _ask_for_pack, _print_secret),
    *(
        _keep_pdf,
        _put_away,
        _waive,
        _return,
        _leave,
        _note_and_link,
        _give_postmortem,
        _move,
        _give_system,
    ),
]
