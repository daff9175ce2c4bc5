"""Random steps through the services, for tests and drills of the trail."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from riskreg.actions import services as actions
from riskreg.actions.models import ActionItem
from riskreg.admin.merging import merge_team
from riskreg.db import db, transaction
from riskreg.errors import RiskregError
from riskreg.lib.dates import now
from riskreg.metrics.matrix import Rating
from riskreg.org import services as org
from riskreg.org.kinds import Role, Strength
from riskreg.org.models import Person, System, Team
from riskreg.org.permissions import SYSTEM_ACTOR as WHO
from riskreg.org.places import move_team
from riskreg.postmortems import incidents
from riskreg.postmortems import services as postmortems
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.reviews.answers import AnswerValues, add_comment, file_risk, save_answer
from riskreg.reviews.checklists import install_checklist
from riskreg.reviews.kinds import AnswerValue
from riskreg.reviews.models import Review
from riskreg.reviews.services import sign_off_review, start_review, submit_review
from riskreg.risks import samples
from riskreg.risks import services as risks
from riskreg.risks.kinds import CloseReason, Tier
from riskreg.risks.models import Risk
from tests.audit.further_steps import FURTHER

Step = Callable[["Walk"], object]


class Walk:
    """Somebody who does whatever comes to mind; what is refused leaves nothing behind."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.done = self.refused = 0

    def begin(self) -> None:
        """A root team (or the one there is), its first people and systems."""
        with transaction():
            risks.install_matrix(WHO)
            install_checklist(WHO)
            root = db.session.scalars(select(Team).where(Team.parent_id.is_(None))).first()
            root = root or org.create_team(WHO, name="Company", parent=None)
            for name in ("Ada", "Grace", "Edsger"):
                person = org.create_person(WHO, email=f"{name}@example.org", name=name)
                org.grant_role(WHO, person, root, Role.ENGINEER)
            org.create_system(WHO, team=root, key="first", name="First", values={})

    def walk(self, steps: int) -> None:
        """Take so many steps, some of which are refused, and some taken back half way."""
        for _ in range(steps):
            try:
                with transaction():
                    self._step()
                self.done += 1
            except (RiskregError, TakenBack):
                self.refused += 1

    def _step(self) -> None:
        for _ in range(self.dice.choice((1, 1, 1, 2, 3))):
            self.dice.choice(STEPS)(self)
        if self.dice.random() < 0.05:
            raise TakenBack

    def try_step(self, step: Step) -> bool:
        """Take one step in a transaction of its own; whether it was done."""
        try:
            with transaction():
                step(self)
        except (RiskregError, TakenBack):
            return False
        return True

    def refuse_unless(self, is_done: bool) -> None:
        """What came to nothing is no step."""
        if not is_done:
            raise TakenBack

    def any(self, model: type[Any]) -> Any:
        """Some row, or a refusal where there is none yet."""
        rows = db.session.scalar(select(func.count()).select_from(model)) or 0
        if not rows:
            raise TakenBack
        place = self.dice.randrange(rows)
        query = select(model).order_by(*model.__table__.primary_key)
        return db.session.scalars(query.offset(place).limit(1)).one()

    def rating(self) -> Rating:
        """Some rating, or none."""
        level = (None, 1, 2, 3, 4, 5)
        return Rating(likelihood=self.dice.choice(level), impact=self.dice.choice(level))

    def words(self) -> str:
        """Some text."""
        return " ".join(self.dice.choices(["a", "Lock", "größer", "„so“", "日本", "🙂"], k=3))


class TakenBack(Exception):
    """The step was left half way."""


def _file(walk: Walk) -> None:
    values: dict[str, Any] = {"title": walk.words(), "kind": walk.dice.choice(["security", "both"])}
    values |= {"tags": [walk.words()], "owner": walk.any(Person), "knowers": [walk.any(Person)]}
    values |= {"current": walk.rating(), "effort_days": walk.dice.choice([None, 3, 40])}
    values |= {"links": [("https://example.org/x", "x")], "system": walk.any(System)}
    risks.create_risk(WHO, team=walk.any(Team), values=values, form_key=str(walk.dice.random()))


def _edit(walk: Walk) -> None:
    values: dict[str, Any] = walk.dice.choice(
        [
            {"title": walk.words()},
            {"tags": [walk.words(), "b"]},
            {"tags": []},
            {"knowers": [walk.any(Person)]},
            {"knowers": []},
            {"owner": None},
            {"owner": walk.any(Person), "treatment": "mitigate"},
            {"links": [("https://example.org/y", "y")]},
            {"team": walk.any(Team)},
            {"system": walk.any(System)},
            {"target": walk.rating(), "effort_size": "M"},
        ]
    )
    risks.update_risk(WHO, walk.any(Risk), values)


def _assess(walk: Walk) -> None:
    tier = walk.dice.choice(list(Tier))
    risks.assess_risk(WHO, walk.any(Risk), tier=tier, rating=walk.rating(), why=walk.words())


