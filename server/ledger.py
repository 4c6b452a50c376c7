"""The append-only record of what came and what was decided, in receipt order. Only writes and reads rows.

Replay is `ingest/rebuild.py`. A payload holds references, decisions and determinations (form version, area, observed_at,
household code, verdict, entity version numbers), never a copy of answers, and is encrypted. Erasure empties a payload and keeps its row.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, LargeBinary, Row, String, insert, select
from sqlalchemy.orm import Mapped, Session

from server.db import Base, BigId, column, dump_json, utcnow
from server.hot import Hot, wire
from server.keys import Keyring


class Kind(StrEnum):
    """What a row of the ledger records."""

    SUBMISSION = "submission"  # as received, with every determination made at receipt
    ATTACHMENT = "attachment"  # a file that came after its submission
    REVIEW = "review"  # a person's decision: state before, state after, comment's id
    ACCEPT = "accept"  # a finding accepted
    MERGE = "merge"  # two households are one dwelling
    ENTITY = "entity"  # an act on an entity through the API
    AREAS = "areas"  # an import of areas
    DELETE = "delete"  # a submission put into the bin
    RESTORE = "restore"  # and taken out again
    PENDING = "pending"  # applying a submission failed: it stands and was not written
    RETRY = "retry"  # a pending projection applied later
    CLOCK = "clock"  # an act of a clock
    RECHECK = "recheck"  # a stored version checked again, with another verdict
    ERASE = "erase"  # an erasure


class LedgerRow(Base):
    """One event. `ref` names what it is about, as `submission_version:12`, so that it can be found without opening a payload."""

    __tablename__ = "ledger"
    __table_args__ = (
        Index("ix_ledger_ref", "ref"),
        {"comment": "Append-only record of what came and what was decided."},
    )
    seq: Mapped[int] = column("Receipt order", BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = column("When the server recorded it")
    kind: Mapped[str] = column("submission, review, merge …", String(16))
    ref: Mapped[str] = column("What it is about: table:id", String(80))
    actor_id: Mapped[int | None] = column("Who caused it; null: the server itself")
    payload: Mapped[bytes | None] = column(
        "Encrypted JSON of references, decisions, determinations; null once erased", LargeBinary
    )


_APPEND = Hot(
    insert(LedgerRow.__table__).returning(LedgerRow.__table__.c.seq),  # type: ignore[arg-type]  # a table, by declaration
    ["at", "kind", "ref", "actor_id", "payload"],
)


_ROWS = select(
    LedgerRow.seq, LedgerRow.at, LedgerRow.kind, LedgerRow.ref, LedgerRow.actor_id, LedgerRow.payload
)

PAGE = 500
"""Events that are read at once."""


@dataclass(frozen=True, slots=True)
class Event:
    """A row of the ledger, opened."""

    seq: int
    at: datetime
    kind: Kind
    ref: str
    actor_id: int | None
    payload: dict[str, Any]


def append(
    session: Session,
    keys: Keyring,
    kind: Kind,
    ref: str,
    actor_id: int | None,
    payload: Mapping[str, Any],
    *,
    at: datetime | None = None,
) -> int:
    """Write one event in the caller's transaction; returns its `seq`."""
    box = keys.seal(dump_json(payload).encode(), "ledger")
    row = {"at": at or utcnow(), "kind": str(kind), "ref": ref, "actor_id": actor_id, "payload": box}
    return int(_APPEND.scalar(wire(session), row))


def read(
    session: Session,
    keys: Keyring,
    *,
    after: int = 0,
    ref: str | None = None,
    kinds: Collection[Kind] | None = None,
) -> Iterator[Event]:
    """Events in receipt order, those of one `ref`, of some kinds, or all; erased ones are left out.

    Read a page at a time: a ledger of any length fits, and its reader may write in between.
    """
    query = _ROWS.order_by(LedgerRow.seq).limit(PAGE)
    if ref is not None:
        query = query.where(LedgerRow.ref == ref)
    if kinds is not None:
        query = query.where(LedgerRow.kind.in_([str(kind) for kind in kinds]))
    while True:
        rows = session.execute(query.where(LedgerRow.seq > after)).all()
        for row in rows:
            event = _opened(keys, row)
            if event is not None:
                yield event
        if len(rows) < PAGE:
            return
        after = rows[-1].seq


def one(session: Session, keys: Keyring, seq: int) -> Event | None:
    """One event by its place; None where there is none, or it was erased."""
    row = session.execute(_ROWS.where(LedgerRow.seq == seq)).first()
    return None if row is None else _opened(keys, row)


def _opened(keys: Keyring, row: Row[int, datetime, str, str, int | None, bytes | None]) -> Event | None:
    if row.payload is None:
        return None
    payload = json.loads(keys.open(row.payload, "ledger"))
    return Event(row.seq, row.at, Kind(row.kind), row.ref, row.actor_id, payload)
