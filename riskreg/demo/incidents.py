"""The demo's incidents: written up, reviewed, linked to what foresaw them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from riskreg.db import db
from riskreg.demo.actions import tell_actions
from riskreg.demo.chronicle import Chronicle
from riskreg.demo.company import Company
from riskreg.demo.content import load_all
from riskreg.org.readers import keep_confidential
from riskreg.postmortems import services
from riskreg.postmortems.kinds import FoundBy
from riskreg.postmortems.models import Incident, Postmortem
from riskreg.reviews.models import Statement
from riskreg.risks.models import Risk

WRITTEN_AFTER = timedelta(days=2)
HELD_HOUR = timedelta(hours=1)


def tell_incidents(chronicle: Chronicle, company: Company, risks: Mapping[str, Risk]) -> None:
    """Add the acts of every incident: filed when it was over, written up within days."""
    for entry in load_all("incidents", "incidents"):
        Story(chronicle, company, risks, entry).tell()


class Story:
    """One incident from its start to the closing of its post-mortem."""

    def __init__(
        self,
        chronicle: Chronicle,
        company: Company,
        risks: Mapping[str, Risk],
        entry: dict[str, Any],
    ) -> None:
        self.chronicle, self.company, self.risks, self.entry = chronicle, company, risks, entry
        start = entry["start"]
        self.started_at = chronicle.instant(start["days_ago"], entry["key"], local=start["local"])
        self.made: list[Incident] = []

    def tell(self) -> None:
        """Add its acts."""
        over_at = self._after(max(minutes or 0 for minutes in self.entry["minutes"].values()))
        written_at = over_at + WRITTEN_AFTER
        self.chronicle.add(over_at + timedelta(minutes=30), self._file)
        self.chronicle.add(over_at + timedelta(minutes=45), self._start)
        self.chronicle.add(written_at, self._write)
        actions = self.entry.get("actions", [])
        handed_in_at = max(written_at, self._first_promise(actions)) + HELD_HOUR
        if self.entry["status"] != "draft":
            self.chronicle.add(handed_in_at, self._hand_in)
        reviewed_at = handed_in_at
        if review := self.entry.get("review"):
            planned_at = over_at + timedelta(days=review["after_days"])
            reviewed_at = max(planned_at, handed_in_at + HELD_HOUR)
            self.chronicle.add(reviewed_at, self._review)
        tell_actions(
            self.chronicle,
            self.company,
            actions,
            team=self.entry["team"],
            origin=lambda: {"incident_id": self.made[0].id},
            since=over_at + HELD_HOUR,
        )
        if self.entry["status"] == "closed":
            self.chronicle.add(self._end_of(actions, reviewed_at), self._close)
        if secret := self.entry.get("confidential"):
            at = self.chronicle.instant(secret["days_ago"], f"conceal {self.entry['key']}")
            self.chronicle.add(at, self._conceal)

    def _first_promise(self, actions: list[dict[str, Any]]) -> datetime:
        """The end of the day on which the first action was promised."""
        days = max((action["committed_days_ago"] for action in actions), default=None)
        if days is None:
            return self.started_at
        return self.chronicle.instant(days, "promise", local="19:00")

    def _end_of(self, actions: list[dict[str, Any]], reviewed_at: datetime) -> datetime:
        """When the last of its actions had ended."""
        ends = [reviewed_at + timedelta(days=1)]
        for action in actions:
            days = action.get("closed_after_days", action.get("wont_do_after_days")) or 0
            ends.append(
                self.chronicle.instant(action["committed_days_ago"] - days, "end", local="23:30")
                + timedelta(days=1)
            )
        return max(ends)

    @property
    def postmortem(self) -> Postmortem:
        """The post-mortem, once it was started."""
        postmortem = self.made[0].postmortem
        assert postmortem is not None
        return postmortem

    @property
    def owner(self) -> Any:
        """The owner of the post-mortem as an actor."""
        return self.company.actor(self.entry["owner"])

    def _after(self, minutes: int | None) -> datetime:
        return self.started_at + timedelta(minutes=minutes or 0)

    def _file(self) -> None:
        entry = self.entry
        times: dict[str, Any] = {
            f"{name}_at": None if minutes is None else self._after(minutes)
            for name, minutes in entry["minutes"].items()
        }
        incident = services.create_incident(
            self.owner,
            team=self.company.teams[entry["team"]],
            title=entry["title"],
            severity=entry["severity"],
            summary=str(entry["sections"].get("summary", "")),
            customer_effect=str(entry["sections"].get("customer_effect", "")),
            customer_impact=entry["customer_impact"],
            budget_percent=entry.get("budget_percent"),
            found_by=FoundBy(entry["found_by"]),
            systems=[self.company.systems[key] for key in entry["systems"]],
            impact_start_at=self.started_at,
            **times,
        )
        self.made.append(incident)

    def _start(self) -> None:
        owner = self.company.person(self.entry["owner"])
        services.start_postmortem(self.owner, self.made[0], owner=owner)

    def _write(self) -> None:
        entry, postmortem = self.entry, self.postmortem
        for key, text in entry["sections"].items():
            words = self._timeline(text) if key == "timeline" else str(text)
            services.save_section(self.owner, postmortem, key, words)
        services.set_causes(self.owner, postmortem, entry["causes"])
        for idea in entry["ideas"]:
            services.add_idea(self.company.actor(idea["by"]), postmortem, idea["text"])
        for foresaw, keys in ((True, entry["foreseen_by"]), (False, entry["led_to"])):
            for key in keys:
                self._link(key, foresaw=foresaw)
        for helped in entry["helped_by"]:
            services.link_statement(
                self.owner,
                postmortem,
                _statement_id(helped["statement"]),
                was_met=helped["was_met"],
            )

    def _link(self, key: str, *, foresaw: bool) -> None:
        risk = self.risks.get(key)
        if risk is None:  # written down only later than the post-mortem
            return
        link = services.link_risk(self.owner, self.postmortem, risk, foresaw=foresaw)
        if foresaw:
            services.realise_risk(self.owner, self.postmortem, link)

    def _timeline(self, steps: list[list[Any]]) -> str:
        """A Markdown table with UTC and the company's time."""
        zone: ZoneInfo = self.chronicle.zone
        rows = ["| UTC | Local | What happened |", "|---|---|---|"]
        for minutes, what in steps:
            at = self._after(minutes)
            rows.append(
                f"| {at.astimezone(ZoneInfo('UTC')):%H:%M} | {at.astimezone(zone):%H:%M} | {what} |"
            )
        return "\n".join(rows)

    def _hand_in(self) -> None:
        services.mark_ready(self.owner, self.postmortem)

    def _review(self) -> None:
        review = self.entry["review"]
        actor = self.company.actor(review["by"])
        services.review_postmortem(actor, self.postmortem, review["note"])

    def _close(self) -> None:
        services.close_postmortem(self.owner, self.postmortem)

    def _conceal(self) -> None:
        """When all was done: who acts in the demo is privy to nothing."""
        secret = self.entry["confidential"]
        keep_confidential(
            self.company.actor(secret["by"]),
            self.made[0],
            readers=[self.company.people[name] for name in secret["readers"]],
            why=secret["reason"],
        )


def _statement_id(code: str) -> int:
    found = db.session.scalar(
        select(Statement.id).where(Statement.code == code).order_by(Statement.id.desc()).limit(1)
    )
    assert found is not None, code
    return found
