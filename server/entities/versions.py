"""Creating and updating entities from submissions: what is decided at receipt, and what is written for it.

`plan` reads and decides (version number, base, conflict) under the entity's lock; `write` applies a decision, now or
at a rebuild, and decides nothing. Which versions count stands in standing.py. Knows no household and no form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Row, Table, and_, bindparam, insert, select, update
from sqlalchemy.orm import Session

from server.entities.models import Dataset, DatasetProperty, Entity, EntityVersion
from server.entities.sealing import given, opened, sealed_names, stored
from server.hot import Hot, wire
from server.keys import Keyring
from server.xforms import SavedEntity

_ENTITY = cast(Table, Entity.__table__)
_VERSION = cast(Table, EntityVersion.__table__)
_FOUND = select(_ENTITY).where(
    _ENTITY.c.dataset_id == bindparam("the_dataset"), _ENTITY.c.uuid == bindparam("the_uuid")
)
LOCKED = _FOUND.with_for_update()
"""An entity's row by its list and UUID, held until the transaction ends (PostgreSQL)."""
_CHANGED = ("data", "protected", "label", "version", "conflict", "updated_at")
CHANGE = Hot(
    update(_ENTITY)
    .where(_ENTITY.c.id == bindparam("the_id"))
    .values({name: bindparam(name) for name in _CHANGED})
)
_ADD_VERSION = Hot(insert(_VERSION), [column.name for column in _VERSION.columns if column.name != "id"])
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

_LIST = (
    select(Dataset.id, DatasetProperty.name)
    .outerjoin(DatasetProperty, and_(DatasetProperty.dataset_id == Dataset.id, DatasetProperty.protected))
    .where(
        Dataset.project_id == bindparam("project"),
        Dataset.name == bindparam("name"),
        Dataset.deleted_at.is_(None),
    )
)

AREA = "area"
"""Of a version's `received`: the property is the answer to where the entity lies."""

Action = Literal["create", "update", "none"]


@dataclass(frozen=True, slots=True)
class EntityWrite:
    """What was decided about one entity block of a submission; stands in the ledger.

    `action` none changes nothing, for `reason`: unknown (an update of what is not there), exists (a second create),
    unchanged (a correction that changes no property). A create of what is off the lists is one more version, without
    a base. `path` is the block's, positions on repeats.
    """

    path: str
    dataset_id: int
    uuid: str
    action: Action
    reason: str | None = None
    version: int = 0
    base_version: int | None = None
    trunk_version: int | None = None
    branch_id: str | None = None
    branch_base_version: int | None = None
    conflict: str | None = None
    conflicting: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {name: value for name, value in asdict(self).items() if value not in (None, ())}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> EntityWrite:
        """What `as_dict` gave."""
        lists = {name: tuple(value.get(name, ())) for name in ("conflicting", "protected")}
        return cls(**{**value, **lists})


@dataclass(frozen=True, slots=True)
class Moment:
    """An event of the ledger, as versions remember it.

    `least` holds, by `<list>:<uuid>`, the lowest number of a version that the event makes: determined with the event, so
    that a replay never falls behind what phones hold.
    """

    seq: int
    at: datetime
    least: Mapping[str, int] = field(default_factory=dict)

    def number(self, dataset_id: int, uuid: str, current: int) -> int:
        """The number of the version after `current`."""
        return max(current + 1, self.least.get(f"{dataset_id}:{uuid}", 0))


@dataclass(frozen=True, slots=True)
class Cause:
    """Who and what causes a version: a submission's version, its sender, the event; `rank`: its place among versions, by
    when what it says was seen, not by when it came."""

    submission_id: int | None
    submission_version_id: int | None
    creator_id: int | None
    user_agent: str | None
    moment: Moment
    rank: bytes | None = None


def clean_uuid(text: str | None) -> str | None:
    """An entity's id as the database keeps it, None where it is no UUID of version 4 (phones ignore all others)."""
    found = (text or "").strip().lower().removeprefix("uuid:")
    return found if _UUID4.fullmatch(found) else None


