"""Which versions of entities count, and what an entity is by them: each in its own place, whatever came first.

Versions are stamped, never removed: phones take a changed property only with a higher version, so what a decision
changes is written as one more, by the server itself (`derived`). Knows no household and no form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Row,
    Table,
    Update,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.orm import Session

from server.entities.datasets import properties_of
from server.entities.models import Dataset, Entity, EntityVersion
from server.entities.sealing import LABEL, given, opened, overruled, sealed_names, stored
from server.entities.versions import AREA, CHANGE, LOCKED, Cause, EntityWrite, Moment, add_version, worse
from server.hot import Hot, wire
from server.keys import Keyring
from server.xforms import EntityBlock, SavedEntity

_ENTITY = cast(Table, Entity.__table__)
_VERSION = cast(Table, EntityVersion.__table__)
CREATES = _VERSION.c.base_version.is_(None)
"""A version that was made from none created its entity: the first, or one after that was taken off the lists."""

_LATER = Hot(
    select(literal_column("1"))
    .select_from(_ENTITY.join(_VERSION, _VERSION.c.entity_id == _ENTITY.c.id))
    .where(
        _ENTITY.c.dataset_id == bindparam("the_dataset"),
        _ENTITY.c.uuid == bindparam("the_uuid"),
        _VERSION.c.rank > bindparam("rank"),
        _VERSION.c.superseded_at.is_(None),
    )
    .limit(literal_column("1"))
)

Named = tuple[int, str]
"""An entity: its list's id, its UUID."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the server itself knows of an entity: `values` by property, and what it knows them from, as (rank,
    submission); `names`: all that it may know. A submission that saved a property itself told it to phones.

    `lies`: its area's id and code, which no submission overrules; None where the server knows nothing of it.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[tuple[bytes, int]] = ()
    names: Set[str] = frozenset()
    lies: tuple[int | None, str | None] | None = None


SILENT = SavedEntity("", EntityBlock("", "", "", False, True, None, label=None), {}, {})
"""What a correction says of an entity that it no longer speaks of: nothing, which takes back what it had said."""


def withdrawn(session: Session, submission_id: int, spoken_of: Set[Named]) -> list[EntityWrite]:
    """A decision for each entity that a submission had updated and its correction speaks of no more: a version that gives
    nothing (`SILENT`). What it had created is left to its create. Locks them, in UUID order (PostgreSQL)."""
    wrote = select(_VERSION.c.entity_id).where(_VERSION.c.submission_id == submission_id)
    query = select(_ENTITY).where(_ENTITY.c.id.in_(wrote)).order_by(_ENTITY.c.uuid, _ENTITY.c.dataset_id)
    made: list[EntityWrite] = []
    for entity in session.execute(query.with_for_update()).all():
        named = (entity.dataset_id, entity.uuid)
        mine = (_VERSION.c.entity_id == entity.id, _VERSION.c.submission_id == submission_id)
        rows = session.execute(select(_VERSION).where(*mine).order_by(_VERSION.c.version)).all()
        if named in spoken_of or not rows[-1].received or any(row.base_version is None for row in rows):
            continue
        numbers = {"version": entity.version + 1, "base_version": entity.version}
        made.append(EntityWrite("", *named, "update", "withdrawn", **numbers))
    return made


def is_overtaken(session: Session, named: Named, rank: bytes) -> bool:
    """Whether a version of an entity that counts stands after this place."""
    dataset_id, uuid = named
    row = {"the_dataset": dataset_id, "the_uuid": uuid, "rank": rank}
    return _LATER.first(wire(session), row) is not None


def stand(
    session: Session, submission_id: int, at: datetime, *, creates: bool, updates: bool | None
) -> list[Named]:
    """Say which of a submission's versions count: those that created an entity, those that updated one (None: as before).

    Returns the entities that it ever wrote, in UUID order: `agree` is to follow.
    """
    mine = _VERSION.c.submission_id == submission_id
    for which, counts in ((CREATES, creates), (~CREATES, updates)):
        if counts is None:
            continue
        stamped = _VERSION.c.superseded_at
        change = stamped.is_not(None) if counts else stamped.is_(None)
        session.execute(
            update(_VERSION).where(mine, which, change).values(superseded_at=None if counts else at)
        )
    of = select(_VERSION.c.entity_id).where(mine)
    return _named(session, _ENTITY.c.id.in_(of))


