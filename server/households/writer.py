"""The one writer of the monitoring tables and of the entities beside them.

`apply` writes what was determined, at receipt, at an approval, at a rebuild alike. Decides nothing; never commits; no
ORM where every submission passes. What takes rows out of force again stands in standing.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from server.entities import datasets
from server.entities.versions import Moment
from server.hot import Hot, wire
from server.households import current
from server.households.consent import erase_withdrawn
from server.households.current import OBSERVATION
from server.households.determine import Determined, determine
from server.households.filling import Filled, fill, stored
from server.households.incoming import Incoming
from server.households.locking import kept
from server.households.speaking import speak
from server.households.standing import (
    Touched,
    Written,
    hand_over,
    reinstate,
    settle,
    stamp_submission,
    supersede,
    written,
)
from server.households.tables import ROWS_A_SUBMISSION, SUBJECTS, TABLES
from server.households.telling import shown, tell_phones
from server.services import Services

__all__ = [
    "Applied",
    "Determined",
    "Written",
    "apply",
    "determine",
    "reinstate",
    "supersede",
    "written",
]


@dataclass(frozen=True, slots=True)
class Applied:
    """What `apply` did: rows written, whose they are, and the subject's code."""

    written: tuple[Written, ...]
    about: str | None
    code: str | None


def apply(
    session: Session,
    services: Services,
    incoming: Incoming,
    determined: Determined,
    moment: Moment,
    *,
    submission_id: int,
    version_id: int,
    held: bool = False,
) -> Applied:
    """Write what a submission says, as the ledger's event `moment`.

    `held` (blocking findings stand, or it waits): a create makes the subject's row, unconfirmed, and its entity, and nothing
    else is written. Rows that an earlier version of the same submission wrote are superseded.
    """
    connection, seq, at = wire(session), moment.seq, moment.at
    again = incoming.submission_id is not None
    if again:
        determined = _after_merges(connection, determined)
    touched = stamp_submission(connection, submission_id, at) if again and not held else set()
    filled = Filled((), None, False) if held else fill(incoming, determined)
    known_before = False
    if determined.create and not (again and _is_there(connection, determined)):
        known_before = _create(connection, incoming, determined, submission_id, at, confirmed=not held)
    creates = held or not determined.enrols_nobody  # nobody: an enrolment corrected into a refusal
    _take_over(connection, determined, submission_id, at, confirmed=not held)
    rows: list[Fact] = []
    late = known_before
    if determined.kind is not None and not held:
        rows = _insert_facts(
            connection, services, incoming, determined, filled, seq, submission_id, version_id, at
        )
        newest = _keep_current(connection, incoming, determined, filled, rows, touched)
        late = late or not newest
    spoken = speak(
        session, services, incoming, determined, submission_id, version_id, moment, _shown(rows), held=held
    )
    subject = determined.subject if determined.kind == "household" else None
    if again or late or spoken.overtaken or determined.merged_from is not None:
        follow = None if held else True
        settled = settle(
            session,
            services,
            submission_id,
            touched,
            moment,
            creates=creates,
            updates=follow,
            subject=subject,
            again=again,
        )
        spoken.lists.update(settled)
    elif subject is not None and not held and incoming.plan is not None and not spoken.created:
        rank = determined.rank(incoming.instance_id)
        spoken.lists.update(tell_phones(session, services, subject, moment, rank, but=spoken.said))
    for dataset_id in sorted(spoken.lists):
        datasets.touch(session, dataset_id)
    done = tuple(Written(table, row["id"], tuple(columns)) for table, row, columns in rows)
    return Applied(done, determined.about, determined.code)


Fact = tuple[str, dict[str, Any], list[str]]
"""A row as written: its table, its columns' values (where it comes from as the driver takes it), the names of those that
were given one."""


def _insert_facts(
    connection: Connection,
    services: Services,
    incoming: Incoming,
    determined: Determined,
    filled: Filled,
    seq: int,
    submission_id: int,
    version_id: int,
    at: datetime,
) -> list[Fact]:
    """The rows of history and the observation that binds them, one statement a table."""
    origin = {
        "project_id": incoming.project_id,
        "area_id": determined.area_id,
        "submission": incoming.instance_id,
        "submission_id": submission_id,
        "form_version_id": incoming.form_version_id,
        "seq": seq,
        "observed_at": determined.observed_at,
        "observed_offset": determined.observed_offset,
        "started": determined.started,
        "ended": determined.ended,
        "recorded_at": at,
        "superseded_at": None,
    }
    origin = _OBSERVE.ready(connection, origin)
    whose = {f"{determined.kind}_id": determined.subject, "merged_from": determined.merged_from}
    by_table: dict[str, list[dict[str, Any]]] = {}
    facts: list[Fact] = []
    for position, row in enumerate(filled.rows, 1):
        if TABLES[row.table].subject != determined.kind:
            continue
        values = stored(services.keys, row.table, row.values)
        whole = {**origin, **whose, **values, "id": seq * ROWS_A_SUBMISSION + position, "path": row.path}
        by_table.setdefault(row.table, []).append(whole)
        facts.append((row.table, whole, row.answered))
    for table, rows in by_table.items():
        if len(rows) == 1:
            _insert(table).later(connection, rows[0], origin)
        else:
            _insert(table).many_later(connection, rows, origin)
    _OBSERVE.later(
        connection,
        {
            **origin,
            "id": seq * ROWS_A_SUBMISSION,
            "kind": determined.kind,
            "subject": determined.subject,
            "merged_from": determined.merged_from,
            "version_id": version_id,
            "rank": determined.rank(incoming.instance_id),
            "took_place": filled.took_place,
            "outcome": filled.outcome,
            "written": [[table, row["id"], columns] for table, row, columns in facts],
            "emptied": list(filled.emptied) or None,
        },
        origin,
    )
    return facts


