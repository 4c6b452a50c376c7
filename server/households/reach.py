"""Whether a visit is about what the sender's project has, and within the sender's areas; whether its entities can be
written: findings, made outside any lock.

Reads the tables; tells nothing of another project, not even which. Each message is the English sentence itself, which is
also the key of its translations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from server.areas.models import Area
from server.areas.scope import covers
from server.entities.models import Dataset, Entity, EntityVersion
from server.entities.versions import clean_uuid
from server.hot import Hot, wire
from server.households.determine import KINDS, elsewhere
from server.households.incoming import Incoming
from server.households.locking import kept
from server.households.mapping import steps_of
from server.households.projection import text_at
from server.households.tables import SUBJECTS
from server.xforms import Finding, Message, Rule, Source

ELSEWHERE = "This project cannot take this household or facility: nothing was written about it. Enrol or register it anew."
OUTSIDE = "The visit is outside the areas of the phone or person that sent it."
NAMELESS = "The visit names no household or facility, so that its answers can be written nowhere. Correct it, or reject it."
NOT_YET = "This household or facility is not enrolled here yet. The answers wait, and are written when its enrolment arrives."
NOT_USABLE = "This entry of a list has no identifier that phones can use (a UUID of version 4). The list stays as it was."
EXISTS = "The list has an entry with this identifier already: no second one was made."
UNKNOWN = "The list has no entry with this identifier: nothing on it was changed."
REJECTED = "The enrolment of this household or facility was rejected, or is in the bin. It is on no list; the answers are kept."
NO_AREA = "The area is not known here. Correct it, or add the area."

SENTENCES = (ELSEWHERE, OUTSIDE, NAMELESS, NOT_YET, NOT_USABLE, EXISTS, UNKNOWN, REJECTED, NO_AREA)
"""All that is said here."""

_AREA = cast(Table, Area.__table__)
_ENTITY = cast(Table, Entity.__table__)
_VERSION = cast(Table, EntityVersion.__table__)
_DATASET = cast(Table, Dataset.__table__)
_AREA_OF = {
    kind: Hot(select(table.c.area_id, table.c.confirmed).where(table.c.uuid == bindparam("uuid")))
    for kind, table in SUBJECTS.items()
}
_LISTED = Hot(
    select(_ENTITY.c.id)
    .select_from(_ENTITY.join(_DATASET, _DATASET.c.id == _ENTITY.c.dataset_id))
    .where(
        _DATASET.c.project_id == bindparam("project"),
        _DATASET.c.name == bindparam("dataset"),
        _ENTITY.c.uuid == bindparam("uuid"),
    )
)
_OFF = Hot(
    select(_ENTITY.c.id)
    .select_from(_ENTITY.join(_DATASET, _DATASET.c.id == _ENTITY.c.dataset_id))
    .where(
        _DATASET.c.project_id == bindparam("project"),
        _ENTITY.c.uuid == bindparam("uuid"),
        _ENTITY.c.deleted_at.is_not(None),
    )
)
_WROTE = Hot(
    select(_VERSION.c.id)
    .select_from(_VERSION.join(_ENTITY, _ENTITY.c.id == _VERSION.c.entity_id))
    .where(_ENTITY.c.uuid == bindparam("uuid"), _VERSION.c.submission_id == bindparam("submission"))
)
_NAMED = Hot(select(_AREA.c.id).where(_AREA.c.code == bindparam("code")))


def reach_of(session: Session, incoming: Incoming) -> Iterator[Finding]:
    """Findings of one submission: a household or facility that is another project's, not there yet or not named, entities
    that change no list, an area that is not known or outside the sender's."""
    foreign = False
    key = _key(incoming)
    if key is not None and key[1] is None:
        yield Finding(key[0], Rule.REQUIRED, Message(NAMELESS, {}))
    for kind, uuid, path in _spoken_of(incoming):
        if elsewhere(wire(session), kind, uuid, incoming.project_id):
            foreign = True
            yield _finding(_asked(incoming.record, uuid, path), ELSEWHERE)
    about = None if foreign else _about(session, incoming, key)
    if about is not None:
        yield _finding(*about)
    if not foreign:
        yield from _unknown_area(session, incoming)
        yield from _lists(session, incoming, key)
    if incoming.sender_areas and not foreign:
        yield from _outside(session, incoming)


def _key(incoming: Incoming) -> tuple[str, str | None, bool] | None:
    """Path and UUID of the household or facility that the facts are about, and whether it is made by this; the UUID None
    where none is named. None where the form needs no such key, or this time writes nothing about one (a refusal)."""
    plan = incoming.plan
    if plan is None or plan.kind == "area":
        return None
    if plan.by == "question":
        return plan.key, clean_uuid(text_at(incoming.record, steps_of(plan.key))), False
    saved = next((one for one in incoming.entities if one.block.path == plan.key), None)
    if saved is None:
        return plan.key, None, False
    if not (saved.block.create or saved.block.update):
        return None
    return saved.path, clean_uuid(saved.block.id), plan.create and saved.block.create


