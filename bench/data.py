"""A register of any size: rows by the thousand, derived columns as the services store them."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select

from riskreg import migrate
from riskreg.actions.kinds import ActionStatus, ActionType, Priority
from riskreg.actions.models import ActionItem
from riskreg.db import db, transaction
from riskreg.lib.dates import now, today
from riskreg.metrics.matrix import Rating
from riskreg.metrics.ranking import stored_value
from riskreg.metrics.severity import scores
from riskreg.org.kinds import Role
from riskreg.org.models import Person, System, Team
from riskreg.org.permissions import SYSTEM_ACTOR
from riskreg.org.services import create_person, create_team, grant_role
from riskreg.risks.kinds import Kind, Status, Tier, Treatment
from riskreg.risks.matching import searchable
from riskreg.risks.models import Assessment, Risk
from riskreg.risks.services import current_matrix, matrix_of
from riskreg.risks.stamps import touch_teams
from riskreg.seed import install_defaults

TEAMS, SYSTEMS, OWNERS = 40, 50, 60
# The one risk whose page is measured, and what it has gone through.
LONG_RISK, ITS_ASSESSMENTS, ITS_ACTIONS = 500, 20, 10
WORDS = [
    "restore",
    "certificate",
    "queue",
    "failover",
    "backup",
    "token",
    "canary",
    "region",
    "quota",
    "rollback",
    "cache",
    "vendor",
    "migration",
    "secret",
    "replica",
    "partition",
    "schedule",
    "gateway",
    "pipeline",
    "dashboard",
]
BATCH = 2_000
SEED = 20_26


def fill(count: int) -> Person:
    """Fill an empty database with `count` risks; returns a manager of the root team."""
    migrate.upgrade()
    chance = random.Random(SEED)
    with transaction():
        install_defaults()
        teams = _teams()
        manager = create_person(
            SYSTEM_ACTOR, name="Bench", email="bench@example.org", values={"home_team_id": teams[0]}
        )
        grant_role(SYSTEM_ACTOR, manager, db.session.get_one(Team, teams[0]), Role.ADMIN)
        systems = _systems(teams)
        owners = [manager.id, *_owners(teams)]
    for start in range(0, count, BATCH):
        with transaction():
            rows = [
                _risk(chance, teams, systems, chance.choice(owners))
                for _ in range(min(BATCH, count - start))
            ]
            connection = db.session.connection()  # past the trail, which a bench has no need of
            ids = connection.scalars(insert(Risk).returning(Risk.id), rows).all()
            connection.execute(insert(Assessment), _assessments(rows, ids, manager.id))
            touch_teams(teams)
    if count >= LONG_RISK:
        with transaction():
            _lengthen(db.session.get_one(Risk, LONG_RISK), manager.id)
    return db.session.scalars(select(Person).order_by(Person.id).limit(1)).one()


def _teams() -> list[int]:
    root = create_team(SYSTEM_ACTOR, name="Company", parent=None)
    areas = [create_team(SYSTEM_ACTOR, name=f"Area {n}", parent=root) for n in range(4)]
    teams = [
        create_team(SYSTEM_ACTOR, name=f"Team {n}", parent=areas[n % 4]) for n in range(TEAMS - 5)
    ]
    return [team.id for team in (root, *areas, *teams)]


def _owners(teams: list[int]) -> list[int]:
    rows = [
        Person(
            name=f"Engineer {n}",
            email=f"engineer{n}@example.org",
            home_team_id=teams[5 + n % 35],
            created_at=now(),
        )
        for n in range(OWNERS)
    ]
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


def _systems(teams: list[int]) -> list[int]:
    rows = [
        System(key=f"system-{n}", name=f"System {n}", team_id=teams[5 + n % 35], created_at=now())
        for n in range(SYSTEMS)
    ]
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


def _risk(
    chance: random.Random, teams: list[int], systems: list[int], owner_id: int
) -> dict[str, Any]:
    matrix = matrix_of(current_matrix())
    current = Rating(likelihood=chance.randint(1, 5), impact=chance.randint(1, 5))
    if chance.random() < 0.04:
        current = Rating()
    target = Rating(likelihood=1, impact=current.impact)
    effort = None if chance.random() < 0.1 else chance.randint(1, 120)
    found = scores(matrix, current, target=target, effort_days=effort)
    title = " ".join(chance.choices(WORDS, k=6)).capitalize()
    instant = now() - timedelta(days=chance.randint(0, 700))
    return {
        "title": title,
        "kind": chance.choice(list(Kind)),
        "category": "",
        "cause": f"the {title.lower()} was never tried",
        "event": "an outage",
        "consequence": "lost orders",
        "description": "",
        "controls": "",
        "team_id": chance.choice(teams[5:]),
        "system_id": chance.choice(systems),
        "owner_id": owner_id,
        "status": Status.OPEN if chance.random() < 0.85 else Status.CLOSED,
        "close_note": "",
        "treatment": Treatment.MITIGATE,
        "identified_on": instant.date(),
        "created_at": instant,
        "updated_at": instant,
        "review_due_on": today() + timedelta(days=chance.randint(-30, 300)),
        "matrix_id": current_matrix().id,
        "current_likelihood": current.likelihood,
        "current_impact": current.impact,
        "target_likelihood": target.likelihood,
        "target_impact": target.impact,
        "effort_days": effort,
        "band_rank": found.band_rank,
        "exposure_milli": found.exposure_milli,
        "gain_milli": found.gain_milli,
        "value_rate": found.value_rate,
        "order_band": stored_value(found.band_rank),
        "order_value": stored_value(found.value_rate),
        "order_exposure": stored_value(found.exposure_milli),
        "pin_reason": "",
        "external_ref": "",
        "stated_score": "",
        "search_text": searchable(title),
        "version": 1,
    }


def _assessments(rows: list[dict[str, Any]], ids: Any, by_id: int) -> list[dict[str, Any]]:
    return [
        {
            "risk_id": risk_id,
            "tier": Tier.CURRENT,
            "matrix_id": row["matrix_id"],
            "likelihood": row["current_likelihood"],
            "impact": row["current_impact"],
            "band_rank": row["band_rank"],
            "by_id": by_id,
            "at": row["created_at"],
            "why": "First seen in the yearly walk-through.",
        }
        for row, risk_id in zip(rows, ids, strict=True)
    ]


def _lengthen(risk: Risk, by_id: int) -> None:
    """Give the long risk the assessments and actions of some years."""
    again = {"risk_id": risk.id, "tier": Tier.CURRENT, "matrix_id": risk.matrix_id, "by_id": by_id}
    db.session.add_all(
        Assessment(
            **again,
            likelihood=1 + n % 5,
            impact=1 + n % 4,
            band_rank=1 + n % 4,
            at=now() - timedelta(days=30 * n),
            why=f"Looked at it again in month {n}: the drills went better.",
        )
        for n in range(1, ITS_ASSESSMENTS)
    )
    db.session.add_all(_action(risk, by_id, n) for n in range(ITS_ACTIONS))


def _action(risk: Risk, owner_id: int, number: int) -> ActionItem:
    due = today() + timedelta(days=10 * number - 30)
    return ActionItem(
        title=f"Try step {number} of the restore on a copy",
        type=ActionType.PREVENT,
        priority=Priority.P2,
        status=ActionStatus.OPEN,
        team_id=risk.team_id,
        owner_id=owner_id,
        committed_at=now(),
        original_due_on=due,
        due_on=due,
        risk_id=risk.id,
    )