def stand_before(
    session: Session, submission_id: int, at: datetime, version_id: int, since: datetime
) -> list[Named]:
    """Say that what a submission's version (or a later one) updated counts no more, and that what counted when that
    version came, at `since`, does again; what the submission created counts. Returns as `stand`."""
    mine = _VERSION.c.submission_id == submission_id
    out = (~CREATES, _VERSION.c.submission_version_id >= version_id)
    session.execute(
        update(_VERSION).where(mine, *out, _VERSION.c.superseded_at.is_(None)).values(superseded_at=at)
    )
    stood = and_(_VERSION.c.submission_version_id < version_id, _VERSION.c.superseded_at >= since)
    session.execute(update(_VERSION).where(mine, or_(CREATES, stood)).values(superseded_at=None))
    return _named(session, _ENTITY.c.id.in_(select(_VERSION.c.entity_id).where(mine)))


def put(session: Session, submission_id: int, rank: bytes) -> None:
    """A submission's versions stand where it stands by now: a correction may say another time and nothing else."""
    mine = (_VERSION.c.submission_id == submission_id, _VERSION.c.rank != rank)
    session.execute(update(_VERSION).where(*mine).values(rank=rank))


def created(session: Session, submission_id: int, *, counts: bool | None = None) -> list[tuple[str, str]]:
    """What a submission ever created, as (list's name, UUID), in UUID order; `counts`: whose create does, or does not."""
    query = (
        select(Dataset.name, _ENTITY.c.uuid)
        .join(_ENTITY, _ENTITY.c.dataset_id == Dataset.id)
        .join(_VERSION, _VERSION.c.entity_id == _ENTITY.c.id)
        .where(_VERSION.c.submission_id == submission_id, CREATES)
        .order_by(_ENTITY.c.uuid)
    )
    if counts is not None:
        stamped = _VERSION.c.superseded_at
        query = query.where(stamped.is_(None) if counts else stamped.is_not(None))
    return [(row.name, row.uuid) for row in session.execute(query)]


def creators(session: Session, project_id: int, name: str, uuid: str) -> list[int]:
    """The submissions whose create of an entity counts, the first before the others."""
    query = (
        select(_VERSION.c.submission_id)
        .join(_ENTITY, _ENTITY.c.id == _VERSION.c.entity_id)
        .join(Dataset, Dataset.id == _ENTITY.c.dataset_id)
        .where(Dataset.project_id == project_id, Dataset.name == name, _ENTITY.c.uuid == uuid)
        .where(CREATES, _VERSION.c.superseded_at.is_(None), _VERSION.c.submission_id.is_not(None))
        .order_by(_VERSION.c.version)
    )
    return list(session.scalars(query))


def of_uuid(session: Session, project_id: int, uuid: str) -> list[Named]:
    """The entities of a project that have this UUID: as a rule one."""
    return _named(session, _of_project(project_id), _ENTITY.c.uuid == uuid)


def next_numbers(
    session: Session, project_id: int, uuids: Iterable[str], submission_id: int | None = None
) -> dict[str, int]:
    """For entities with these UUIDs, and those that a submission wrote, by `<list>:<uuid>`, the number that their next
    version gets: what the ledger keeps of an act that may write one. Holds their rows, in UUID order (PostgreSQL)."""
    named = select(_ENTITY.c.id).where(_of_project(project_id), _ENTITY.c.uuid.in_(list(uuids)))
    wrote = select(_VERSION.c.entity_id).where(_VERSION.c.submission_id == submission_id)
    query = select(_ENTITY.c.dataset_id, _ENTITY.c.uuid, _ENTITY.c.version)
    query = query.where(_ENTITY.c.id.in_(union(named, wrote))).order_by(_ENTITY.c.uuid, _ENTITY.c.dataset_id)
    return {
        f"{row.dataset_id}:{row.uuid}": row.version + 1 for row in session.execute(query.with_for_update())
    }


