"""Counts of a form's submissions by state, kept in the transaction that changes them.

Each changes them last, after the phones' lists: on PostgreSQL no two then wait for each other. Knows no other table.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from server.forms.models import FormCount
from server.hot import PerDialect, at_last, wire

TABLE = cast(Table, FormCount.__table__)

COLUMN_OF = {
    None: "received",
    "hasIssues": "has_issues",
    "edited": "edited",
    "approved": "approved",
    "rejected": "rejected",
}
"""Which count a review state is kept in."""


def _arrival(dialect: Any) -> Any:
    values: dict[str, Any] = dict.fromkeys(COLUMN_OF.values(), 0) | {"received": bindparam("received")}
    new = dialect.insert(TABLE).values(
        form_id=bindparam("form_id"),
        draft=bindparam("draft"),
        held=bindparam("held"),
        last_at=bindparam("last_at"),
        **values,
    )
    more = {
        "received": TABLE.c.received + new.excluded.received,
        "held": TABLE.c.held + new.excluded.held,
        "last_at": new.excluded.last_at,
    }
    return new.on_conflict_do_update(index_elements=["form_id", "draft"], set_=more)


_ARRIVED = PerDialect(_arrival)


_Change = tuple[Counter[str], datetime | None]
"""Steps by column; when it came, of an arrival."""


def arrived(session: Session, form_id: int, draft: bool, *, held: bool, at: datetime) -> None:
    """A new submission came."""
    at_last(session, _write, (form_id, draft), (Counter(received=1, held=int(held)), at))


def moved(
    session: Session, form_id: int, draft: bool, *, before: str | None, after: str | None, held: int = 0
) -> None:
    """A submission changed its review state; `held` is +1, 0 or -1. To be called last, as `removed`: see `at_last`."""
    steps = Counter(held=held)
    steps[COLUMN_OF[before]] -= 1
    steps[COLUMN_OF[after]] += 1
    at_last(session, _write, (form_id, draft), (steps, None))


def removed(
    session: Session, form_id: int, draft: bool, *, state: str | None, held: bool, back: bool = False
) -> None:
    """A submission went into the bin, or came back out of it."""
    step = 1 if back else -1
    steps = Counter(held=step * held)
    steps[COLUMN_OF[state]] += step
    at_last(session, _write, (form_id, draft), (steps, None))


def _write(session: Session, form: tuple[int, bool], changes: list[_Change]) -> None:
    form_id, draft = form
    came, others = Counter[str](), Counter[str]()
    for steps, at in changes:
        (others if at is None else came).update(steps)
    times = [at for _, at in changes if at is not None]
    if times:
        connection = wire(session)
        row = {"form_id": form_id, "draft": draft, **came, "last_at": max(times)}
        _ARRIVED.on(connection).later(connection, row)
    values = {name: TABLE.c[name] + step for name, step in others.items() if step}
    if values:
        mine = (TABLE.c.form_id == form_id, TABLE.c.draft == draft)
        session.execute(update(TABLE).where(*mine).values(values))
