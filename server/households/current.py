"""Keeping each `_current` row: column by column the newest answer that stands, whatever the order of arrival.

Three ways to the same row. What is newer than all that was seen of a subject is laid over its current row (`lay_over`), or
copied there by the database from rows of history that were just written (`carry_over`); anything else (a late visit, a
correction, a rejection, a merge) makes the row anew from history (`remake`).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Row,
    Table,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
    table,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Executable

from server.hot import Hot
from server.households.tables import TABLES, Monitored, Observation
from server.households.times import rank_of

OBSERVATION = cast(Table, Observation.__table__)
_ASKED = table("form_version_column", column("form_version_id"), column("table_name"), column("column_name"))

ORIGIN = (
    "project_id",
    "area_id",
    "observed_at",
    "observed_offset",
    "submission",
    "submission_id",
    "recorded_at",
)
"""What a `_current` row takes over from its newest fact; `recorded_at` from the one that we came to know last."""

PARTS_OF = {"point": ("point_lat", "point_lon"), "dwelling": ("dwelling_lat", "dwelling_lon")}
"""A point's columns are one answer."""


def is_newest(connection: Connection, subject: str, rank: bytes) -> bool:
    """Whether nothing that stands was seen of the subject after this."""
    return _LATER.first(connection, {"subject": subject, "rank": rank}) is None


_LATER = Hot(
    select(literal_column("1")).where(
        OBSERVATION.c.subject == bindparam("subject"),
        OBSERVATION.c.rank > bindparam("rank"),
        OBSERVATION.c.superseded_at.is_(None),
    )
)


def follows_newest(monitored: Monitored, names: Container[str]) -> bool:
    """Whether the newest row's columns `names` can be laid over the current row as they are. Of the day of enrolment the
    newest is not what stands where households were merged: that is `merged`'s to say."""
    return not (monitored.is_subject and "enrolled_on" in names)


def lay_over(
    connection: Connection,
    monitored: Monitored,
    subject: str,
    origin: Mapping[str, Any],
    values: Mapping[str, Any],
) -> None:
    """Lay the newest row's columns over the current row: those in `values`, no others. One statement."""
    if monitored.is_subject:
        _lay_over_subject(connection, monitored, subject, origin, values)
        return
    names = (monitored.key, *ORIGIN, *values)
    row = {**{name: origin[name] for name in ORIGIN}, **values, monitored.key: subject}
    _upsert(connection.dialect.name, monitored.name, names).later(connection, row)


def _lay_over_subject(
    connection: Connection,
    monitored: Monitored,
    subject: str,
    origin: Mapping[str, Any],
    values: Mapping[str, Any],
    ready: Container[str] = frozenset(),
) -> None:
    if values:
        row = {**values, "the_uuid": subject, "updated_at": origin["recorded_at"]}
        _update_subject(monitored.name, tuple(values)).later(connection, row, ready)


def carry_over(
    connection: Connection,
    monitored: Monitored,
    subject: str,
    names: tuple[str, ...],
    row: Mapping[str, Any],
) -> None:
    """The same with the columns `names` of a row of history just written, which the database copies.

    What `row` says of its origin is as the driver takes it already.
    """
    if monitored.is_subject:
        values = {name: row[name] for name in names}
        _lay_over_subject(connection, monitored, subject, row, values, ("updated_at",))
        return
    bounds = {"first": row["id"], "last": row["id"]}
    _carry(connection, monitored, names, bounds, 1)


def carry_rows(connection: Connection, monitored: Monitored, subject: str, ids: Sequence[int]) -> None:
    """A repeat's current rows become these: rows of history just written, ids ascending, which the database copies."""
    if ids:
        beside = (monitored.key, "position", *ORIGIN)
        names = tuple(c.name for c in monitored.current.columns if c.name not in beside)
        _carry(connection, monitored, names, {"first": ids[0], "last": ids[-1]}, len(ids))
    _delete_beyond(monitored.name).later(connection, {"the_uuid": subject, "number": len(ids)})


def _carry(
    connection: Connection,
    monitored: Monitored,
    names: tuple[str, ...],
    bounds: Mapping[str, int],
    number: int,
) -> None:
    """An index goes by the area, and a household hardly ever moves: the area is written only where it is another."""
    dialect = connection.dialect.name

    def moved(carried: int) -> None:
        if carried < number:
            _carried(dialect, monitored.name, names, True).run(connection, bounds)

    _carried(dialect, monitored.name, names, False).later(connection, bounds, then=moved)