def agree(
    session: Session,
    keys: Keyring,
    named: Named,
    moment: Moment,
    *,
    told: Told | None = None,
    listed: bool = True,
    joined: Iterable[str] = (),
) -> bool:
    """Make an entity what its versions that count say, each in its place; True where a phone's list changed.

    It is on the lists while its create counts, and `listed`, and lies where `told` says. `joined`: UUIDs of entities of the
    same list that were merged into it, of which it says what they said, but for label and area. A create that waits (of a
    submission that `told` knows nothing from) says something only while no other of the entity's stands. What differs is one
    more version, or goes into the one that the same event has just written: phones see both at once.
    """
    told = told or Told()
    dataset_id, uuid = named
    entity = wire(session).execute(LOCKED, {"the_dataset": dataset_id, "the_uuid": uuid}).first()
    if entity is None:
        return False
    counting = select(_VERSION).where(
        _VERSION.c.entity_id == entity.id,
        _VERSION.c.superseded_at.is_(None),
        _VERSION.c.origin != "derived",
    )
    rows = session.execute(counting.order_by(_VERSION.c.version)).all()
    created = any(row.base_version is None for row in rows)
    gone = None if created and listed else entity.deleted_at or moment.at
    moved = gone != entity.deleted_at
    if moved:
        session.execute(update(_ENTITY).where(_ENTITY.c.id == entity.id).values(deleted_at=gone))
    elsewhere = told.lies is not None and told.lies[0] != entity.area_id
    if told.lies is not None and elsewhere:
        session.execute(update(_ENTITY).where(_ENTITY.c.id == entity.id).values(area_id=told.lies[0]))
    changed = False
    if created:
        others = _joined(session, dataset_id, joined)
        changed = _follow(session, keys, entity, (rows, others), moment, told)
    return moved or (gone is None and (changed or elsewhere))


_Rows = Sequence[Row[Any]]


def _joined(session: Session, dataset_id: int, uuids: Iterable[str]) -> _Rows:
    """The versions that count of entities that were merged into another."""
    named = list(uuids)
    if not named:
        return ()
    of = select(_ENTITY.c.id).where(_ENTITY.c.dataset_id == dataset_id, _ENTITY.c.uuid.in_(named))
    counting = (_VERSION.c.superseded_at.is_(None), _VERSION.c.origin != "derived")
    query = select(_VERSION).where(_VERSION.c.entity_id.in_(of), *counting)
    return session.execute(query.order_by(_VERSION.c.version)).all()


def _follow(
    session: Session,
    keys: Keyring,
    entity: Row[Any],
    of: tuple[_Rows, _Rows],
    moment: Moment,
    told: Told,
) -> bool:
    rows, others = of
    written = {submission_id for _, submission_id in told.events}
    sure = [row for row in rows if row.base_version is not None or row.submission_id in written]
    own = sure if any(row.base_version is None for row in sure) else rows
    theirs = [row for row in others if row.base_version is not None or row.submission_id in written]
    declared = properties_of(session, entity.dataset_id)
    known = {n: v for n, v in told.values.items() if n in declared}
    target = _folded(keys, own, theirs, replace(told, values=known))
    now = {**opened(keys, entity), LABEL: entity.label}
    changed = sorted(n for n in now.keys() | target.keys() if now.get(n, "") != target.get(n, ""))
    conflict: str | None = None
    for row in rows:
        conflict = worse(row.conflict, conflict)
    if not changed:
        if conflict != entity.conflict:
            settled = update(_ENTITY).where(_ENTITY.c.id == entity.id)
            session.execute(settled.values(conflict=conflict))
        return False
    hidden = {name for name in declared if declared[name]}.union(
        sealed_names(keys, entity), *(sealed_names(keys, row) for row in (*rows, *others))
    )
    new = rows[-1]
    over = {name: value for name, value in given(keys, new).items() if target.get(name, "") != value}
    label = target.pop(LABEL)
    values = stored(keys, target, hidden)
    _change(session, entity, label, values, changed, conflict, moment, overruled(keys, over))
    return True


