"""Keep a thing confidential, say who reads it, and open it in an emergency."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Integer, ScalarSelect, column, or_, select, table
from sqlalchemy.orm import joinedload

from riskreg.audit.models import AuditEntry
from riskreg.audit.services import Changes, record, record_all
from riskreg.db import db, take_turn, transaction
from riskreg.errors import Forbidden, Invalid, NotFound, Stale
from riskreg.lib.dates import now
from riskreg.lib.hashing import digest
from riskreg.lib.text import clean_text
from riskreg.org.access import is_root, require
from riskreg.org.confidential import KINDS, Kind, Secret
from riskreg.org.models import Person, Reader
from riskreg.org.permissions import Actor, Permission

OPEN_FOR = timedelta(minutes=60)
OPENINGS_SHOWN_FOR = timedelta(days=30)
READ_AGAIN_AFTER = timedelta(hours=1)  # one entry an hour for each person says enough


@dataclass(frozen=True, kw_only=True)
class Readers:
    """Who was named, and who opened it for a while."""

    named: Sequence[Person]
    openings: Sequence[Reader]


@dataclass(kw_only=True)
class _Thing:
    """What the trail says that an entry is about."""

    id: Any
    team_id: int
    ref: str
    __tablename__: Any


def readers_of(item: Any) -> Readers:
    """The named readers by name, and what was opened in the last 30 days, newest first."""
    rows = db.session.scalars(
        select(Reader)
        .where(Reader.kind == item.__tablename__, Reader.item_id == item.id)
        .options(joinedload(Reader.person))
        .order_by(Reader.created_at.desc(), Reader.id.desc())
    ).all()
    since = now() - OPENINGS_SHOWN_FOR
    named = [row.person for row in rows if row.until_at is None]
    return Readers(
        named=sorted(named, key=lambda person: (person.name, person.id)),
        openings=[row for row in rows if row.until_at is not None and row.created_at > since],
    )


def readers_mark(item: Any) -> str:
    """A short mark of who may read it: who changes that says with it which list they saw."""
    named = sorted(person.id for person in readers_of(item).named)
    return digest([item.is_confidential, named])[:16]


def keep_confidential(
    actor: Actor, item: Any, *, readers: Sequence[Person], why: str, base: str | None = None
) -> None:
    """Let nobody read it but its owner, those who have an action of it, and these readers.

    When it becomes confidential, whoever does so and whoever filed it are readers too. `base` is
    the `readers_mark` of the list that the person saw. Raises Invalid without a reason, or when
    nobody could read it, Stale when the list is another one by now.
    """
    _demand_own(actor, item)
    why = _demand_reason(why)
    _demand_same(item, base, _told(readers))
    before = readers_of(item).named
    wanted = {person.id: person for person in readers}
    if not item.is_confidential:
        wanted |= {person.id: person for person in _first_readers(actor, item)}
    if not wanted and _owner_of(item) is None:
        raise Invalid(_("Name somebody who may read it: it has no owner."), field="readers")
    _forget_named(item)
    db.session.add_all(_reader(item, number) for number in wanted)
    changes: dict[str, list[Any]] = {"readers": [_names(before), _names(wanted.values())]}
    if not item.is_confidential:
        item.is_confidential = True
        changes["confidential"] = [False, True]
    _keep(actor, "conceal", item, changes, why)


def make_public(actor: Actor, item: Any, *, why: str, base: str | None = None) -> None:
    """Let everybody read it whose role allows it. Raises Invalid without a reason.

    And Stale when its readers are not those of `base` any more, the list that the person saw.
    """
    _demand_own(actor, item)
    why = _demand_reason(why)
    _demand_same(item, base, _("Everybody whose role allows it"))
    if not item.is_confidential:
        return
    item.is_confidential = False
    _forget_those(item)
    _keep(actor, "reveal", item, {"confidential": [True, False]}, why)


def keep_with(actor: Actor, item: Any, secret: tuple[str, int], *, why: str) -> None:
    """Keep what came from a confidential thing to the owner and the readers of that."""
    kind, number = KINDS[secret[0]], secret[1]
    named = select(Reader.person_id).where(
        Reader.kind == kind.name, Reader.item_id == number, Reader.until_at.is_(None)
    )
    either = or_(Person.id.in_(named), Person.id == _owner_number(kind, number))
    readers = db.session.scalars(select(Person).where(either)).all()
    keep_confidential(actor, item, readers=readers, why=why)


def read_by_others(model: type[Any], person: Person) -> ColumnElement[bool]:
    """Whether somebody else who is here was named to read the row of a query."""
    others = select(Reader.id).join(Person, Person.id == Reader.person_id)
    return others.where(
        Reader.kind == model.__tablename__,
        Reader.item_id == model.id,
        Reader.until_at.is_(None),
        Reader.person_id != person.id,
        Person.is_active,
    ).exists()


def pass_on(actor: Actor, item: Any, person: Person, taker: Person) -> None:
    """Name one person a reader in another's place, who leaves; whoever opened it may do so too."""
    kind = _kind(item)
    require(actor, kind.edit, item, view=kind.view)
    before = readers_of(item).named
    for each in (person, taker):
        _forget_named(item, person_id=each.id)
    db.session.add(_reader(item, taker.id))
    after = [each for each in before if each.id not in {person.id, taker.id}] + [taker]
    why = _("Handed over from %(name)s.", name=person.name)
    _keep(actor, "conceal", item, {"readers": [_names(before), _names(after)]}, why)


