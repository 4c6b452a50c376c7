"""Whose turn it is to write about a household or facility: its row's lock, before the ledger gives an act its place.

PostgreSQL alone: SQLite has one writer at a time. Reads nothing of what the rows say but where they were merged: the one
place that follows merges.
"""

from __future__ import annotations

from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from server.hot import Hot, wire
from server.households.tables import HOUSEHOLD, SUBJECTS

_LONGEST_CHAIN = 50
_INTO = Hot(select(HOUSEHOLD.c.merged_into).where(HOUSEHOLD.c.uuid == bindparam("uuid")))


def kept(connection: Connection, uuid: str) -> str:
    """The household that stands for this one: itself, or what it was merged into, however often."""
    return _chain(connection, uuid)[-1]


def _chain(connection: Connection, uuid: str) -> list[str]:
    chain = [uuid]
    while len(chain) <= _LONGEST_CHAIN:
        into = _INTO.scalar(connection, {"uuid": chain[-1]})
        if into is None or str(into) in chain:
            break
        chain.append(str(into))
    return chain


def lock_subject(session: Session, subject: str | None) -> None:
    """Hold a subject's row, `household:<uuid>` or `facility:<uuid>`, until the transaction ends; those that it was
    merged into too, in the order of their UUIDs, so that no two acts wait for each other.

    To be called before `ledger.append`: else two acts about one household could each decide without the other. What
    has no row yet is held by its UUID. None, an area, or any subject on SQLite: nothing is to do.
    """
    kind, _, uuid = (subject or "").partition(":")
    table = SUBJECTS.get(kind)
    if table is None or not uuid or session.get_bind().dialect.name != "postgresql":
        return
    chain = _chain(wire(session), uuid) if kind == "household" else [uuid]
    held = select(table.c.uuid).where(table.c.uuid.in_(chain)).order_by(table.c.uuid).with_for_update()
    if not session.execute(held).scalars().all():
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(uuid, 0))))
