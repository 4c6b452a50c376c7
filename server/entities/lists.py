"""Lists as phones get them: CSV for one scope of areas, made once a generation, kept encrypted, bytes stable.

The first request that finds a copy old makes it, others wait; a poll of what is made costs two small queries. A protected
property is never in a list: a point stands rounded to 0.01 degrees (exact only where asked for), any other is left out.
"""

from __future__ import annotations

import csv
import hashlib
import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import ledger
from server.areas.models import Area
from server.areas.scope import visible
from server.commit import Committer
from server.db import utcnow
from server.entities.datasets import points_of, properties_of
from server.entities.models import Dataset, Entity, ListCopy
from server.entities.sealing import hidden
from server.hot import insert_of
from server.jobs import Later, enqueue
from server.keys import Keyring
from server.services import Services
from server.xforms import TypeFault
from server.xforms.types import parse_geopoint

_CONTEXT = "list_copy.content"
_KEPT = 64_000_000
"""Bytes of copies that a process keeps open in memory, the least asked for forgotten first."""

_BATCH = 2000

SWEEP = "lists.sweep"
"""Kind of the job that removes old copies of a list (`later.py`)."""

READABLE = timedelta(days=1)
"""How long a copy stays readable after the next one of its list and scope was made: phones hold its address."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a manifest says of a list: the MD5 (hex) of its bytes, and the generation that its address names."""

    md5: str
    generation: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A list's CSV: its MD5 (hex), the generation it was made from, its bytes (UTF-8)."""

    md5: str
    generation: int
    content: bytes


class _Shelf:
    """What a process keeps of an installation: copies lately read, and a lock for each that is being made."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.copies: OrderedDict[tuple[Any, ...], Copy] = OrderedDict()
        self.bytes = 0
        self.making: dict[tuple[Any, ...], threading.Lock] = {}

    def get(self, key: tuple[Any, ...]) -> Copy | None:
        with self.lock:
            copy = self.copies.get(key)
            if copy is not None:
                self.copies.move_to_end(key)
            return copy

    def put(self, key: tuple[Any, ...], copy: Copy) -> Copy:
        with self.lock:
            before = self.copies.pop(key, None)
            self.bytes += len(copy.content) - (len(before.content) if before else 0)
            self.copies[key] = copy
            while self.bytes > _KEPT and len(self.copies) > 1:
                self.bytes -= len(self.copies.popitem(last=False)[1].content)
            return copy

    def lock_of(self, key: tuple[Any, ...]) -> threading.Lock:
        with self.lock:
            if len(self.making) > 1000:
                self.making = {k: lock for k, lock in self.making.items() if lock.locked()}
            return self.making.setdefault(key, threading.Lock())


_shelves: WeakKeyDictionary[Committer, _Shelf] = WeakKeyDictionary()


def _shelf(services: Services) -> _Shelf:
    return _shelves.setdefault(services.committer, _Shelf())


def csv_for(
    session: Session,
    services: Services,
    dataset_id: int,
    areas: Sequence[int],
    *,
    exact_points: bool = False,
    generation: int | None = None,
) -> Copy:
    """A list for somebody with these areas (none: all of it).

    A new copy is committed at once where `session` is a reading one (`db.read_only`), else it is part of the caller's
    transaction. `generation`: the one that a manifest named, where it is still kept; else, and by default, the newest. The caller
    audits a download with `exact_points`.
    """
    scope = _scope(areas, exact_points)
    shelf = _shelf(services)
    newest = int(session.execute(select(Dataset.generation).where(Dataset.id == dataset_id)).scalar_one())
    wanted = newest if generation is None or not 0 <= generation <= newest else generation
    found = shelf.get((dataset_id, scope, wanted)) or _find(session, services.keys, dataset_id, scope, wanted)
    if found is not None:
        return shelf.put((dataset_id, scope, wanted), found)
    key = (dataset_id, scope, newest)
    with shelf.lock_of(key):
        found = shelf.get(key) or _find(session, services.keys, dataset_id, scope, newest)
        if found is None:
            content = _csv(session, services.keys, dataset_id, areas, exact_points)
            made = Copy(hashlib.md5(content, usedforsecurity=False).hexdigest(), newest, content)
            found = _keep_through(
                session, services, lambda writing: _keep(writing, services.keys, dataset_id, scope, made)
            )
        return shelf.put(key, found)


def stamp_for(
    session: Session,
    services: Services,
    dataset_id: int,
    areas: Sequence[int],
    *,
    exact_points: bool = False,
    newest: int | None = None,
) -> Stamp:
    """What a poll needs of a list, without opening it; makes the copy where it is old (`csv_for`).

    `newest`: the list's generation, where the caller has just read it.
    """
    scope = _scope(areas, exact_points)
    if newest is None:
        newest = int(session.execute(select(Dataset.generation).where(Dataset.id == dataset_id)).scalar_one())
    kept = _shelf(services).get((dataset_id, scope, newest))
    md5 = (
        kept.md5
        if kept is not None
        else session.execute(
            select(ListCopy.md5).where(
                ListCopy.dataset_id == dataset_id, ListCopy.scope == scope, ListCopy.generation == newest
            )
        ).scalar()
    )
    if md5 is not None:
        return Stamp(md5, newest)
    made = csv_for(session, services, dataset_id, areas, exact_points=exact_points)
    return Stamp(made.md5, made.generation)


def areas_csv(session: Session, services: Services, areas: Sequence[int], language: str = "en") -> Copy:
    """`areas.csv` for somebody with these areas: name (the code), label, label_en, label_zh, label_ar, parent, level.

    `label` is in the phone's language: a choice list out of a CSV has one label on the screen. The ancestors of the
    areas are in it, so that a form can ask from the top down.
    """
    query = select(func.max(ledger.LedgerRow.seq)).where(ledger.LedgerRow.ref == "areas")
    counted = select(func.count(), func.max(Area.id)).select_from(Area)
    revision = int(session.execute(query).scalar() or 0)
    key = ("areas", tuple(sorted(areas)), language, revision, *session.execute(counted).one())
    shelf = _shelf(services)
    copy = shelf.get(key)
    if copy is None:
        content = _areas(session, areas, language)
        copy = Copy(hashlib.md5(content, usedforsecurity=False).hexdigest(), revision, content)
        shelf.put(key, copy)
    return copy


def deleted(session: Session, dataset_id: int, uuids: Sequence[str]) -> dict[str, bool]:
    """Of the entities that a phone made offline: which were deleted here. Those not arrived yet are not in the answer."""
    found: dict[str, bool] = {}
    for start in range(0, len(uuids), 500):
        some = [uuid.lower() for uuid in uuids[start : start + 500]]
        query = select(Entity.uuid, Entity.deleted_at).where(
            Entity.dataset_id == dataset_id, Entity.uuid.in_(some)
        )
        found |= {row.uuid: row.deleted_at is not None for row in session.execute(query)}
    return found


def _scope(areas: Sequence[int], exact_points: bool) -> str:
    named = ",".join(str(area) for area in sorted(set(areas))) or "all"
    if len(named) > 150:
        named = hashlib.sha256(named.encode()).hexdigest()
    return named + ("+exact" if exact_points else "")


def _find(session: Session, keys: Keyring, dataset_id: int, scope: str, generation: int) -> Copy | None:
    query = select(ListCopy.md5, ListCopy.content).where(
        ListCopy.dataset_id == dataset_id, ListCopy.scope == scope, ListCopy.generation == generation
    )
    row = session.execute(query).first()
    return None if row is None else Copy(row.md5, generation, keys.open(row.content, _CONTEXT))


def _keep_through(session: Session, services: Services, keep: Callable[[Session], Copy]) -> Copy:
    """A session that writes may hold SQLite's only write lock: another would wait for it in vain."""
    return services.committer.run(keep) if session.info.get("read_only") else keep(session)


