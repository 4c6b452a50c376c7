"""Counts of a form's submissions by state, kept in the transaction that changes them."""

from __future__ import annotations

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


def arrived(session: Session, form_id: int, draft: bool, *, held: bool, at: datetime) -> None:
    """A new submission came."""
    at_last(session, _raise, (form_id, draft), (held, at))


def _raise(session: Session, form: tuple[int, bool], came: list[tuple[bool, datetime]]) -> None:
    row = {
        "form_id": form[0],
        "draft": form[1],
        "received": len(came),
        "held": sum(held for held, _ in came),
        "last_at": max(at for _, at in came),
    }
    connection = wire(session)
    _ARRIVED.on(connection).later(connection, row)


def moved(
    session: Session, form_id: int, draft: bool, *, before: str | None, after: str | None, held: int = 0
) -> None:
    """A submission changed its review state; `held` is +1, 0 or -1."""
    changes = {}
    if before != after:
        changes[COLUMN_OF[before]] = getattr(FormCount, COLUMN_OF[before]) - 1
        changes[COLUMN_OF[after]] = getattr(FormCount, COLUMN_OF[after]) + 1
    if held:
        changes["held"] = FormCount.held + held
    if changes:
        session.execute(
            update(FormCount).where(FormCount.form_id == form_id, FormCount.draft == draft).values(**changes)
        )


def removed(
    session: Session, form_id: int, draft: bool, *, state: str | None, held: bool, back: bool = False
) -> None:
    """A submission went into the bin, or came back out of it."""
    step = 1 if back else -1
    name = COLUMN_OF[state]
    changes = {name: getattr(FormCount, name) + step}
    if held:
        changes["held"] = FormCount.held + step
    session.execute(
        update(FormCount).where(FormCount.form_id == form_id, FormCount.draft == draft).values(**changes)
    )