def replace_rows(
    connection: Connection,
    monitored: Monitored,
    subject: str,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """A repeat's current rows become these: rows of history, in their order."""
    _delete(monitored.name).run(connection, {"the_uuid": subject})
    if rows:
        names = [c.name for c in monitored.current.columns if c.name not in (monitored.key, "position")]
        rows = [
            {monitored.key: subject, "position": position, **{name: row.get(name) for name in names}}
            for position, row in enumerate(rows, 1)
        ]
        _insert(monitored.name).run_many(connection, rows)


def remake(connection: Connection, kind: str, subject: str, names: Iterable[str]) -> None:
    """Make the current rows of these tables anew from the history that stands, and from what visits emptied.

    They lie where the household (or facility) does now, wherever the facts were seen.
    """
    tables = [TABLES[name] for name in sorted(set(names)) if TABLES[name].subject == kind]
    singles = [monitored for monitored in tables if not monitored.repeated]
    emptying = connection.execute(_EMPTYING, {"subject": subject}).all() if singles else []
    where = connection.execute(_where(kind), {"uuid": subject}).first() if tables else None
    lies = {} if where is None else where._asdict()
    for monitored in tables:
        if monitored.repeated:
            _remake_rows(connection, monitored, subject, lies)
        else:
            those = [seen for seen in emptying if monitored.name in seen.emptied]
            _remake_row(connection, monitored, subject, those, lies)


def move(connection: Connection, kind: str, subject: str, area_id: int | None) -> None:
    """All current rows of a household (or facility) lie where it lies now."""
    for monitored in TABLES.values():
        current = monitored.current
        if monitored.subject == kind and not monitored.is_subject:
            mine = (current.c[monitored.key] == subject, current.c.area_id.is_distinct_from(area_id))
            connection.execute(update(current).where(*mine).values(area_id=area_id))


@cache
def _where(kind: str) -> Executable:
    of = next(one.current for one in TABLES.values() if one.subject == kind and one.is_subject)
    return select(of.c.area_id).where(of.c.uuid == bindparam("uuid"))


_EMPTYING = select(
    *(OBSERVATION.c[name] for name in (*ORIGIN, "form_version_id", "started", "ended", "emptied"))
).where(
    OBSERVATION.c.subject == bindparam("subject"),
    OBSERVATION.c.superseded_at.is_(None),
    OBSERVATION.c.emptied.is_not(None),
)
"""Visits to a subject that asked a table and were told no value."""


def _remake_row(
    connection: Connection,
    monitored: Monitored,
    subject: str,
    emptying: Sequence[Row[Any]],
    lies: Mapping[str, Any],
) -> None:
    """`emptying`: visits that stand and emptied the table. Where nothing was ever answered there is no row to empty."""
    history = monitored.history
    query = select(history).where(history.c[monitored.key] == subject, history.c.superseded_at.is_(None))
    rows: list[Row[Any]] = list(connection.execute(query).all())
    if not rows and not monitored.is_subject:
        _delete(monitored.name).run(connection, {"the_uuid": subject})
        return
    rows = sorted([*rows, *emptying], key=_rank)
    asked = _asked(connection, monitored.name, {row.form_version_id for row in rows})
    values = merged(rows, answers_of(monitored.name), asked, of_subject=monitored.is_subject)
    newest: dict[str, Any] = {"recorded_at": max((row.recorded_at for row in rows), default=None)}
    if monitored.is_subject:
        if newest["recorded_at"] is None:
            newest["recorded_at"] = connection.execute(
                _updated_at(monitored.name), {"the_uuid": subject}
            ).scalar()
        if newest["recorded_at"] is not None:
            lay_over(connection, monitored, subject, newest, values)
        return
    lay_over(connection, monitored, subject, {**rows[-1]._asdict(), **newest, **lies}, values)


def merged(
    rows: Sequence[Row[Any]],
    columns: Sequence[str],
    asked: Mapping[int, frozenset[str]],
    *,
    of_subject: bool,
) -> dict[str, Any]:
    """Column by column the answer of the newest row whose form version asked it; `rows` oldest first, among them
    observations that emptied the table: these have none of its columns.

    What stands in a row was asked, be it filled by the server. A row of the subject itself may be the server's alone
    (`of_subject`): where it answers nothing that its form asks, the visit's `emptied` says whether that was asked.
    """
    told = [(row, asked.get(row.form_version_id, frozenset())) for row in reversed(rows)]
    if of_subject:
        told = [(row, names if _asks(row, names) else frozenset()) for row, names in told]
    values = {name: _newest(name, told) for name in columns}
    if "enrolled_on" in values:  # a merged household was enrolled more than once: the first day stands
        sources = {getattr(row, "merged_from", None) for row in rows}
        days = (_newest("enrolled_on", _of(source, told)) for source in sources)
        values["enrolled_on"] = min((day for day in days if day is not None), default=None)
    return values


def _asks(row: Row[Any], names: Iterable[str]) -> bool:
    return hasattr(row, "emptied") or any(getattr(row, name) is not None for name in names)


_Told = Sequence[tuple[Row[Any], frozenset[str]]]


def _newest(name: str, told: _Told) -> Any:
    of = next((point for point, parts in PARTS_OF.items() if name in parts), name)
    for row, names in told:
        if getattr(row, of, None) is not None or of in names or _withdraws(row, of):
            return getattr(row, name, None)
    return None


def _of(source: str | None, told: _Told) -> _Told:
    """What was said under one household's own name."""
    return [(row, names) for row, names in told if getattr(row, "merged_from", None) == source]


def _withdraws(row: Row[Any], name: str) -> bool:
    """Withdrawing consent empties the contact, also in a form that does not ask it."""
    return name == "contact" and getattr(row, "contact_ok", None) is False


def _remake_rows(connection: Connection, monitored: Monitored, subject: str, lies: Mapping[str, Any]) -> None:
    asking = select(_ASKED.c.form_version_id).where(_ASKED.c.table_name == monitored.name)
    newest = (
        select(OBSERVATION.c.seq)
        .where(
            OBSERVATION.c.subject == subject,
            OBSERVATION.c.superseded_at.is_(None),
            OBSERVATION.c.took_place,
            OBSERVATION.c.form_version_id.in_(asking),
        )
        .order_by(OBSERVATION.c.rank.desc())
        .limit(1)
    )
    history = monitored.history
    seq = connection.execute(newest).scalar()
    query = select(history).where(history.c[monitored.key] == subject, history.c.seq == seq)
    found = connection.execute(query.order_by(history.c.id)).all() if seq is not None else []
    rows = [{**row._asdict(), **lies} for row in found]
    replace_rows(connection, monitored, subject, rows)


def _rank(row: Row[Any]) -> bytes:
    return rank_of(row.observed_at, row.ended, row.started, row.submission)


def _asked(connection: Connection, name: str, versions: set[int]) -> dict[int, frozenset[str]]:
    query = select(_ASKED.c.form_version_id, _ASKED.c.column_name).where(
        _ASKED.c.table_name == name, _ASKED.c.form_version_id.in_(versions)
    )
    found: dict[int, set[str]] = {}
    for version, column_name in connection.execute(query):
        found.setdefault(version, set()).add(column_name)
    return {version: frozenset(names) for version, names in found.items()}


@cache
def answers_of(name: str) -> tuple[str, ...]:
    """The columns of a table that hold answers (or what the server fills beside them), points' parts included."""
    monitored = TABLES[name]
    beside = {
        *ORIGIN,
        monitored.current_key,
        "code",
        "confirmed",
        "created_by",
        "merged_into",
        "updated_at",
        "position",
    }
    return tuple(c.name for c in monitored.current.columns if c.name not in beside)


@cache
def _upsert(dialect: str, name: str, names: tuple[str, ...]) -> Hot:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    monitored = TABLES[name]
    statement = make(monitored.current).values({name: bindparam(name) for name in names})
    changed = {name: statement.excluded[name] for name in names if name != monitored.key}
    key = [monitored.current.c[monitored.key]]
    return Hot(statement.on_conflict_do_update(index_elements=key, set_=changed))


@cache
def _carried(dialect: str, name: str, names: tuple[str, ...], moved: bool) -> Hot:
    """Copies rows of history over current ones; `moved`: those too that lie in another area than before."""
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    monitored = TABLES[name]
    history, current = monitored.history, monitored.current
    columns = (monitored.key, *ORIGIN, *names)
    source: list[ColumnElement[Any]] = [history.c[one] for one in columns]
    key = [monitored.key]
    if monitored.repeated:
        key.append("position")
        source.append(func.row_number().over(order_by=history.c.id).label("position"))
        columns = (*columns, "position")
    rows = select(*source).where(history.c.id.between(bindparam("first"), bindparam("last")))
    statement = make(current).from_select(columns, rows, include_defaults=False)
    new = statement.excluded
    changed = {one: new[one] for one in columns if one not in key and (moved or one != "area_id")}
    there = None if moved else current.c.area_id.is_not_distinct_from(new.area_id)
    return Hot(statement.on_conflict_do_update(index_elements=key, set_=changed, where=there))


@cache
def _delete_beyond(name: str) -> Hot:
    monitored = TABLES[name]
    current = monitored.current
    mine = (current.c[monitored.key] == bindparam("the_uuid"), current.c.position > bindparam("number"))
    return Hot(delete(current).where(*mine))


@cache
def _update_subject(name: str, names: tuple[str, ...]) -> Hot:
    current = TABLES[name].current
    values: dict[str, Any] = {name: bindparam(name) for name in (*names, "updated_at")}
    return Hot(update(current).where(current.c.uuid == bindparam("the_uuid")).values(values))


@cache
def _updated_at(name: str) -> Executable:
    current = TABLES[name].current
    return select(current.c.updated_at).where(current.c.uuid == bindparam("the_uuid"))


@cache
def _delete(name: str) -> Hot:
    monitored = TABLES[name]
    return Hot(delete(monitored.current).where(monitored.current.c[monitored.key] == bindparam("the_uuid")))


@cache
def _insert(name: str) -> Hot:
    current = TABLES[name].current
    return Hot(insert(current), [column.name for column in current.columns])
