"""An organisation in which every form can be sent: people, sessions, the things of two teams."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from email.headerregistry import Address

import pyotp
from flask import Flask
from sqlalchemy import delete, select

from riskreg.audit.models import AuditEntry
from riskreg.db import db, transaction
from riskreg.imports.models import ImportFile
from riskreg.imports.organisation import services as organisation
from riskreg.imports.organisation.run import Policy
from riskreg.imports.services import seal_of
from riskreg.jobs.kinds import JobState
from riskreg.jobs.models import Job
from riskreg.lib.dates import now
from riskreg.org.kinds import LinkKind, Role
from riskreg.org.models import OneTimeLink, Person, SecondFactor, Team, UserSession
from riskreg.org.one_time_links import _digest
from riskreg.org.passwords import hash_password
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.sealing import seal
from riskreg.packs.models import Pack
from riskreg.postmortems.models import Incident
from riskreg.postmortems.parts import add_idea, link_risk, link_statement
from riskreg.postmortems.services import text_mark
from riskreg.reviews.models import Statement
from riskreg.risks.models import Risk
from riskreg.settings import MailSecurity, MailServer, Provider, Settings
from riskreg.sso.models import GroupRule, OutsideAccount
from riskreg.sso.services import change_admission, map_group
from tests.api.conftest import make_token
from tests.attacks.forms import PASSWORD, TEAMS_CSV
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_system, make_team
from tests.postmortems.factories import fill, make_incident, make_risk
from tests.reviews.factories import make_review, submit
from tests.rules.test_rights import COOKIE, things_of

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LINK = "a token of a letter that nobody guesses"
SENDERS = ("root", "admin", "factored", "begun")
ISSUER = "https://id.example.org"
MAIL = MailServer(
    host="localhost",
    port=25,
    security=MailSecurity.NONE,
    sender=Address("riskreg", username="riskreg", domain="example.org"),
)


@dataclass(frozen=True, kw_only=True)
class World:
    """Who sends, by their cookies; `own` are things of their team, `others` of another one's.

    Each thing of another team has the name of the own one that it could be put in place of.
    """

    cookies: Mapping[str, str]
    own: Mapping[str, str]
    others: Mapping[str, str]


def settings_of_world(settings: Settings) -> Settings:
    """With a mail server and an identity provider; nobody talks to either."""
    provider = Provider(issuer=ISSUER, client_id="riskreg", client_secret="a secret")
    return replace(settings, mail=MAIL, provider=provider, base_url="http://localhost")


def make_world(app: Flask, client: RegisterClient) -> World:
    """A team of the sender's, one beside it, and everything that the forms are about."""
    root = make_team("Company")
    team, other = make_team("Payments", parent=root), make_team("Search", parent=root)
    below, beside = make_team("Cards", parent=team), make_team("Loans", parent=team)
    people = _people(root, team)
    admin, doer, colleague = people["admin"], people["doer"], people["colleague"]
    gone, stranger = people["gone"], make_person(other, Role.MANAGER)
    own = _things(team, doer, admin) | _of_the_program(admin, team)
    own |= _in_the_name_of(colleague, team, doer) | {"below": below.slug, "beside": beside.slug}
    own |= _numbers(person=colleague, person_id=colleague, taker=doer, me=admin, locked_out=gone)
    own |= {"token_id": _token(colleague, team), "my_token": _token(admin, team)}
    others = _things(other, stranger, stranger) | {"below": other.slug, "beside": other.slug}
    others |= _in_the_name_of(stranger, other, stranger)
    others |= _numbers(person=gone, person_id=stranger, taker=gone, me=gone, locked_out=stranger)
    others |= {name: _token(stranger, other) for name in ("token_id", "my_token")}
    _connect(admin, colleague)
    secret_key = app.config["SETTINGS"].secret_key
    _give_factors(secret_key, {people["factored"]: True, people["begun"]: False, colleague: True})
    cookies = {who: _cookie(client, people[who]) for who in SENDERS}
    client.delete_cookie(COOKIE)
    own["session_id"] = _session_of(admin, client)
    others["session_id"] = _session_of(people["root"], client)
    own["their_session"] = _session_of(colleague, client)
    others["their_session"] = _session_of(stranger, client)
    with transaction():  # the acts that made all this are not what is looked at
        db.session.execute(delete(AuditEntry))
    return World(cookies=cookies, own=own, others=others)


def _people(root: Team, team: Team) -> dict[str, Person]:
    hashed = hash_password(PASSWORD)
    return {
        "root": make_person(root, Role.ADMIN),
        "admin": make_person(team, Role.ADMIN, email="admin@example.org", password_hash=hashed),
        "factored": make_person(team, email="factored@example.org", password_hash=hashed),
        "begun": make_person(team),
        "doer": make_person(team, Role.MANAGER),
        "colleague": make_person(team),
        "gone": make_person(team, is_active=False),
    }


