"""Counts of a form's submissions by state, kept in the transaction that changes them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.forms.models import FormCount

COLUMN_OF = {
    None: "received",
    "hasIssues": "has_issues",
    "edited": "edited",
    "approved": "approved",
    "rejected": "rejected",
}
"""Which count a review state is kept in."""


def arrived(session: Session, form_id: int, draft: bool, *, held: bool, at: datetime) -> None:
    """A new submission came."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    zero = {
        "received": 1,
        "has_issues": 0,
        "edited": 0,
        "approved": 0,
        "rejected": 0,
        "held": int(held),
        "last_at": at,
    }
    statement = make(FormCount).values(form_id=form_id, draft=draft, **zero)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["form_id", "draft"],
            set_={"received": FormCount.received + 1, "held": FormCount.held + int(held), "last_at": at},
        )
    )


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