def plan(
    session: Session, keys: Keyring, project_id: int, saved: SavedEntity, *, submission_id: int | None = None
) -> EntityWrite | None:
    """Decide about one block; locks the entity's row (PostgreSQL) until the transaction ends.

    `submission_id` of a correction or an approval: what the same submission wrote before is corrected, not in conflict.
    None where the block names no list of the project or no usable id: it writes nothing.
    """
    block = saved.block
    uuid = clean_uuid(block.id)
    if uuid is None or not (block.create or block.update):
        return None
    dataset = _dataset(session, project_id, block.dataset)
    if dataset is None:
        return None
    dataset_id, flagged = dataset
    made = EntityWrite(saved.path, dataset_id, uuid, "none", protected=flagged)
    entity = wire(session).execute(LOCKED, {"the_dataset": dataset_id, "the_uuid": uuid}).first()
    if entity is None:
        return replace(made, action="create", version=1) if block.create else replace(made, reason="unknown")
    if submission_id is not None:
        before = _given_before(session, keys, entity.id, submission_id)
        if before is not None:
            return _correction(made, entity, saved, before)
    if block.create and entity.deleted_at is not None:
        return replace(made, action="create", version=entity.version + 1)
    if not block.update:
        return replace(made, reason="exists")
    return _update(session, keys, made, entity, saved)


def _update(
    session: Session, keys: Keyring, made: EntityWrite, entity: Row[Any], saved: SavedEntity
) -> EntityWrite:
    """An update by the contract: applied whatever its base; not the current one is a conflict, soft or hard."""
    block = saved.block
    base, trunk = number_in(block.base_version), number_in(block.trunk_version)
    branch = clean_uuid(block.branch_id)
    stands_on = entity.version if base is None else _base(session, entity, base, trunk, branch)
    conflict, conflicting = _conflict(session, keys, entity, stands_on, saved)
    return replace(
        made,
        action="update",
        version=entity.version + 1,
        base_version=stands_on,
        trunk_version=trunk if branch else None,
        branch_id=branch,
        branch_base_version=base if branch else None,
        conflict=conflict,
        conflicting=tuple(conflicting),
    )


def _base(session: Session, entity: Row[Any], base: int, trunk: int | None, branch: str | None) -> int:
    """The server's version that an update was made from. Within an offline chain the phone counts by itself: its base
    is the version that the chain's step before became here."""
    if branch is None or base == (trunk or 1):
        return min(base, int(entity.version))
    before = select(_VERSION.c.version).where(
        _VERSION.c.entity_id == entity.id,
        _VERSION.c.branch_id == branch,
        _VERSION.c.branch_base_version == base - 1,
    )
    found = session.execute(before).scalar()
    return int(found) if found is not None else min(base, int(entity.version))


def _conflict(
    session: Session, keys: Keyring, entity: Row[Any], base: int, saved: SavedEntity
) -> tuple[str | None, list[str]]:
    """What came between an update and its base, but for the server's own versions: soft, or hard where both gave a
    property different values."""
    if base >= entity.version:
        return None, []
    query = select(_VERSION.c.received).where(
        _VERSION.c.entity_id == entity.id,
        _VERSION.c.version > base,
        _VERSION.c.origin != "derived",
        _VERSION.c.superseded_at.is_(None),
    )
    since = [row.received for row in session.execute(query)]
    if not since:
        return None, []
    touched = {name for received in since for name in received}
    now = {**opened(keys, entity), "label": entity.label}
    given = _given(saved)
    both = [name for name, value in given.items() if name in touched and now.get(name) != value]
    return ("hard" if both else "soft"), both


def _correction(
    made: EntityWrite, entity: Row[Any], saved: SavedEntity, before: Mapping[str, str]
) -> EntityWrite:
    if _given(saved) == before:
        return replace(made, reason="unchanged")
    return replace(made, action="update", version=entity.version + 1, base_version=entity.version)


def write(
    session: Session,
    keys: Keyring,
    decided: EntityWrite,
    saved: SavedEntity,
    cause: Cause,
    *,
    area_id: int | None = None,
    area_path: str | None = None,
    extra: Mapping[str, str] | None = None,
    protected_paths: Set[str] = frozenset(),
    held: bool = False,
    again: bool = False,
) -> bool:
    """Write what was decided; True where a phone's list changed. `held`: a create is written, an update is not.

    `again`: the submission was here before, so that a create may be done already.

    `extra`: properties that the server adds, kept where the list has them. `area_id` of a new entity, which `area_path`
    asks. The label is the phone's and is never rewritten. The caller raises the list's generation (`touch`).
    """
    if decided.action == "none" or (held and decided.action == "update"):
        return False
    hidden = {name for name, path in saved.sources.items() if path in protected_paths}.union(
        decided.protected
    )
    added, received = extra or {}, _received(saved, area_path)
    which = {"the_dataset": decided.dataset_id, "the_uuid": decided.uuid}
    create, old = decided.action == "create", decided.version > 1
    entity = wire(session).execute(_FOUND, which).first() if again or old else None
    if create and not old:
        if entity is not None:
            return False
        label = (saved.block.label or "").strip() or decided.uuid
        properties = {**saved.properties, **added}
        _create(session, keys, decided, label, properties, received, hidden, cause, area_id)
        return True
    if entity is None or (again and _made(session, entity.id, cause.submission_version_id)):
        return False
    if decided.version <= entity.version:  # it was held back, and others came meanwhile
        number = cause.moment.number(decided.dataset_id, decided.uuid, entity.version)
        decided = replace(decided, version=number)
    before = {} if create else opened(keys, entity)
    label = (saved.block.label or "").strip() or (decided.uuid if create else entity.label)
    values = stored(keys, {**before, **saved.properties, **added}, hidden.union(sealed_names(keys, entity)))
    row = {
        **values,
        "label": label,
        "version": decided.version,
        "conflict": worse(decided.conflict, entity.conflict),
        "updated_at": cause.moment.at,
        "the_id": entity.id,
    }
    CHANGE.later(wire(session), row)
    add_version(session, entity.id, decided, label, values, received, "submission", cause)
    return create or entity.deleted_at is None