def _promise(walk: Walk) -> None:
    risk = walk.any(Risk)
    actions.create_action(
        WHO, team=risk.team, title=walk.words(), owner=walk.any(Person), risk_id=risk.id
    )


def _postpone(walk: Walk) -> None:
    day = now().date() + timedelta(days=walk.dice.randint(-9, 90))
    actions.reschedule_action(WHO, walk.any(ActionItem), day, walk.words())


def _answer(walk: Walk) -> None:
    review = walk.any(Review)
    code = walk.dice.choice(review.checklist_version.statements).code
    value = walk.dice.choice(list(AnswerValue))
    save_answer(WHO, review, code, AnswerValues(value=value, reason=walk.words()))


def _risk_of(walk: Walk) -> None:
    review = walk.any(Review)
    code = walk.dice.choice(review.checklist_version.statements).code
    save_answer(WHO, review, code, AnswerValues(value=AnswerValue.NOT_MET))
    file_risk(WHO, review, code)


def _happen(walk: Walk) -> None:
    incidents.create_incident(
        WHO,
        team=walk.any(Team),
        title=walk.words(),
        severity=2,
        impact_start_at=now() - timedelta(hours=3),
        systems=[walk.any(System)],
    )


def _write(walk: Walk) -> None:
    key = walk.dice.choice(["summary", "timeline", "learned"])
    postmortems.save_section(WHO, walk.any(Postmortem), key, walk.words())


def _person(walk: Walk) -> None:
    name = walk.words()
    org.create_person(WHO, email=f"{walk.dice.random()}@example.org", name=name)


def _grant(walk: Walk) -> None:
    org.grant_role(WHO, walk.any(Person), walk.any(Team), walk.dice.choice(list(Role)))


def _system(walk: Walk) -> None:
    key = f"s-{walk.dice.random()}".replace(".", "-")
    org.create_system(WHO, team=walk.any(Team), key=key, name=walk.words(), values={"tier": 2})


def _operate(walk: Walk) -> None:
    values: dict[str, Any] = {"operators": [walk.any(Person)]}
    values |= {"tier": walk.dice.choice([1, 2, None])}
    if walk.dice.random() < 0.5:
        values["needs"] = {walk.any(System): walk.dice.choice(list(Strength))}
    org.update_system(WHO, walk.any(System), values)


STEPS: list[Step] = [
    *FURTHER,
    *(
        _file,
        _file,
        _file,
        _file,
        _file,
        _file,
        _edit,
        _edit,
        _edit,
        _assess,
        _assess,
        _promise,
        _promise,
        _postpone,
    ),
    *(_answer, _answer, _risk_of, _happen, _write, _person, _grant, _system, _operate),
    lambda walk: org.create_team(WHO, name=walk.words(), parent=walk.any(Team)),
    lambda walk: org.rename_team(WHO, walk.any(Team), walk.words()),
    lambda walk: move_team(WHO, walk.any(Team), walk.any(Team)),
    lambda walk: merge_team(WHO, walk.any(Team), walk.any(Team)),
    lambda walk: risks.close_risk(
        WHO, walk.any(Risk), reason=walk.dice.choice(list(CloseReason)), note=walk.words()
    ),
    lambda walk: risks.reopen_risk(WHO, walk.any(Risk), why=walk.words()),
    lambda walk: risks.pin_risk(WHO, walk.any(Risk), reason=walk.words()),
    lambda walk: risks.unpin_risk(WHO, walk.any(Risk)),
    lambda walk: risks.mark_reviewed(WHO, walk.any(Risk), sentence=walk.words()),
    lambda walk: risks.paste_risks(
        WHO, team=walk.any(Team), kind=walk.any(Risk).kind, titles=[walk.words(), walk.words()]
    ),
    lambda walk: samples.file_sample(WHO, walk.any(Team)),
    lambda walk: samples.remove_sample(WHO, walk.any(Team)),
    lambda walk: actions.close_action(WHO, walk.any(ActionItem), walk.words()),
    lambda walk: actions.wont_do(WHO, walk.any(ActionItem), walk.words()),
    lambda walk: actions.reopen_action(WHO, walk.any(ActionItem), reason=walk.words()),
    lambda walk: actions.reassign(WHO, walk.any(ActionItem), walk.any(Person)),
    lambda walk: start_review(WHO, walk.any(System)),
    lambda walk: add_comment(WHO, walk.any(Review), walk.words()),
    lambda walk: submit_review(WHO, walk.any(Review)),
    lambda walk: sign_off_review(WHO, walk.any(Review), note=walk.words()),
    lambda walk: incidents.update_incident(WHO, walk.any(Incident), {"title": walk.words()}),
    lambda walk: postmortems.start_postmortem(WHO, walk.any(Incident), owner=walk.any(Person)),
    lambda walk: postmortems.set_causes(WHO, walk.any(Postmortem), ["capacity"]),
    lambda walk: postmortems.link_risk(WHO, walk.any(Postmortem), walk.any(Risk), foresaw=True),
]
