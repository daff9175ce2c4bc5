"""The demo's operability reviews: started, answered, submitted, signed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from riskreg.audit.services import record
from riskreg.db import db
from riskreg.demo.actions import tell_actions
from riskreg.demo.chronicle import Chronicle
from riskreg.demo.company import Company
from riskreg.demo.content import load
from riskreg.lib.dates import add_months, local_day, now
from riskreg.org.permissions import Actor
from riskreg.org.readers import keep_confidential
from riskreg.reviews import services
from riskreg.reviews.answers import WAIVER_MONTHS, statement_of
from riskreg.reviews.kinds import AnswerValue
from riskreg.reviews.models import Review, ReviewRisk
from riskreg.reviews.services import AnswerValues
from riskreg.risks.models import Risk

# While a review is in progress its answers come in over so many hours.
WORK_HOURS = 3


def tell_reviews(chronicle: Chronicle, company: Company, risks: Mapping[str, Risk]) -> None:
    """Add the acts of every review."""
    for entry in load("reviews.yaml")["reviews"]:
        Story(chronicle, company, risks, entry).tell()


class Story:
    """One review from its start to its signature."""

    def __init__(
        self,
        chronicle: Chronicle,
        company: Company,
        risks: Mapping[str, Risk],
        entry: dict[str, Any],
    ) -> None:
        self.chronicle, self.company, self.risks, self.entry = chronicle, company, risks, entry
        self.made: list[Review] = []

    def _actor(self, name: str) -> Actor:
        """Whoever acts in the demo, as one of its readers once it is confidential."""
        actor = self.company.actor(name)
        secret = self.made[0].secret if self.made else None
        return replace(actor, privy=frozenset({secret})) if secret else actor

    def tell(self) -> None:
        """Add its acts."""
        entry = self.entry
        started_at = self._instant("started")
        answered_at = started_at + timedelta(hours=WORK_HOURS)
        self.chronicle.add(started_at, self._start)
        if entry["submitted"]:
            answered_at = max(self._instant("submitted"), answered_at)
            self.chronicle.add(answered_at + timedelta(minutes=10), self._submit)
        self.chronicle.add(answered_at, partial(self._answer, answered_at))
        if entry["signed_off"]:
            signed_at = max(self._instant("signed_off"), answered_at + timedelta(hours=1))
            self.chronicle.add(signed_at, self._sign)
        for comment in entry.get("comments", []):
            at = self.chronicle.instant(comment["days_ago"], f"comment {comment['text']}")
            self.chronicle.add(max(at, started_at), partial(self._comment, comment))
        tell_actions(
            self.chronicle,
            self.company,
            entry.get("actions", []),
            team=self._team(),
            origin=lambda: {"review_id": self.made[0].id},
            since=started_at,
        )

    def _team(self) -> str:
        """The slug of the team that owns the system."""
        systems = load("company.yaml")["systems"]
        return str(next(each["team"] for each in systems if each["key"] == self.entry["system"]))

    def _instant(self, step: str) -> datetime:
        told = self.entry[step]
        return self.chronicle.instant(told["days_ago"], f"{step} {self.entry['key']}")

    def _start(self) -> None:
        actor = self.company.actor(self.entry["started"]["by"])
        self.made.append(services.start_review(actor, self.company.systems[self.entry["system"]]))
        if secret := self.entry.get("confidential"):
            readers = [self.company.people[name] for name in secret["readers"]]
            keep_confidential(actor, self.made[0], readers=readers, why=secret["reason"])

    def _answer(self, at: datetime) -> None:
        for code, told in self.entry["answers"].items():
            answer = told if isinstance(told, dict) else {"value": "met", "evidence": told}
            self._answer_one(code, answer, at)

    def _answer_one(self, code: str, told: dict[str, Any], at: datetime) -> None:
        actor, review = self._actor(self.entry["started"]["by"]), self.made[0]
        evidence_on = None
        if told.get("evidence") or told.get("url"):
            days = told.get("evidence_days_ago")
            instant = at if days is None else self.chronicle.instant(days, "", local="09:00")
            evidence_on = min(local_day(instant, actor.timezone), local_day(at, actor.timezone))
        values = AnswerValues(
            value=AnswerValue(told["value"]),
            reason=told.get("reason", ""),
            evidence=told.get("evidence", ""),
            evidence_url=told.get("url", ""),
            evidence_on=evidence_on,
            note=told.get("note", ""),
        )
        services.save_answer(actor, review, code, values)
        if told.get("waived_in_days") is not None:
            self._waive(code, told)
        if told.get("risk"):
            self._link(code, told["risk"])

    def _waive(self, code: str, told: dict[str, Any]) -> None:
        until = self.chronicle.now.date() + timedelta(days=told["waived_in_days"])
        severity = statement_of(self.made[0], code).severity
        until = min(until, add_months(now().date(), WAIVER_MONTHS[severity]))
        signer = self.entry["signed_off"]["by"] if self.entry["signed_off"] else "ingrid"
        why = told.get("note") or told.get("evidence") or "Agreed in the review."
        services.waive_statement(self._actor(signer), self.made[0], code, until=until, why=why)

    def _link(self, code: str, key: str) -> None:
        """The risk that stands for the statement was in the register already."""
        risk = self.risks.get(key)
        if risk is None:
            return
        review = self.made[0]
        statement = statement_of(review, code)
        db.session.add(ReviewRisk(review_id=review.id, statement_id=statement.id, risk_id=risk.id))
        db.session.flush()
        actor = self._actor(self.entry["started"]["by"])
        record(actor=actor, action="review.risk", subject=review, changes={code: [None, risk.ref]})

    def _submit(self) -> None:
        services.submit_review(self._actor(self.entry["submitted"]["by"]), self.made[0])

    def _sign(self) -> None:
        told = self.entry["signed_off"]
        review = services.sign_off_review(self._actor(told["by"]), self.made[0], note=told["note"])
        today = self.chronicle.now.date()
        review.next_review_on = today + timedelta(days=told["next_review_in_days"])

    def _comment(self, comment: dict[str, Any]) -> None:
        services.add_comment(
            self._actor(comment["by"]),
            self.made[0],
            comment["text"],
            code=comment.get("statement"),
        )
