"""Reading the monitoring tables: pages by key, streams for exports, and all that is known under one code.

Schemas do not depend on who reads: hidden values are null, protected points rounded to 0.01 degrees in place. Whether
somebody may read exactly, with which reason, is the door's to ask and to record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, func, null, or_, select
from sqlalchemy.orm import Session

from server import problems
from server.areas.models import Area
from server.areas.scope import visible
from server.households.tables import HOUSEHOLD, SUBJECTS, TABLES, Monitored
from server.households.times import rank_of
from server.keys import Keyring
from server.services import Services

_AREA = cast(Table, Area.__table__)
_BATCH = 2000
_POINT = ("lat", "lon", "altitude", "accuracy")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of what is read. `type` as in the catalogue, `key`, `time` or `origin` for what stands beside answers."""

    name: str
    comment: str
    type: str
    unit: str | None = None
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows: of a project (None: all), of somebody with `areas` (none: all), in an area and below it, since when.

    `history`: all rows ever written, else the current ones. `standing`: of history, those not superseded. `since`: rows
    recorded at or after it (households and facilities: last written). `subject`: of one household or facility (UUID).
    `submission_id`: those that one submission wrote. `where`: conditions on the table's own columns beside these.
    """

    project_id: int | None = None
    areas: tuple[int, ...] = ()
    area_id: int | None = None
    history: bool = False
    standing: bool = True
    since: datetime | None = None
    subject: str | None = None
    submission_id: int | None = None
    where: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and where the next page begins (None: this is the last)."""

    rows: list[Row]
    after: str | None


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """All that is known under one code. `tables` holds the current rows of each table that has any; `merged` the codes
    of the households that became this one, `merged_into` the code of the one that this became."""

    uuid: str
    household: Row
    tables: Mapping[str, list[Row]]
    merged: tuple[str, ...] = ()
    merged_into: str | None = None
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a table is read: the query without conditions, headings, and what must be done to a row's values."""

    query: Select[Any]
    table: Table
    headings: tuple[Heading, ...]
    keys: tuple[ColumnElement[Any], ...]
    subject: ColumnElement[Any]
    time: ColumnElement[Any]
    opens: tuple[
        tuple[int, str, str], ...
    ] = ()  # where a sealed value stands, its column, its catalogue name
    spreads: tuple[int, ...] = ()  # where an open point stands, its four values after it
    origins: tuple[
        tuple[int, str], ...
    ] = ()  # of current rows: what their row of history says, and where it stands
    known_by: tuple[int, ...] = ()  # where the values stand by which that row is found


def headings(table: str, *, history: bool = False) -> tuple[Heading, ...]:
    """The columns that `page` and `stream` give, in their order. Raises `NOT_FOUND` for an unknown table."""
    shape = _shape(_monitored(table), history, False)
    return shape.headings


def page(
    session: Session,
    services: Services,
    table: str,
    asked: Asked,
    *,
    after: str | None = None,
    limit: int = 100,
    newest_first: bool = False,
    exact: bool = False,
) -> Page:
    """A page of rows in the order of their keys (history: of receipt), `limit` at most, after the cursor `after`."""
    shape = _shape(_monitored(table), asked.history, exact)
    query = _where(session, shape, asked)
    if after is not None:
        query = query.where(_beyond(shape.keys, after, newest_first))
    query = query.order_by(*(key.desc() if newest_first else key for key in shape.keys)).limit(limit + 1)
    found = session.execute(query.add_columns(*shape.keys)).all()
    number = len(shape.keys)
    whole = _with_origins(session, _monitored(table), shape, [tuple(row)[:-number] for row in found[:limit]])
    rows = [_named(shape, _finished(shape, services.keys, row)) for row in whole]
    more = len(found) > limit
    return Page(rows, _cursor(tuple(found[limit - 1])[-number:]) if more else None)


def stream(
    session: Session, services: Services, table: str, asked: Asked, *, exact: bool = False
) -> Iterator[tuple[Any, ...]]:
    """Every row as a tuple in the order of `headings`, oldest first; memory does not grow with their number."""
    shape = _shape(_monitored(table), asked.history, exact)
    query = _where(session, shape, asked).order_by(*shape.keys).execution_options(yield_per=_BATCH)
    result = session.execute(query)
    for rows in result.partitions(_BATCH):
        whole = _with_origins(session, _monitored(table), shape, [tuple(row) for row in rows])
        yield from (_finished(shape, services.keys, row) for row in whole)