def open_for_a_while(actor: Actor, item: Any, *, why: str) -> Sequence[Person]:
    """Let an administrator of the whole organisation read it for an hour.

    Returns whom to tell by mail: its owner, or its named readers where it has none; nobody where it
    was open to them already. Raises NotFound for anybody else, and where there is nothing
    confidential to open.
    """
    if not may_open(actor) or item is None or not item.is_confidential:
        raise NotFound(_("There is nothing here, or you may not see it."))
    why = _demand_reason(why)
    if item.secret in actor.privy:
        return []
    concerned = _concerned(item)
    until = now() + OPEN_FOR
    db.session.add(_reader(item, actor.person_id or 0, until_at=until, reason=why))
    _keep(actor, "break_glass", item, {"until": [None, until]}, why)
    return [person for person in concerned if person.is_active and person.id != actor.person_id]


def may_open(actor: Actor) -> bool:
    """Whether the actor administers the whole organisation."""
    return actor.person_id is not None and any(
        is_root(path) for path in actor.paths(Permission.PERSON_EDIT)
    )


def note_reading(actor: Actor, secrets: Iterable[Secret]) -> None:
    """Write to the trail that confidential things were read; once an hour for each person.

    In a short transaction of its own, for the request that reads commits nothing. Where the trail
    cannot be written nothing is shown.
    """
    unsaid = [secret for secret in sorted(secrets) if not _was_said_lately(actor, secret)]
    if unsaid:
        with transaction():
            _tell_of(actor, "read", unsaid, {})


def note_taking(actor: Actor, secrets: Iterable[Secret], file_name: str) -> None:
    """Write to the trail that confidential things were taken along in a file.

    Each has an entry of its own, which its readers see: in that of the file, which others read as
    well, it would tell that they are there.
    """
    _tell_of(actor, "take", sorted(secrets), {"file": [None, file_name]})


def _was_said_lately(actor: Actor, secret: Secret) -> bool:
    kind, number = secret
    lately = select(AuditEntry.id).where(
        AuditEntry.subject_type == kind,
        AuditEntry.subject_id == number,
        AuditEntry.action == f"{KINDS[kind].acts}.read",
        AuditEntry.actor_id == actor.person_id,
        AuditEntry.at > now() - READ_AGAIN_AFTER,
    )
    return db.session.scalar(lately.limit(1)) is not None


def _tell_of(actor: Actor, verb: str, secrets: Sequence[Secret], changes: Changes) -> None:
    """The same act on each of them, kind by kind."""
    for kind in KINDS.values():
        numbers = [number for name, number in secrets if name == kind.name]
        if numbers:
            acts = [(thing, changes) for thing in _things(kind, numbers)]
            record_all(actor=actor, action=f"{kind.acts}.{verb}", acts=acts)


