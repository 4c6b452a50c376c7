"""Two enrolments of one dwelling become one household: history kept, phones told through the list, and the way back.

Rows are re-pointed to the kept household and remember whose they were (`merged_from`), so that plain SQL sees one history
and a merge can be undone. Never commits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from server import ledger, problems
from server.accounts import audit
from server.db import utcnow
from server.entities import datasets
from server.entities.standing import next_numbers
from server.entities.versions import Moment
from server.households import current
from server.households.current import OBSERVATION
from server.households.determine import merged_below
from server.households.locking import kept, lock_subject
from server.households.tables import HOUSEHOLD, TABLES
from server.households.telling import settle_phones
from server.services import Services

__all__ = ["merge", "merged_below", "replay", "undo"]

_TABLES = [table for table in TABLES.values() if table.subject == "household"]


def merge(session: Session, services: Services, keep_uuid: str, gone_uuid: str, actor_id: int | None) -> int:
    """Make `gone` a part of `keep`; returns the ledger's `seq`. Locks both (PostgreSQL).

    Raises `NOT_FOUND` where either is not there or they belong to different projects, `ALREADY_MERGED` where one of
    them was merged before, `UNEXPECTED_VALUE` where both are the same.
    """
    keep, gone = _pair(session, keep_uuid, gone_uuid)
    for row in (gone, keep):
        if row.merged_into is not None:
            raise problems.ALREADY_MERGED(code=row.code)
    at = utcnow()
    names = {"keep": keep_uuid, "gone": gone_uuid}
    numbers = next_numbers(session, gone.project_id, [keep_uuid, gone_uuid])
    payload = {**names, "versions": numbers}
    seq = ledger.append(
        session, services.keys, ledger.Kind.MERGE, f"household:{gone_uuid}", actor_id, payload, at=at
    )
    _join(session, services, keep_uuid, gone_uuid, Moment(seq, at, numbers))
    _record(session, "household.merge", actor_id, gone, names)
    return seq


def undo(session: Session, services: Services, gone_uuid: str, actor_id: int | None) -> int:
    """Take a merge back: `gone` is a household of its own again, with what was said about it since. Returns `seq`.

    Raises `NOT_FOUND`, or `STALE` where it is not merged (any more).
    """
    lock_subject(session, f"household:{gone_uuid}")
    gone = session.execute(select(HOUSEHOLD).where(HOUSEHOLD.c.uuid == gone_uuid).with_for_update()).first()
    if gone is None:
        raise problems.NOT_FOUND()
    if gone.merged_into is None:
        raise problems.STALE()
    at = utcnow()
    names = {"keep": gone.merged_into, "gone": gone_uuid, "undo": True}
    root = kept(session.connection(), gone.merged_into)
    numbers = next_numbers(session, gone.project_id, [root, gone_uuid])
    payload = {**names, "versions": numbers}
    seq = ledger.append(
        session, services.keys, ledger.Kind.MERGE, f"household:{gone_uuid}", actor_id, payload, at=at
    )
    _part(session, services, gone.merged_into, gone_uuid, Moment(seq, at, numbers))
    _record(session, "household.merge.undo", actor_id, gone, names)
    return seq


def replay(session: Session, services: Services, event: ledger.Event) -> None:
    """Apply a merge (or its undoing) that the ledger holds, as a rebuild comes to it."""
    keep, gone = event.payload["keep"], event.payload["gone"]
    moment = Moment(event.seq, event.at, event.payload.get("versions", {}))
    if event.payload.get("undo"):
        _part(session, services, keep, gone, moment)
    else:
        _join(session, services, keep, gone, moment)


def _join(session: Session, services: Services, keep: str, gone: str, moment: Moment) -> None:
    connection = session.connection()
    for table in _TABLES:
        history = table.history
        moved = {"household_id": keep, "merged_from": func.coalesce(history.c.merged_from, gone)}
        connection.execute(update(history).where(history.c.household_id == gone).values(moved))
    moved = {"subject": keep, "merged_from": func.coalesce(OBSERVATION.c.merged_from, gone)}
    connection.execute(update(OBSERVATION).where(OBSERVATION.c.subject == gone).values(moved))
    _remake(session, [keep, gone])
    ended = {"merged_into": keep, "status": "merged", "updated_at": moment.at}
    connection.execute(update(HOUSEHOLD).where(HOUSEHOLD.c.uuid == gone).values(ended))
    _settle(session, services, [keep, gone], moment)


def _part(session: Session, services: Services, keep: str, gone: str, moment: Moment) -> None:
    connection = session.connection()
    keep = kept(connection, keep)  # where it was merged itself since, its rows stand there
    theirs = merged_below(session, gone)
    for table in _TABLES:
        history = table.history
        back = update(history).where(history.c.household_id == keep, history.c.merged_from.in_(theirs))
        connection.execute(back.values(household_id=gone))
        own = (history.c.household_id == gone, history.c.merged_from == gone)
        connection.execute(update(history).where(*own).values(merged_from=None))
    seen = update(OBSERVATION).where(OBSERVATION.c.subject == keep, OBSERVATION.c.merged_from.in_(theirs))
    connection.execute(seen.values(subject=gone))
    own = (OBSERVATION.c.subject == gone, OBSERVATION.c.merged_from == gone)
    connection.execute(update(OBSERVATION).where(*own).values(merged_from=None))
    back_again = {"merged_into": None, "status": None, "updated_at": moment.at}
    connection.execute(update(HOUSEHOLD).where(HOUSEHOLD.c.uuid == gone).values(back_again))
    _remake(session, [keep, gone])
    _settle(session, services, [keep, gone], moment)


def _remake(session: Session, uuids: Iterable[str]) -> None:
    for uuid in uuids:
        current.remake(session.connection(), "household", uuid, [table.name for table in _TABLES])


def _settle(session: Session, services: Services, uuids: Iterable[str], moment: Moment) -> None:
    for dataset_id in settle_phones(session, services, (), uuids, moment):
        datasets.touch(session, dataset_id)


def _pair(session: Session, keep_uuid: str, gone_uuid: str) -> tuple[Row[Any], Row[Any]]:
    """Both rows, locked in UUID order."""
    if keep_uuid == gone_uuid:
        raise problems.UNEXPECTED_VALUE(field="household", value=gone_uuid, reason="it is the same household")
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.uuid.in_((keep_uuid, gone_uuid))).order_by(HOUSEHOLD.c.uuid)
    rows = {row.uuid: row for row in session.execute(query.with_for_update())}
    if len(rows) < 2 or rows[keep_uuid].project_id != rows[gone_uuid].project_id:
        raise problems.NOT_FOUND()
    return rows[keep_uuid], rows[gone_uuid]


def _record(
    session: Session, action: str, actor_id: int | None, gone: Row[Any], payload: dict[str, Any]
) -> None:
    audit.record(
        session,
        action,
        actor_id=actor_id,
        actee=f"household:{gone.uuid}",
        project_id=gone.project_id,
        area_id=gone.area_id,
        details=payload,
    )