def _create(
    session: Session,
    keys: Keyring,
    decided: EntityWrite,
    label: str,
    properties: Mapping[str, str],
    received: Mapping[str, Any],
    hidden: Set[str],
    cause: Cause,
    area_id: int | None,
) -> None:
    values = stored(keys, properties, hidden)
    row = {
        **values,
        "dataset_id": decided.dataset_id,
        "uuid": decided.uuid,
        "area_id": area_id,
        "creator_id": cause.creator_id,
        "version": decided.version,
        "label": label,
        "created_at": cause.moment.at,
    }
    entity_id = session.execute(insert(_ENTITY).returning(_ENTITY.c.id), row).scalar_one()
    add_version(session, entity_id, decided, label, values, received, "submission", cause)


def add_version(
    session: Session,
    entity_id: int,
    decided: EntityWrite,
    label: str,
    values: Mapping[str, Any],
    received: Mapping[str, Any],
    origin: str,
    cause: Cause,
) -> None:
    """The row of a version; `received` names what its source gave (properties, `label`)."""
    row = {
        **values,
        "entity_id": entity_id,
        "version": decided.version,
        "label": label,
        "received": dict(received),
        "origin": origin,
        "base_version": decided.base_version,
        "trunk_version": decided.trunk_version,
        "branch_id": decided.branch_id,
        "branch_base_version": decided.branch_base_version,
        "conflict": decided.conflict,
        "conflicting": list(decided.conflicting),
        "submission_id": cause.submission_id,
        "submission_version_id": cause.submission_version_id,
        "creator_id": cause.creator_id,
        "user_agent": cause.user_agent,
        "created_at": cause.moment.at,
        "seq": cause.moment.seq,
        "rank": cause.rank,
    }
    _ADD_VERSION.later(wire(session), row)


def _dataset(session: Session, project_id: int, name: str) -> tuple[int, tuple[str, ...]] | None:
    """A list's id and its protected properties."""
    rows = wire(session).execute(_LIST, {"project": project_id, "name": name}).all()
    return (rows[0].id, tuple(row.name for row in rows if row.name is not None)) if rows else None


def _received(saved: SavedEntity, area_path: str | None) -> dict[str, Any]:
    """The names of what a block gives, no values: those stand in `data` and `protected`. `AREA` at the properties that
    say where the entity lies, for that is one fact of its subject's and not each submission's to say."""
    return {
        name: AREA if area_path and saved.sources.get(name) == area_path else True for name in _given(saved)
    }


def _given(saved: SavedEntity) -> dict[str, str]:
    """What a block gives: its properties, and its label where it has one."""
    label = (saved.block.label or "").strip()
    return {**saved.properties, **({"label": label} if label else {})}


def _given_before(
    session: Session, keys: Keyring, entity_id: int, submission_id: int
) -> dict[str, str] | None:
    """What the same submission gave this entity the last time, None where it never did."""
    query = select(_VERSION).where(
        _VERSION.c.entity_id == entity_id, _VERSION.c.submission_id == submission_id
    )
    row = session.execute(query.order_by(_VERSION.c.version.desc()).limit(1)).first()
    if row is None:
        return None
    return given(keys, row)


def _made(session: Session, entity_id: int, submission_version_id: int | None) -> bool:
    """Whether a submission's version made a version of this entity already: its rejection was undone."""
    mine = (_VERSION.c.entity_id == entity_id, _VERSION.c.submission_version_id == submission_version_id)
    return session.execute(select(_VERSION.c.id).where(*mine)).first() is not None


def number_in(text: str | None) -> int | None:
    """The version number that a phone's text says; None where it says none, or one that no version can have."""
    stripped = (text or "").strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) < 10 else None


def worse(one: str | None, two: str | None) -> str | None:
    """Of two conflicts the worse."""
    return "hard" if "hard" in (one, two) else one or two
