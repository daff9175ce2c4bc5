"""An organisation with words planted in all that is confidential in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from riskreg.db import db, transaction
from riskreg.lib.dates import now
from riskreg.metrics.matrix import Rating
from riskreg.org.kinds import Role, Scope
from riskreg.org.models import Person, Team
from riskreg.org.permissions import Actor
from riskreg.org.readers import keep_confidential
from riskreg.packs.kinds import PackKind
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.postmortems.services import add_idea, link_risk, save_section, update_incident
from riskreg.postmortems.template import template
from riskreg.reviews.answers import AnswerValues, add_comment, save_answer, waive_statement
from riskreg.reviews.kinds import AnswerValue
from riskreg.reviews.models import Review
from riskreg.reviews.services import return_review, sign_off_review, submit_review
from riskreg.risks.kinds import Tier
from riskreg.risks.models import Risk
from riskreg.risks.services import assess_risk, pin_risk
from tests.actions.factories import make_action
from tests.api.conftest import make_token
from tests.client import RegisterClient
from tests.factories import actor, make_person, make_team
from tests.packs.factories import make_pack
from tests.postmortems.factories import make_incident, make_postmortem, make_risk
from tests.rules.test_rights import things_of

MODELS: Mapping[str, type[Any]] = {"risk": Risk, "incident": Incident, "review": Review}
TEXTS = {
    "risk": ("title", "cause", "event", "consequence", "description", "controls", "category"),
    "incident": ("title", "summary", "customer_effect"),
}
REVIEW_TEXTS = (
    *("reason", "evidence", "note", "evidence_url"),
    *("waiver", "comment", "back", "sign_off_note"),
)


def word(field: str) -> str:
    """What is planted in a field, which says where it was found from."""
    return f"Kanarienvogel-{field}"


@dataclass(frozen=True, kw_only=True)
class World:
    """A team with one of everything, of which much is confidential and linked to the rest."""

    team: Team
    people: Mapping[str, Person]
    things: Mapping[str, str]
    names: Mapping[str, str]
    token: str  # of the reader: what a program asks for them holds no secret


@pytest.fixture
def world(client: RegisterClient) -> World:
    root = make_team("Company")
    team, other = make_team("Payments", parent=root), make_team("Search", parent=root)
    people = {
        "beside": make_person(other, Role.ADMIN),
        "viewer": make_person(team, Role.VIEWER),
        "engineer": make_person(team, Role.ENGINEER),
        "manager": make_person(team, Role.MANAGER),
        "admin": make_person(root, Role.ADMIN),
        "reader": make_person(team, Role.MANAGER),
    }
    doer = people["reader"]
    things = things_of(team, doer, files_of=people["engineer"])
    names = {
        "risk": things["risk_ref"],
        "incident": things["incidents/ref"],
        "review": things["reviews/ref"],
        "system": things["systems/key"],
        **_open_things(team, doer),
    }
    actions = {name: _action(team, doer, name, names[name]) for name in MODELS}
    with transaction():
        who = actor(db.session.get_one(Person, doer.id))
        _plant_risk(who, db.session.get_one(Risk, number_of(names["risk"])))
        _plant_incident(who, db.session.get_one(Incident, number_of(names["incident"])))
        signer = actor(db.session.get_one(Person, people["manager"].id))
        _plant_review(who, signer, db.session.get_one(Review, number_of(names["review"])))
        _link(who, names)
        for name, model in MODELS.items():
            item = db.session.get_one(model, number_of(names[name]))
            keep_confidential(who, item, readers=(), why=word(f"{name}.why"))
    names["secret_pack"] = str(make_pack(doer, team, PackKind.RISK, ref=names["risk"]).id)
    return World(
        team=team,
        people=people,
        things={**things, "actions/ref": actions["incident"]},
        names=names | {"action": actions["risk"]},
        token=make_token(doer, team, Scope.WRITE)[1],
    )


def _open_things(team: Team, doer: Person) -> dict[str, str]:
    """An incident and a risk that everybody on the team sees, to link the secret ones to."""
    incident = make_incident(team, doer, title="Seen by all")
    make_postmortem(incident, doer)
    return {"open_incident": incident.ref, "open_risk": make_risk(team, doer).ref}


def _action(team: Team, doer: Person, name: str, ref: str) -> str:
    """An action with secrets in its texts; its ref."""
    texts = {field: word(f"{name}.action_{field}") for field in ("title", "detail")}
    return make_action(team, doer, **texts, **{f"{name}_id": number_of(ref)}).ref


def _plant_risk(who: Actor, risk: Risk) -> None:
    """The secret in every text of it, rated so that it comes first everywhere."""
    for name in TEXTS["risk"]:
        setattr(risk, name, word(f"risk.{name}"))
    risk.external_ref, risk.search_text = word("risk.external_ref"), "kanarienvogel-risk"
    risk.effort_days, risk.owner_id = 3, who.person_id
    for tier in (Tier.CURRENT, Tier.TARGET):
        level = 5 if tier is Tier.CURRENT else 1
        rating = Rating(likelihood=level, impact=level)
        assess_risk(who, risk, tier=tier, rating=rating, why=word("risk.rating"))
    pin_risk(who, risk, reason=word("risk.pin_reason"))


def _plant_incident(who: Actor, incident: Incident) -> None:
    """The secret in every text of it and of its post-mortem."""
    postmortem = _postmortem(incident)
    update_incident(who, incident, {name: word(f"incident.{name}") for name in TEXTS["incident"]})
    for section in template().sections:
        if section.has_text:
            save_section(who, postmortem, section.key, word(f"section.{section.key}"))
    add_idea(who, postmortem, word("incident.idea"))
    postmortem.review_due_on = now().date()


def _plant_review(who: Actor, signer: Actor, review: Review) -> None:
    """The secret in an answer that does not apply, in its evidence, and in all that was said."""
    texts: dict[str, Any] = {name: word(f"review.{name}") for name in REVIEW_TEXTS[:3]}
    texts["evidence_url"] = f"https://example.org/{word('review.evidence_url')}"
    code = review.checklist_version.statements[0].code
    save_answer(who, review, code, AnswerValues(value=AnswerValue.NOT_APPLICABLE, **texts))
    tomorrow = now().date() + timedelta(days=1)
    waive_statement(who, review, "chg-1", until=tomorrow, why=word("review.waiver"))
    add_comment(who, review, word("review.comment"), code=code)
    submit_review(who, review)
    return_review(who, review, why=word("review.back"))
    submit_review(who, review)
    sign_off_review(signer, review, note=word("review.sign_off_note"))


def _link(who: Actor, names: Mapping[str, str]) -> None:
    """The secret risk and incident with each other, and each with one that all may see."""
    pairs = (("incident", "risk"), ("incident", "open_risk"), ("open_incident", "risk"))
    for incident, risk in pairs:
        postmortem = _postmortem(db.session.get_one(Incident, number_of(names[incident])))
        link_risk(who, postmortem, db.session.get_one(Risk, number_of(names[risk])), foresaw=True)


def _postmortem(incident: Incident) -> Postmortem:
    assert incident.postmortem is not None
    return incident.postmortem


def number_of(ref: str) -> int:
    return int(ref.split("-")[1])