def _keep_current(
    connection: Connection,
    incoming: Incoming,
    determined: Determined,
    filled: Filled,
    facts: list[Fact],
    touched: set[Touched],
) -> bool:
    """The current rows follow: laid over where this is the newest, else made anew. Whether it is the newest."""
    kind, subject, form = determined.kind, determined.subject, incoming.plan
    for other_kind, other, table in touched:
        if (other_kind, other) != (kind, subject):
            current.remake(connection, other_kind, other, [table])
    if kind is None or subject is None or form is None:
        return True
    again = {table for other_kind, other, table in touched if (other_kind, other) == (kind, subject)}
    repeats = form.repeats if filled.took_place else frozenset()
    for table, row, _ in facts:
        if table == "household":
            erase_withdrawn(connection, subject, row)
    newest = current.is_newest(connection, subject, determined.rank(incoming.instance_id))
    wrote = {table for table, _, _ in facts}
    before = incoming.submission_id is not None  # it was determined then, and its household may have moved
    if before or again or not newest:
        current.remake(connection, kind, subject, again.union(wrote, repeats, filled.emptied))
        return newest
    anew = set(filled.emptied) - wrote
    for table, row, _ in facts:
        monitored, laid = TABLES[table], _laid(table, row, filled)
        # nobody merged anything into what is made here
        if determined.create or current.follows_newest(monitored, laid):
            if not monitored.repeated:
                current.carry_over(connection, monitored, subject, laid, row)
        else:
            anew.add(table)
    for table in repeats:
        ids = [row["id"] for of, row, _ in facts if of == table]
        current.carry_rows(connection, TABLES[table], subject, ids)
    current.remake(connection, kind, subject, anew)
    return True


def _laid(table: str, row: Mapping[str, Any], filled: Filled) -> tuple[str, ...]:
    """The columns of a single row that were asked or filled in, points' parts included."""
    asked = next(iter(values.values for values in filled.rows if values.table == table))
    parts = (part for name in asked if name in current.PARTS_OF for part in current.PARTS_OF[name])
    return (*asked, *(part for part in parts if part in row))


def _create(
    connection: Connection,
    incoming: Incoming,
    determined: Determined,
    submission_id: int,
    at: datetime,
    *,
    confirmed: bool,
) -> bool:
    """Make the subject's row; whether something had been said of it before."""
    assert determined.kind is not None  # what creates has a subject
    table = SUBJECTS[determined.kind]
    connection.execute(
        insert(table),
        {
            "uuid": determined.subject,
            "project_id": incoming.project_id,
            "code": determined.code,
            "area_id": determined.area_id,
            "confirmed": confirmed,
            "created_by": submission_id,
            "updated_at": at,
        },
    )
    assert determined.kind is not None
    assert determined.subject is not None
    seen_before = select(OBSERVATION.c.id).where(OBSERVATION.c.subject == determined.subject).limit(1)
    if connection.execute(seen_before).first() is None:
        return False
    _adopt(connection, determined.kind, determined.subject, determined.area_id)
    return True


def _adopt(connection: Connection, kind: str, subject: str, area_id: int | None) -> None:
    """What was said of a subject before its create arrived becomes its own, and gets its area where it had none."""
    names = [name for name, table in TABLES.items() if table.subject == kind]
    if area_id is not None:
        for name in names:
            table = TABLES[name]
            homeless = (table.history.c[table.key] == subject, table.history.c.area_id.is_(None))
            connection.execute(update(table.history).where(*homeless).values(area_id=area_id))
        homeless = (OBSERVATION.c.subject == subject, OBSERVATION.c.area_id.is_(None))
        connection.execute(update(OBSERVATION).where(*homeless).values(area_id=area_id))
    current.remake(connection, kind, subject, names)


def _after_merges(connection: Connection, determined: Determined) -> Determined:
    """Determinations made before a merge, or before it was undone, speak of the household that stands now for the one
    that their submission named."""
    named = determined.merged_from or determined.subject
    if determined.kind != "household" or named is None:
        return determined
    subject = kept(connection, named)
    if subject == determined.subject:
        return determined
    came_from = named if subject != named else None
    return replace(determined, subject=subject, merged_from=came_from, create=False)


def _is_there(connection: Connection, determined: Determined) -> bool:
    """Whether a create made its row before: it was held then, and is accepted or corrected now."""
    assert determined.kind is not None  # what creates has a subject
    table = SUBJECTS[determined.kind]
    return (
        connection.execute(select(table.c.uuid).where(table.c.uuid == determined.subject)).first() is not None
    )


def _take_over(
    connection: Connection, determined: Determined, submission_id: int, at: datetime, *, confirmed: bool
) -> None:
    """A create of what was rejected makes the subject its own."""
    kind, subject = determined.kind, determined.subject
    if kind not in ("household", "facility") or subject is None or not determined.enrols:
        return
    table = SUBJECTS[kind]
    free = select(table.c.uuid).where(table.c.uuid == subject, table.c.confirmed.is_(False))
    if not determined.create and connection.execute(free).first() is not None:
        hand_over(connection, kind, subject, submission_id, determined.area_id, at, confirmed=confirmed)


def _shown(facts: list[Fact]) -> dict[str, str]:
    """What phones see of a household by the row that was written of it."""
    return next((shown(row) for table, row, _ in facts if table == "household"), {})


_OBSERVE = Hot(insert(OBSERVATION), [column.name for column in OBSERVATION.columns])


@cache
def _insert(table: str) -> Hot:
    history = TABLES[table].history
    return Hot(insert(history), [column.name for column in history.columns])
