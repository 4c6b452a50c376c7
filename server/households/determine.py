"""What is fixed when a submission arrives and never decided anew: whose it is, its code, area, times, entity versions.

Reads and locks; writes nothing but the serial of a new code. The ledger keeps the result, and a rebuild applies it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Table, bindparam, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from server import ledger
from server.areas.models import Area
from server.entities.standing import withdrawn
from server.entities.versions import EntityWrite, clean_uuid, plan
from server.hot import Hot, wire
from server.households.incoming import Incoming
from server.households.locking import kept, lock_subject
from server.households.mapping import FormPlan, steps_of
from server.households.places import distance_m
from server.households.projection import text_at
from server.households.serials import facility_code, household_code
from server.households.tables import FACILITY, HOUSEHOLD
from server.households.times import rank_of, times_of
from server.keys import Keyring
from server.services import Services
from server.xforms import SavedEntity, TypeFault
from server.xforms.types import parse_geopoint


def merged_below(session: Session, uuid: str) -> list[str]:
    """A household and all that were merged into it, directly or by way of others; itself first."""
    found = [uuid]
    for one in found:
        query = select(HOUSEHOLD.c.uuid).where(HOUSEHOLD.c.merged_into == one).order_by(HOUSEHOLD.c.uuid)
        found += [below for below in session.execute(query).scalars() if below not in found]
    return found


@dataclass(frozen=True, slots=True)
class Determined:
    """The determinations of one event. `kind` and `subject` say whose the facts are (None: nobody's, no rows; `household`
    without a subject: a visit to one that refused to be enrolled, of which the visit itself is all that is written).

    `merged_from` is the household named, where it was merged into `subject`. `create` makes the subject's row with
    `code`; `code` is also that of an old subject. `area_id` is where the facts lie, and by an enrolment that stands its
    household. `distance` in metres from the dwelling as known now. `waits`: the subject is not enrolled yet, and nothing
    stands about it until it is; or this is its second enrolment, and nothing stands by it while the first does.
    """

    area_id: int | None
    observed_at: datetime
    observed_offset: int
    kind: str | None = None
    subject: str | None = None
    merged_from: str | None = None
    create: bool = False
    waits: bool = False
    code: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    distance: int | None = None
    entities: tuple[EntityWrite, ...] = ()

    @property
    def about(self) -> str | None:
        """`household:<uuid>`, `facility:<uuid>`, `area:<code>`; None where the facts are nobody's."""
        return f"{self.kind}:{self.subject}" if self.subject else None

    @property
    def names(self) -> str | None:
        """The same as the submission names it: the household that was merged, so that a merge can be undone."""
        return f"{self.kind}:{self.merged_from}" if self.merged_from else self.about

    @property
    def writes(self) -> bool:
        """Whether something stands by it once it is applied: facts about a subject, or an entity."""
        entities = any(one.action != "none" or one.reason == "unchanged" for one in self.entities)
        return not self.waits and (self.kind is not None or entities)

    @property
    def enrols(self) -> bool:
        """Whether it enrols its subject: makes it, or stands in the place of an enrolment that no longer does."""
        return self.create or any(
            one.action == "create" and one.uuid == self.subject for one in self.entities
        )

    @property
    def enrols_nobody(self) -> bool:
        """Whether it is a visit to a household that refused to be enrolled."""
        return self.kind is not None and self.subject is None

    def rank(self, instance_id: str) -> bytes:
        """Bytes that sort after those of everything seen before."""
        return rank_of(self.observed_at, self.ended, self.started, instance_id)

    def as_dict(self) -> dict[str, Any]:
        """As the ledger's payload takes it: JSON values only, nothing that is empty."""
        values = {name: getattr(self, name) for name in self.__slots__}
        for name in ("observed_at", "started", "ended"):
            values[name] = values[name].isoformat() if values[name] else None
        values["entities"] = [entity.as_dict() for entity in self.entities]
        return {
            n: value
            for n, value in values.items()
            if value is not None and value is not False and value != []
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Determined:
        """What `as_dict` gave."""
        read = {name: given for name, given in value.items() if name in cls.__slots__}
        for name in ("observed_at", "started", "ended"):
            if read.get(name):
                read[name] = datetime.fromisoformat(read[name])
        read["entities"] = tuple(EntityWrite.from_dict(entity) for entity in read.get("entities", ()))
        return cls(**{"area_id": None, **read})


def determine(session: Session, services: Services, incoming: Incoming) -> Determined:
    """Decide, in the transaction that will write: locks the subject's row, then its entities' (PostgreSQL).

    A new household gets its code here. Nothing is refused: what cannot be told (no usable key, an unknown area) leaves
    its field None.
    """
    times = times_of(incoming.plan, incoming.record, incoming.received_at, zone_of(incoming.timezone))
    asked_area = _asked_area(session, incoming)
    areas = incoming.sender_areas if incoming.submission_id is None else incoming.own_areas
    only_area = areas[0] if len(areas) == 1 else None
    area_id = asked_area if asked_area is not None else only_area
    found = _subject(session, incoming)
    entities = _entities(session, services.keys, incoming, found)
    values: dict[str, Any] = {
        "observed_at": times.observed.at,
        "observed_offset": times.observed.offset,
        "started": times.started,
        "ended": times.ended,
        "entities": entities,
    }
    if found is None:
        kind = "household" if _refused(incoming) else None
        return Determined(area_id=area_id, kind=kind, **values)
    values |= {"kind": found.kind, "subject": found.subject, "merged_from": found.merged_from}
    row = found.row
    if row is None:
        code = _code(session, services.keys, incoming, found, area_id) if found.create else None
        waits = not found.create and found.kind != "area"
        return Determined(area_id=area_id, create=found.create, waits=waits, code=code, **values)
    if _key_is(incoming, entities, reason="exists"):
        return Determined(area_id=row.area_id, waits=True, code=row.code, **values)
    own = found.named or row
    if _key_is(incoming, entities, action="create"):
        area_id = row.area_id if area_id is None else area_id
    elif incoming.submission_id is not None and own.created_by == incoming.submission_id:
        area_id = own.area_id if asked_area is None else asked_area
    else:
        area_id = row.area_id
    if found.kind == "household":
        values["distance"] = _distance(services.keys, incoming, row.dwelling)
    return Determined(area_id=area_id, code=row.code, **values)


@cache
def zone_of(name: str) -> ZoneInfo:
    """A project's time zone."""
    return ZoneInfo(name)


@dataclass(frozen=True, slots=True)
class _Found:
    kind: str
    subject: str
    create: bool = False
    row: _Subject | None = None
    merged_from: str | None = None
    named: _Subject | None = None  # the row of `merged_from`


class _Subject(NamedTuple):
    """The row of a household or facility, as the driver gives it."""

    uuid: str
    project_id: int
    code: str
    area_id: int | None
    created_by: int | None
    merged_into: str | None = None
    dwelling: bytes | None = None


def _subject_row(session: Session, statements: Mapping[str, Hot], kind: str, uuid: str) -> _Subject | None:
    found = statements[kind].first(wire(session), {"uuid": uuid})
    return None if found is None else _Subject(*found)


def _subject(session: Session, incoming: Incoming) -> _Found | None:
    """Whose the facts are, by the form's key; a household that was merged stands for the one it was merged into.

    Another project's household is nobody here: its UUID is no usable key, and nothing of it is told.
    """
    form = incoming.plan
    if form is None:
        return None
    if form.kind == "area":
        code = (text_at(incoming.record, steps_of(form.key)) or "").strip()
        return _Found("area", code) if code else None
    block = _block(incoming, form)
    text = (
        block.block.id
        if block
        else text_at(incoming.record, steps_of(form.key))
        if form.by == "question"
        else None
    )
    uuid = clean_uuid(text)
    if uuid is None or (block is not None and not (block.block.create or block.block.update)):
        return None
    create = form.create and block is not None and block.block.create
    row = _subject_row(session, _LOCKED, form.kind, uuid)
    if row is None:  # unknown, or merged: then all that it became is locked, in UUID order
        lock_subject(session, f"{form.kind}:{uuid}")
        row = _subject_row(session, _ROW, form.kind, uuid)
    if row is None:
        if elsewhere(wire(session), form.kind, uuid, incoming.project_id):
            return None
        return _Found(form.kind, uuid, create)
    if row.project_id != incoming.project_id:
        return None
    if row.merged_into is None:
        return _Found(form.kind, uuid, False, row)
    stands = _subject_row(session, _ROW, form.kind, kept(wire(session), uuid))
    assert stands is not None  # it was there at the merge, and households stay
    return _Found(form.kind, stands.uuid, False, stands, uuid, row)


def _row_of(table: Table, *conditions: ColumnElement[bool]) -> Hot:
    columns = [table.c[name] for name in _Subject._fields if name in table.c]
    return Hot(select(*columns).where(table.c.uuid == bindparam("uuid"), *conditions).with_for_update())


_ROW = {"household": _row_of(HOUSEHOLD), "facility": _row_of(FACILITY)}

_LOCKED = {**_ROW, "household": _row_of(HOUSEHOLD, HOUSEHOLD.c.merged_into.is_(None))}


def _refused(incoming: Incoming) -> bool:
    """Whether a form that enrols households enrolled none: a refusal is a complete, valid visit (domain.md, 1.4)."""
    form = incoming.plan
    block = None if form is None else _block(incoming, form)
    if form is None or block is None or not form.create or form.kind != "household":
        return False
    return not (block.block.create or block.block.update)


def _key_is(
    incoming: Incoming, entities: Iterable[EntityWrite], *, action: str = "none", reason: str | None = None
) -> bool:
    """Whether that was decided about the entity that is the form's key: `exists` where it enrols what is enrolled, a create
    where it does so in the place of an enrolment that was rejected."""
    form = incoming.plan
    key = None if form is None or form.by != "entity" else form.key
    return any(one.path == key and one.action == action and one.reason == reason for one in entities)


def _block(incoming: Incoming, form: FormPlan) -> SavedEntity | None:
    """The entity block that is the form's key."""
    if form.by != "entity":
        return None
    return next((saved for saved in incoming.entities if saved.block.path == form.key), None)


def _entities(
    session: Session, keys: Keyring, incoming: Incoming, found: _Found | None
) -> tuple[EntityWrite, ...]:
    """A decision for each block, in UUID order: that of the locks. None for another project's household or facility."""
    ours = () if found is None else (found.subject, found.merged_from)
    made: list[EntityWrite] = []
    for saved in sorted(incoming.entities, key=lambda saved: clean_uuid(saved.block.id) or ""):
        kind, uuid = KINDS.get(saved.block.dataset), clean_uuid(saved.block.id)
        unknown = kind is not None and uuid is not None and uuid not in ours
        if unknown and elsewhere(wire(session), kind or "", uuid or "", incoming.project_id):
            continue
        decided = plan(session, keys, incoming.project_id, saved, submission_id=incoming.submission_id)
        if decided is not None and decided.action == "create" and found and found.merged_from == uuid:
            # off the lists, but not gone
            decided = replace(decided, action="none", reason="exists", version=0)
        made += [] if decided is None else [decided]
    if incoming.submission_id is not None:
        made += withdrawn(session, incoming.submission_id, {(one.dataset_id, one.uuid) for one in made})
    return tuple(made)


KINDS: Mapping[str, str] = {"households": "household", "facilities": "facility"}
"""What the entities of the monitoring database's own lists are."""


def elsewhere(connection: Connection, kind: str, uuid: str, project_id: int) -> bool:
    """Whether a household or facility with this UUID is another project's."""
    whose = _WHOSE[kind].scalar(connection, {"uuid": uuid})
    return whose is not None and whose != project_id


_WHOSE = {
    kind: Hot(select(table.c.project_id).where(table.c.uuid == bindparam("uuid")))
    for kind, table in (("household", HOUSEHOLD), ("facility", FACILITY))
}


def _asked_area(session: Session, incoming: Incoming) -> int | None:
    """The area that the form's area question names (or its key, in a form about an area); None where it names none."""
    form = incoming.plan
    path = None if form is None else form.key if form.kind == "area" else form.area
    code = None if path is None else text_at(incoming.record, steps_of(path))
    if not code or not code.strip():
        return None
    found = _AREA.scalar(wire(session), {"code": code.strip()})
    return None if found is None else int(found)


_AREA = Hot(
    select(cast(Table, Area.__table__).c.id).where(cast(Table, Area.__table__).c.code == bindparam("code"))
)


def _code(session: Session, keys: Keyring, incoming: Incoming, found: _Found, area_id: int | None) -> str:
    """A new subject's code: what was told of it by an earlier version, the writing of which failed, else a new one."""
    if incoming.submission_id is not None:
        about, kinds = f"submission:{incoming.submission_id}", (ledger.Kind.SUBMISSION, ledger.Kind.RETRY)
        later = ledger.read(session, keys, ref=about, kinds=kinds)
        for event in (ledger.one(session, keys, incoming.submission_id), *later):
            told = {} if event is None else event.payload.get("determined", {})
            if told.get("create") and (told["kind"], told["subject"]) == (found.kind, found.subject):
                return str(told["code"])
    return _new_code(session, found.kind, area_id)


def _new_code(session: Session, kind: str, area_id: int | None) -> str:
    if kind == "household":
        return household_code(session, area_id)
    area = cast(Table, Area.__table__)
    code = (
        None if area_id is None else session.execute(select(area.c.code).where(area.c.id == area_id)).scalar()
    )
    return facility_code(session, code)


def _distance(keys: Keyring, incoming: Incoming, dwelling: bytes | None) -> int | None:
    """Metres from the visit's point to the dwelling as it is known, where both are."""
    assert incoming.plan is not None
    if dwelling is None:
        return None
    slots = (slot for part in incoming.plan.parts if part.table == "visit" for slot in part.slots)
    path = next((slot.steps for slot in slots if slot.column.name == "point"), None)
    text = None if path is None else text_at(incoming.record, path)
    if not text:
        return None
    try:
        point = parse_geopoint(text)
    except TypeFault:
        return None
    there = json.loads(keys.open(dwelling, "household.dwelling"))
    metres = distance_m([point.lat, point.lon], there)
    return None if metres is None else round(metres)