def _about(
    session: Session, incoming: Incoming, key: tuple[str, str | None, bool] | None
) -> tuple[str, str] | None:
    """Path and sentence where the key's household or facility is not enrolled, or its enrolment does not stand."""
    if key is None or incoming.plan is None:
        return None
    path, uuid, create = key
    if uuid is None or create:
        return None
    row = _AREA_OF[incoming.plan.kind].first(wire(session), {"uuid": uuid})
    if row is None:
        return _asked(incoming.record, uuid, path), NOT_YET
    off = {"project": incoming.project_id, "uuid": uuid}
    if row[1] or _OFF.first(wire(session), off) is None:  # one that is held back is on the lists
        return None
    return _asked(incoming.record, uuid, path), REJECTED


def _unknown_area(session: Session, incoming: Incoming) -> Iterator[Finding]:
    """The area that the form asks, where there is none of that code; of a visit, which has its household's, nothing."""
    plan = incoming.plan
    if plan is None or not (plan.create or plan.kind == "area"):
        return
    path = plan.key if plan.kind == "area" else plan.area
    code = ((path and text_at(incoming.record, steps_of(path))) or "").strip()
    if path is not None and code and _NAMED.scalar(wire(session), {"code": code}) is None:
        yield _finding(path, NO_AREA)


def _lists(
    session: Session, incoming: Incoming, key: tuple[str, str | None, bool] | None
) -> Iterator[Finding]:
    """Entities that change no list. Of the form's own key the finding about the household says it, but for a second create."""
    for saved in incoming.entities:
        block, uuid = saved.block, clean_uuid(saved.block.id)
        own = key is not None and key[0] == saved.path
        if not (block.create or block.update) or (own and not block.create):
            continue
        if uuid is None:
            if not own:
                yield Finding(saved.path, Rule.DOMAIN, Message(NOT_USABLE, {}))
            continue
        asked = {"project": incoming.project_id, "dataset": block.dataset, "uuid": uuid}
        there = _LISTED.first(wire(session), asked) is not None
        if there and not block.update:
            if not _own(session, incoming, uuid) and not _free(session, incoming, uuid):
                yield _finding(saved.path, EXISTS)
        elif not there and not block.create:
            yield _finding(saved.path, UNKNOWN)


def _free(session: Session, incoming: Incoming, uuid: str) -> bool:
    """Whether an entity is off the lists, so that a create makes it anew; what was merged is off them, but not gone."""
    off = _OFF.first(wire(session), {"project": incoming.project_id, "uuid": uuid}) is not None
    return off and kept(wire(session), uuid) == uuid


def _own(session: Session, incoming: Incoming, uuid: str) -> bool:
    """Whether a correction's submission wrote the entity itself."""
    if incoming.submission_id is None:
        return False
    return _WROTE.first(wire(session), {"uuid": uuid, "submission": incoming.submission_id}) is not None


def _spoken_of(incoming: Incoming) -> Iterator[tuple[str, str, str]]:
    """Kind, UUID and path of each household or facility that the submission names."""
    plan = incoming.plan
    if plan is not None and plan.by == "question" and plan.kind != "area":
        uuid = clean_uuid(text_at(incoming.record, steps_of(plan.key)))
        if uuid is not None:
            yield plan.kind, uuid, plan.key
    for saved in incoming.entities:
        named = KINDS.get(saved.block.dataset)
        uuid = clean_uuid(saved.block.id)
        if named is not None and uuid is not None:
            yield named, uuid, saved.path


def _outside(session: Session, incoming: Incoming) -> Iterator[Finding]:
    """Where it is, as it will be determined: the household's or facility's area, else the one that the form asks."""
    plan, connection = incoming.plan, wire(session)
    if plan is None:
        return
    area_path = plan.key if plan.kind == "area" else plan.area
    code = ((area_path and text_at(incoming.record, steps_of(area_path))) or "").strip()
    area_id = _NAMED.scalar(connection, {"code": code}) if code else None
    path = area_path if code else None
    for kind, uuid, at in _spoken_of(incoming):
        subject = kept(connection, uuid) if kind == "household" else uuid
        row = _AREA_OF[kind].first(connection, {"uuid": subject})
        if row is not None and kind == plan.kind:
            area_id, path = row[0], _asked(incoming.record, uuid, at)
    if (
        path is None or area_id is None or area_id in incoming.sender_areas
    ):  # mostly its own: nothing to look up
        return
    if not covers(session, incoming.sender_areas, area_id):
        yield _finding(path, OUTSIDE)


def _asked(record: Mapping[str, Any], uuid: str, path: str) -> str:
    """The path of the question by which the household was chosen, as `path`'s form has it; `path` where none was."""
    return _below(record, uuid, f"/{path.split('/')[1]}") or path


def _below(record: Mapping[str, Any], text: str, at: str) -> str | None:
    for name, value in record.items():
        if isinstance(value, str) and value.strip().lower() == text:
            return f"{at}/{name}"
        found = _below(value, text, f"{at}/{name}") if isinstance(value, Mapping) else None
        if found is not None:
            return found
    return None


def _finding(path: str, sentence: str) -> Finding:
    return Finding(path, Rule.DOMAIN, Message(sentence, {}), frozenset({Source.LIST}))
