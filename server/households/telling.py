"""What phones are told of a household beyond what submissions say: versions by the server itself, as few as can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, and_, bindparam, literal_column, select
from sqlalchemy.orm import Session

from server.areas.models import Area
from server.entities import standing
from server.entities.models import Dataset
from server.entities.standing import Named, Told
from server.entities.versions import Moment
from server.hot import Hot, wire
from server.households.current import OBSERVATION
from server.households.determine import KINDS, merged_below
from server.households.locking import kept
from server.households.tables import FACILITY, HOUSEHOLD
from server.services import Services

LIST = "households"
"""Name of the entity list that is the panel's."""

PHONES_SEE = ("status", "last_visit_on", "next_visit_due")
"""Columns of a household that its entity carries, where the list has such a property."""


class _Household(NamedTuple):
    """A household's row, as the driver gives it: SQLite's has a day as its text."""

    project_id: int
    merged_into: str | None
    status: str | None
    last_visit_on: date | str | None
    next_visit_due: date | str | None
    dataset_id: int | None  # its project's list of households


_DATASET = cast(Table, Dataset.__table__)
_ROW = Hot(
    select(*(HOUSEHOLD.c[name] for name in _Household._fields[:-1]), _DATASET.c.id)
    .select_from(
        HOUSEHOLD.outerjoin(
            _DATASET,
            and_(
                _DATASET.c.project_id == HOUSEHOLD.c.project_id,
                _DATASET.c.name == literal_column(f"'{LIST}'"),
                _DATASET.c.deleted_at.is_(None),
            ),
        )
    )
    .where(HOUSEHOLD.c.uuid == bindparam("uuid"))
)


def tell_phones(
    session: Session,
    services: Services,
    uuid: str,
    moment: Moment,
    rank: bytes,
    *,
    but: Set[str] = frozenset(),
) -> list[int]:
    """Make a derived version where the household's row says something else than its entity does; what the row does not
    know is left as it is, and so are the properties named in `but`: the submission said them itself. `rank` is the place of
    what was seen.

    Returns the lists that changed: the caller raises their generation, last.
    """
    row = _row(session, uuid)
    if row is None or row.dataset_id is None:
        return []
    values = {name: value for name, value in _known(row).items() if name not in but}
    told = standing.derive(session, services.keys, (row.dataset_id, uuid), values, moment, rank)
    if told is None:
        return settle_phones(session, services, (), [uuid], moment)
    return [row.dataset_id] if told else []


def settle_phones(
    session: Session, services: Services, named: Iterable[Named], subjects: Iterable[str], moment: Moment
) -> list[int]:
    """Make entities say what stands, after a decision, a correction, a merge: those named, and those of these households.

    Returns the lists that changed, as `tell_phones`.
    """
    rows = {uuid: _row(session, uuid) for uuid in subjects}
    wanted = set(named)
    # what is said of a merged household is said of the one that it became
    for dataset_id, uuid in sorted(wanted):
        merged = rows[uuid] = rows[uuid] if uuid in rows else _row(session, uuid)
        if merged is not None and merged.merged_into is not None and dataset_id == merged.dataset_id:
            into = kept(session.connection(), uuid)
            rows[into] = rows[into] if into in rows else _row(session, into)
    for uuid, row in rows.items():
        wanted.update(() if row is None else standing.of_uuid(session, row.project_id, uuid))
    changed: set[int] = set()
    for dataset_id, uuid in sorted(wanted, key=lambda one: (one[1], one[0])):
        row = rows[uuid]
        panel = row is not None and dataset_id == row.dataset_id
        lies, joined = _lies(session, dataset_id, uuid), None
        told = None if lies is None else Told({}, _seen(session, uuid), lies=lies)
        if row is not None and panel and told is not None:
            told = replace(told, values=_known(row), names=frozenset(PHONES_SEE))
            joined = merged_below(session, uuid)[1:] if row.merged_into is None else None
        listed = not panel or row is None or row.merged_into is None
        named_so = (dataset_id, uuid)
        if standing.agree(
            session, services.keys, named_so, moment, told=told, listed=listed, joined=joined or ()
        ):
            changed.add(dataset_id)
    return sorted(changed)


_AREA = cast(Table, Area.__table__)
_LIES = {
    name: Hot(
        select(table.c.area_id, _AREA.c.code)
        .select_from(
            table.join(_DATASET, _DATASET.c.project_id == table.c.project_id).outerjoin(
                _AREA, _AREA.c.id == table.c.area_id
            )
        )
        .where(
            _DATASET.c.id == bindparam("dataset"),
            _DATASET.c.name == literal_column(f"'{name}'"),
            table.c.uuid == bindparam("uuid"),
        )
    )
    for name, table in (("households", HOUSEHOLD), ("facilities", FACILITY))
}
assert _LIES.keys() == KINDS.keys()


def _lies(session: Session, dataset_id: int, uuid: str) -> tuple[int | None, str | None] | None:
    """Where a household or facility lies whose list that is: its area's id and code."""
    for statement in _LIES.values():
        found = statement.first(wire(session), {"dataset": dataset_id, "uuid": uuid})
        if found is not None:
            return found[0], found[1]
    return None


def _row(session: Session, uuid: str) -> _Household | None:
    found = _ROW.first(wire(session), {"uuid": uuid})
    return None if found is None else _Household(*found)


def _known(row: _Household) -> dict[str, str]:
    return shown({name: getattr(row, name) for name in PHONES_SEE})


def shown(values: Mapping[str, Any]) -> dict[str, str]:
    """Of a household's columns those that phones see and that are known, as an entity has them."""
    return {name: _text(values[name]) for name in PHONES_SEE if values.get(name) is not None}


def _seen(session: Session, uuid: str) -> list[tuple[bytes, int]]:
    """The visits that stand about a household: place and submission."""
    query = select(OBSERVATION.c.rank, OBSERVATION.c.submission_id)
    query = query.where(OBSERVATION.c.subject == uuid, OBSERVATION.c.superseded_at.is_(None))
    return [(row.rank, row.submission_id) for row in session.execute(query)]


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
