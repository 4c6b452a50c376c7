"""Whose turn it is to write about a household or facility: its row's lock, before the ledger gives an act its place.

PostgreSQL alone: SQLite has one writer at a time. Reads nothing of what the rows say but where they were merged.
"""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from server.households.tables import Facility, Household

_TABLES = {
    "household": cast(Table, Household.__table__),
    "facility": cast(Table, Facility.__table__),
}
_LONGEST_CHAIN = 50


def lock_subject(session: Session, subject: str | None) -> None:
    """Hold a subject's row, `household:<uuid>` or `facility:<uuid>`, until the transaction ends; those that it was
    merged into too, in the order of their UUIDs, so that no two acts wait for each other.

    To be called before `ledger.append`: else two acts about one household could each decide without the other. What
    has no row yet is held by its UUID. None, an area, or any subject on SQLite: nothing is to do.
    """
    kind, _, uuid = (subject or "").partition(":")
    table = _TABLES.get(kind)
    if table is None or not uuid or session.get_bind().dialect.name != "postgresql":
        return
    chain = [uuid]
    while kind == "household" and len(chain) <= _LONGEST_CHAIN:
        into = session.execute(select(table.c.merged_into).where(table.c.uuid == chain[-1])).scalar()
        if into is None or into in chain:
            break
        chain.append(into)
    held = select(table.c.uuid).where(table.c.uuid.in_(chain)).order_by(table.c.uuid).with_for_update()
    if not session.execute(held).scalars().all():
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(uuid, 0))))