def _things(kind: Kind, numbers: Sequence[int]) -> list["_Thing"]:
    rows = table(kind.name, column("id", Integer), column("team_id", Integer)).c
    found = db.session.execute(select(rows.id, rows.team_id).where(rows.id.in_(numbers)))
    return [
        _Thing(id=number, team_id=team_id, ref=f"{kind.letters}-{number}", __tablename__=kind.name)
        for number, team_id in found
    ]


def _first_readers(actor: Actor, item: Any) -> list[Person]:
    """Whoever marks it and whoever filed it, as the trail says."""
    filed = select(AuditEntry.actor_id).where(
        AuditEntry.subject_type == item.__tablename__,
        AuditEntry.subject_id == item.id,
        AuditEntry.action == _kind(item).filed,
    )
    numbers = {actor.person_id, db.session.scalar(filed.limit(1))} - {None}
    return list(db.session.scalars(select(Person).where(Person.id.in_(numbers))))


def _demand_own(actor: Actor, item: Any) -> None:
    """Who opened it for an hour, or has an action of it, reads it; its readers are not theirs."""
    kind = _kind(item)
    require(actor, kind.edit, item, view=kind.view)
    if not item.is_confidential or _owner_of(item) == actor.person_id:
        return
    if actor.person_id not in {person.id for person in readers_of(item).named}:
        raise Forbidden(_("Only its owner and its named readers say who may read it."))


def _demand_same(item: Any, base: str | None, wanted: str) -> None:
    """Who changes the list has to have seen it; two who do so at once take turns."""
    take_turn(f"readers:{item.__tablename__}:{item.id}")
    if base is None or base == readers_mark(item):
        return
    name = str(_("Who may read it"))
    now_named = readers_of(item).named
    told = _told(now_named) if item.is_confidential else _("Everybody whose role allows it")
    raise Stale(
        _(
            "Somebody else changed who may read %(ref)s in the meantime. Nothing was saved.",
            ref=item.ref,
        ),
        theirs={name: str(told)},
        yours={name: wanted},
    )


def _told(people: Sequence[Person]) -> str:
    return ", ".join(_names(people)) or str(_("Nobody by name"))


def _kind(item: Any) -> Kind:
    return KINDS[item.__tablename__]


def _concerned(item: Any) -> Sequence[Person]:
    """Its owner, or its named readers."""
    owner_id = _owner_of(item)
    if owner_id is None:
        return readers_of(item).named
    return [db.session.get_one(Person, owner_id)]


def _owner_of(item: Any) -> int | None:
    return db.session.scalar(select(_owner_number(_kind(item), item.id)))


def _owner_number(kind: Kind, number: int) -> ScalarSelect[int | None]:
    name, of, person = kind.owner
    owned = table(name, column(of, Integer), column(person, Integer)).c
    return select(owned[person]).where(owned[of] == number).scalar_subquery()


def _forget_named(item: Any, *, person_id: int | None = None) -> None:
    """The named readers, or whatever is known of one person."""
    whose = Reader.until_at.is_(None) if person_id is None else Reader.person_id == person_id
    _forget_those(item, whose)


def _forget_those(item: Any, *whose: ColumnElement[bool]) -> None:
    """Row by row, so that the trail tells of each, and before others take their places."""
    own = (Reader.kind == item.__tablename__, Reader.item_id == item.id)
    for row in db.session.scalars(select(Reader).where(*own, *whose)):
        db.session.delete(row)
    db.session.flush()


def _reader(item: Any, person_id: int, **opened: Any) -> Reader:
    return Reader(
        kind=item.__tablename__,
        item_id=item.id,
        person_id=person_id,
        created_at=now(),
        **opened,
    )


def _keep(actor: Actor, verb: str, item: Any, changes: dict[str, list[Any]], why: str) -> None:
    db.session.flush()
    record(
        actor=actor,
        action=f"{_kind(item).acts}.{verb}",
        subject=item,
        changes=changes,
        note=why,
    )


def _names(people: Any) -> list[str]:
    return sorted(person.name for person in people)


def _demand_reason(why: str) -> str:
    if not clean_text(why):
        raise Invalid(_("Say why, in a sentence."), field="why")
    return clean_text(why)