def household(
    session: Session,
    services: Services,
    code: str,
    *,
    project_id: int,
    areas: Sequence[int] = (),
    exact: bool = False,
) -> HouseholdView:
    """All that is known now under a household's code. Raises `NOT_FOUND`, also for what lies outside `areas`."""
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.code == code, HOUSEHOLD.c.project_id == project_id)
    row = session.execute(query.where(visible(HOUSEHOLD.c.area_id, areas))).first()
    if row is None:
        raise problems.NOT_FOUND()
    asked = Asked(project_id=project_id, subject=row.uuid)
    tables = {}
    for monitored in TABLES.values():
        if monitored.subject == "household":
            rows = page(session, services, monitored.name, asked, limit=1000, exact=exact).rows
            if rows:
                tables[monitored.name] = rows
    merged = select(HOUSEHOLD.c.code).where(HOUSEHOLD.c.merged_into == row.uuid).order_by(HOUSEHOLD.c.code)
    into = select(HOUSEHOLD.c.code).where(HOUSEHOLD.c.uuid == row.merged_into)
    return HouseholdView(
        uuid=row.uuid,
        household=tables.pop("household")[0],
        tables=tables,
        merged=tuple(session.execute(merged).scalars()),
        merged_into=session.execute(into).scalar() if row.merged_into else None,
        confirmed=row.confirmed,
    )


def _monitored(table: str) -> Monitored:
    found = TABLES.get(table)
    if found is None:
        raise problems.NOT_FOUND()
    return found


@cache
def _shape(monitored: Monitored, history: bool, exact: bool) -> _Shape:
    table = monitored.history if history else monitored.current
    whose = SUBJECTS[monitored.subject]
    own = not history and monitored.is_subject
    subject = table.c["uuid" if own else monitored.key]
    code = whose.c.code if not own else table.c.code
    columns: list[Any] = []
    heads: list[Heading] = []
    opens: list[tuple[int, str, str]] = []
    spreads: list[int] = []

    def put(column: Any, heading: Heading) -> None:
        columns.append(column)
        heads.append(heading)

    put(table.c.id if history else null(), Heading("id", monitored.history.c.id.info["comment"], "key"))
    if own:
        put(subject, Heading("uuid", table.c.uuid.info["comment"], "key"))
        if "merged_into" in table.c:
            put(table.c.merged_into, Heading("merged_into", table.c.merged_into.info["comment"], "key"))
    put(code, Heading(monitored.subject, f"Code of the {monitored.subject}", "key"))
    put(_AREA.c.code, Heading("area", "Code of its area", "key"))
    for column in table.columns:
        info = column.info
        if "of" in info or column.name in _BESIDE or column.name == subject.name:
            continue
        if info.get("type") == "g":
            _put_point(table, column, monitored, exact, put, opens, spreads, columns)
        elif info.get("protected"):
            heading = Heading(column.name, info["comment"], info["type"], None, protected=True)
            if exact:
                opens.append((len(columns), column.name, f"{monitored.name}.{column.name}"))
            put(column if exact else null().label(column.name), heading)
        else:
            kind = info.get("type") or ("time" if column.name.endswith("_at") else "origin")
            put(column, Heading(column.name, info["comment"], kind, info.get("unit")))
    if own:
        for name in ("observed_at", "submission"):
            info = monitored.history.c[name].info
            put(null(), Heading(name, info["comment"], "time" if name == "observed_at" else "origin"))
    if not history:
        put(null(), Heading("path", monitored.history.c.path.info["comment"], "origin"))
    keys = (table.c.id,) if history else (table.c.code,) if own else tuple(table.primary_key.columns)
    joined: Any = table if own else table.outerjoin(whose, whose.c.uuid == subject)
    joined = joined.outerjoin(_AREA, _AREA.c.id == table.c.area_id)
    time = (
        table.c.recorded_at
        if history
        else table.c.updated_at
        if own
        else func.coalesce(table.c.recorded_at, table.c.observed_at)
    )
    return _Shape(
        select(*columns).select_from(joined),
        table,
        tuple(heads),
        keys,
        subject,
        time,
        tuple(opens),
        tuple(spreads),
        *_origins([head.name for head in heads], monitored, own=own, history=history),
    )


def _origins(
    names: list[str], monitored: Monitored, *, own: bool, history: bool
) -> tuple[tuple[tuple[int, str], ...], tuple[int, ...]]:
    """Which values of a current row its row of history gives, and by which it is found: the household itself, else the
    submission (and the place among the rows of a repeat)."""
    if history:
        return (), ()
    given = ("id", "path", "observed_at", "submission") if own else ("id", "path")
    by = ["uuid"] if own else ["submission_id", *(["position"] if monitored.repeated else [])]
    return tuple((names.index(name), name) for name in given), tuple(names.index(name) for name in by)