def _keep(session: Session, keys: Keyring, dataset_id: int, scope: str, made: Copy) -> Copy:
    """Keep a copy; where another process kept one of the same generation first, that one counts."""
    make = insert_of(session)
    row = {
        "dataset_id": dataset_id,
        "scope": scope,
        "generation": made.generation,
        "md5": made.md5,
        "content": keys.seal(made.content, _CONTEXT),
        "made_at": utcnow(),
    }
    session.execute(make(ListCopy).values(**row).on_conflict_do_nothing())
    enqueue(session, [Later(SWEEP, str(dataset_id), 2 * READABLE)])
    return _find(session, keys, dataset_id, scope, made.generation) or made


def _csv(session: Session, keys: Keyring, dataset_id: int, areas: Sequence[int], exact_points: bool) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    properties, points = properties_of(session, dataset_id), points_of(session, dataset_id)
    writer.writerow(["name", "label", "__version", *properties])
    for row in _entities(session, dataset_id, areas):
        values: dict[str, str] = row.data
        if row.protected is not None:
            values = {**values, **_shown(hidden(keys, row), points, exact_points)}
        writer.writerow([row.uuid, row.label, row.version, *(values.get(name, "") for name in properties)])
    return out.getvalue().encode()


def _entities(session: Session, dataset_id: int, areas: Sequence[int]) -> Iterator[Any]:
    query = (
        select(Entity.uuid, Entity.label, Entity.version, Entity.data, Entity.protected)
        .where(Entity.dataset_id == dataset_id, Entity.deleted_at.is_(None), visible(Entity.area_id, areas))
        .order_by(Entity.id)
    )
    yield from session.execute(query.execution_options(yield_per=_BATCH))


def _shown(protected: Mapping[str, str], points: Set[str], exact_points: bool) -> dict[str, str]:
    """Protected properties as a phone may hold them. By the property, never by the look of the value: a telephone
    number can be read as a point."""
    return {name: _point(value, exact_points) for name, value in protected.items() if name in points}


def _point(value: str, exact: bool) -> str:
    try:
        point = parse_geopoint(value)
    except TypeFault:
        return ""
    return value if exact else f"{point.lat:.2f} {point.lon:.2f} 0 0"


_LANGUAGES = ("en", "zh", "ar")


def _areas(session: Session, areas: Sequence[int], language: str) -> bytes:
    seen = session.scalars(select(Area).where(visible(Area.id, areas))).all()
    there = {area.id: area for area in seen}
    above = {int(part) for area in seen for part in area.path.strip("/").split("/")} - there.keys()
    if above:
        there |= {area.id: area for area in session.scalars(select(Area).where(Area.id.in_(above)))}
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "label", *(f"label_{one}" for one in _LANGUAGES), "parent", "level"])
    for area in sorted(there.values(), key=lambda area: area.code):
        parent = there.get(area.parent_id) if area.parent_id is not None else None
        labels = [area.called(one) for one in (language, *_LANGUAGES)]
        writer.writerow([area.code, *labels, parent.code if parent else "", area.level])
    return out.getvalue().encode()