def _things(team: Team, doer: Person, files_of: Person) -> dict[str, str]:
    """One of everything of the team, and more of what a form ends or is linked to another thing."""
    things = things_of(team, doer, files_of=files_of)
    system, needed, unreviewed = (make_system(team) for _ in range(3))
    linked, risk = make_risk(team, doer), make_risk(team, doer)
    unwritten = make_incident(team, doer)
    handed_in = submit(make_review(system, doer), doer)
    with transaction():
        incident = db.session.get_one(Incident, int(things["incidents/ref"][2:]))
        statement, other = db.session.scalars(select(Statement).limit(2)).all()
        found, postmortem = actor(doer), incident.postmortem
        assert postmortem is not None
        idea = add_idea(found, postmortem, "One of them.")
        link_risk(found, postmortem, db.session.get_one(Risk, linked.id), foresaw=True)
        link = link_statement(found, postmortem, other.id, was_met=None)
        file = db.session.get_one(ImportFile, int(things["file_id"]))
        teams = organisation.keep_file(
            SYSTEM_ACTOR,
            team=db.session.get_one(Team, team.id),
            file_name="teams.csv",
            content=TEAMS_CSV,
            policy=Policy(member_role=None),
        )
        teams.uploaded_by_id = files_of.id
        pack = db.session.get_one(Pack, int(things["pack_id"]))
        db.session.get_one(Job, pack.job_id).state = JobState.DEAD
        db.session.flush()
        numbers = {"statement": statement.id, "idea": idea.id, "statement_link": link.id}
        seals = {"seal": seal_of(file), "teams_seal": seal_of(teams), "teams_file": str(teams.id)}
    fill(postmortem, doer)
    return {
        **things,
        **{name: str(number) for name, number in numbers.items()},
        **seals,
        "mark": text_mark("About summary."),
        "team": team.slug,
        "team_id": str(team.id),
        "system": system.key,
        "needed": needed.key,
        "unreviewed": unreviewed.key,
        "linked": linked.ref,
        "risk_ref": linked.ref,
        "risk": risk.ref,
        "unwritten": unwritten.ref,
        "handed_in": handed_in.ref,
    }


def _in_the_name_of(person: Person, team: Team, doer: Person) -> dict[str, str]:
    risk = make_risk(team, doer)
    with transaction():
        db.session.get_one(Risk, risk.id).owner_id = person.id
    return {"item": f"risk-{risk.id}"}


def _of_the_program(person: Person, team: Team) -> dict[str, str]:
    """A rule of single sign-on, a link that was mailed to a person, what their app shows, a day."""
    with transaction():
        change_admission(SYSTEM_ACTOR, {"admits_new": False}, version=None)
        map_group(SYSTEM_ACTOR, "devs", db.session.get_one(Team, team.id), Role.VIEWER)
        rule = db.session.scalars(select(GroupRule)).one().id
        lasts = {"created_at": now(), "expires_at": now() + timedelta(minutes=30)}
        kind, token_hash = LinkKind.RESET, _digest(LINK)
        link = OneTimeLink(person_id=person.id, kind=kind, token_hash=token_hash, **lasts)
        db.session.add(link)
    soon = now().date() + timedelta(days=9)
    digits = pyotp.TOTP(SECRET).at(now())
    return {"rule": str(rule), "link": LINK, "digits": digits, "soon": str(soon)}


def _numbers(**people: Person) -> dict[str, str]:
    return {name: str(person.id) for name, person in people.items()}


def _token(person: Person, team: Team) -> str:
    return str(make_token(person, team)[0])


def _give_factors(secret_key: str, people: Mapping[Person, bool]) -> None:
    """Second factors with a secret that is known here; False is one that does not count yet."""
    with transaction():
        for person, counts in people.items():
            sealed = seal(SECRET, secret_key=secret_key)
            at = {"created_at": now(), "confirmed_at": now() if counts else None}
            db.session.add(SecondFactor(person_id=person.id, sealed=sealed, **at))


def _connect(*people: Person) -> None:
    with transaction():
        for number, person in enumerate(people):
            account = {"issuer": ISSUER, "subject": f"subject {number}", "created_at": now()}
            db.session.add(OutsideAccount(person_id=person.id, **account))


def _cookie(client: RegisterClient, person: Person) -> str:
    cookie = client.sign_in(person).get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def _session_of(person: Person, client: RegisterClient) -> str:
    """Another browser of theirs."""
    _cookie(client, person)
    client.delete_cookie(COOKIE)
    newest = select(UserSession.id).where(UserSession.person_id == person.id)
    return str(db.session.scalars(newest.order_by(UserSession.id.desc()).limit(1)).one())