def _with_origins(
    session: Session, monitored: Monitored, shape: _Shape, rows: list[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Current rows with the id and path of the row of history that each shows: the newest that stands. One query."""
    if not shape.origins or not rows:
        return rows
    table, (first, *place) = monitored.history, shape.known_by
    own = monitored.is_subject
    key = table.c[monitored.key] if own else table.c.submission_id
    query = select(
        key, *(table.c[n] for n in ("id", "path", "observed_at", "ended", "started", "submission"))
    )
    query = query.where(key.in_({row[first] for row in rows}), table.c.superseded_at.is_(None))
    found: dict[Any, list[Any]] = {}
    for one in session.execute(query.order_by(table.c.id)):
        found.setdefault(one[0], []).append(one)
    whole = []
    for row in rows:
        those = found.get(row[first], ())
        if own:
            of = max(
                those, key=lambda o: rank_of(o.observed_at, o.ended, o.started, o.submission), default=None
            )
        else:
            at = row[place[0]] - 1 if place else 0
            of = those[at] if at < len(those) else None
        values = list(row)
        for where, name in shape.origins:
            values[where] = None if of is None else getattr(of, name)
        whole.append(tuple(values))
    return whole


_BESIDE = frozenset(
    {"id", "project_id", "area_id", "code", "merged_from", "merged_into", "created_by", "seq"}
)
"""Columns that a reader is given otherwise, or has no use for."""


def _put_point(
    table: Table,
    column: Any,
    monitored: Monitored,
    exact: bool,
    put: Callable[[Any, Heading], None],
    opens: list[tuple[int, str, str]],
    spreads: list[int],
    columns: list[Any],
) -> None:
    """A point's four values. What is protected is opened in place of its first one, where it may be read exactly."""
    name, info = column.name, column.info
    protected = bool(info.get("protected"))
    at = len(columns)
    if protected and exact:
        opens.append((at, name, f"{monitored.name}.{name}"))
    if not protected or exact:
        spreads.append(at)
        sources: list[Any] = [column, null(), null(), null()]
    else:
        sources = [table.c[f"{name}_lat"], table.c[f"{name}_lon"], null(), null()]
    for part, source in zip(_POINT, sources, strict=True):
        unit = "degrees" if part in ("lat", "lon") else "m"
        heading = Heading(f"{name}_{part}", f"{info['comment']}: {part}", "d", unit, protected)
        put(source.label(heading.name), heading)


def _finished(shape: _Shape, keys: Keyring, row: tuple[Any, ...]) -> tuple[Any, ...]:
    if not (shape.opens or shape.spreads):
        return row
    values = list(row)
    for at, _, full_name in shape.opens:
        if values[at] is not None:
            values[at] = json.loads(keys.open(values[at], full_name))
    for at in shape.spreads:
        values[at : at + 4] = values[at] or (None, None, None, None)
    return tuple(values)


def _named(shape: _Shape, row: tuple[Any, ...]) -> Row:
    return {heading.name: value for heading, value in zip(shape.headings, row, strict=True)}


def _where(session: Session, shape: _Shape, asked: Asked) -> Select[Any]:
    table, query = shape.table, shape.query
    if asked.project_id is not None:
        query = query.where(table.c.project_id == asked.project_id)
    for areas in (asked.areas, () if asked.area_id is None else (asked.area_id,)):
        if areas:
            query = query.where(_inside(session, table.c.area_id, areas))
    if asked.history and asked.standing:
        query = query.where(table.c.superseded_at.is_(None))
    if asked.since is not None:
        query = query.where(shape.time >= asked.since)
    if asked.subject is not None:
        query = query.where(shape.subject == asked.subject)
    if asked.submission_id is not None:
        query = query.where(table.c.submission_id == asked.submission_id)
    return query.where(*asked.where)


_FEW = 4
"""Areas up to which an index by area is worth the sorting that it costs SQLite, which keeps no statistics."""


def _inside(session: Session, column: Any, areas: Sequence[int]) -> ColumnElement[bool]:
    """The condition of scope. On SQLite more than a few areas are checked row by row in the order of the keys, so that
    the first row comes at once: by the index it would sort all of them first."""
    if session.get_bind().dialect.name != "sqlite":
        return visible(column, areas)
    few = (
        session.execute(select(_AREA.c.id).where(visible(_AREA.c.id, areas)).limit(_FEW + 1)).scalars().all()
    )
    return column.in_(few) if len(few) <= _FEW else visible(column + 0, areas)


def _can_be_stored(value: Any) -> bool:
    """Whether a database can compare with it: no number past 64 bits, no NUL and no half a character in a text."""
    if isinstance(value, int):
        return abs(value) < 2**63
    return not isinstance(value, str) or (
        "\0" not in value and value.encode(errors="replace").decode() == value
    )


def _cursor(values: Sequence[Any]) -> str:
    return json.dumps(list(values), separators=(",", ":"))


def _beyond(keys: Sequence[ColumnElement[Any]], after: str, newest_first: bool) -> ColumnElement[bool]:
    """Rows after a cursor, in the order of the keys. Raises `INVALID_QUERY` for a cursor that is none of ours."""
    try:
        values = json.loads(after)
        types = [key.type.python_type for key in keys]
        if not isinstance(values, list) or [type(value) for value in values] != types:
            raise ValueError(after)
        if not all(_can_be_stored(value) for value in values):
            raise ValueError(after)
    except ValueError as error:
        raise problems.INVALID_QUERY(violationText="the cursor is not one that this list gave") from error
    either: list[ColumnElement[bool]] = []
    for place, (key, value) in enumerate(zip(keys, values, strict=True)):
        same = [before == values[at] for at, before in enumerate(keys[:place])]
        either.append(and_(*same, key < value if newest_first else key > value))
    return or_(*either)