def _folded(keys: Keyring, rows: _Rows, others: _Rows, told: Told) -> dict[str, str]:
    """Properties and label as submissions gave them, each in its place, by its newest version alone; and what the server
    knows where it knows it from later. `others` are versions of what was merged into this: neither their label is taken nor
    where they lay."""
    first = next(row for row in rows if row.base_version is None)
    newest: dict[int | None, int] = {}
    for row in (*rows, *others):
        before = newest.get(row.submission_id, 0)
        newest[row.submission_id] = max(before, row.submission_version_id or 0)
    standing = [
        (row.rank or b"", own, row.version, row)
        for own, which in ((False, others), (True, rows))
        for row in which
        if (row.submission_version_id or 0) == newest[row.submission_id]
    ]
    whole = {**opened(keys, first), LABEL: first.label}
    added = whole.keys() - first.received.keys() - told.names
    target = {name: value for name, value in whole.items() if name in added or name == LABEL}
    lies = {name for row in (*rows, *others) for name, what in row.received.items() if what == AREA}
    places: dict[str, bytes] = {}
    saved: dict[int | None, set[str]] = {}
    for _, own, _, row in sorted(standing, key=lambda one: one[:3]):
        said = given(keys, row)
        target.update({name: value for name, value in said.items() if own or name not in (LABEL, *lies)})
        places.update(dict.fromkeys(row.received, row.rank or b""))
        saved.setdefault(row.submission_id, set()).update(row.received)
    for name, value in told.values.items():
        silent = (rank for rank, submission_id in told.events if name not in saved.get(submission_id, ()))
        if max(silent, default=b"") > places.get(name, b""):
            target[name] = value
    if told.lies is not None and told.lies[1] is not None:
        target.update(dict.fromkeys(lies, told.lies[1]))
    return target


def derive(
    session: Session, keys: Keyring, named: Named, properties: Mapping[str, str], moment: Moment, rank: bytes
) -> bool | None:
    """A version by the server itself, where a property that the list has changed; True where a phone's list did.

    None where something newer than `rank`, the place that it is known from, was said of the entity: `agree` is to follow.
    Conflicts and branches ignore it. Make few: each changes the list that every phone downloads.
    """
    dataset_id, uuid = named
    entity = wire(session).execute(LOCKED, {"the_dataset": dataset_id, "the_uuid": uuid}).first()
    if entity is None or entity.deleted_at is not None:
        return False
    before = opened(keys, entity)
    changed = {n: v for n, v in properties.items() if before.get(n, "") != v}
    declared = properties_of(session, dataset_id) if changed else {}
    changed = {n: v for n, v in changed.items() if n in declared}
    if not changed:
        return False
    if is_overtaken(session, named, rank):
        return None
    hidden = {name for name in declared if declared[name]}.union(sealed_names(keys, entity))
    values = stored(keys, {**before, **changed}, hidden)
    _change(session, entity, entity.label, values, changed, entity.conflict, moment)
    return True


def _change(
    session: Session,
    entity: Row[Any],
    label: str,
    values: Mapping[str, Any],
    changed: Iterable[str],
    conflict: str | None,
    moment: Moment,
    over: bytes | None = None,
) -> None:
    """A version by the server itself; where the same event has just written one, what it says instead, `over` what its
    source gave and that does not show. A create stays as the phone made it."""
    same = (_VERSION.c.entity_id == entity.id, _VERSION.c.version == entity.version, ~CREATES)
    written = update(_VERSION).where(*same, _VERSION.c.seq == moment.seq, _VERSION.c.origin != "derived")
    if _rows(session, written.values(**values, label=label, overruled=over)):
        row = {**entity._asdict(), **values, "label": label, "conflict": conflict}
        CHANGE.run(wire(session), {**row, "updated_at": moment.at, "the_id": entity.id})
        return
    number = moment.number(entity.dataset_id, entity.uuid, entity.version)
    made = EntityWrite(
        "", entity.dataset_id, entity.uuid, "update", version=number, base_version=entity.version
    )
    row = {**entity._asdict(), **values, "label": label, "version": number, "conflict": conflict}
    CHANGE.run(wire(session), {**row, "updated_at": moment.at, "the_id": entity.id})
    cause = Cause(None, None, None, None, moment)
    add_version(session, entity.id, made, label, values, dict.fromkeys(changed, True), "derived", cause)


def _rows(session: Session, statement: Update) -> int:
    """How many rows a statement changed."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def _named(session: Session, *which: ColumnElement[bool]) -> list[Named]:
    query = select(_ENTITY.c.dataset_id, _ENTITY.c.uuid).where(*which)
    return [
        (row.dataset_id, row.uuid)
        for row in session.execute(query.order_by(_ENTITY.c.uuid, _ENTITY.c.dataset_id))
    ]


def _of_project(project_id: int) -> ColumnElement[bool]:
    return _ENTITY.c.dataset_id.in_(select(Dataset.id).where(Dataset.project_id == project_id))
