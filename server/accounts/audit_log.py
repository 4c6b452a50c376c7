"""Reading the audit log: newest first, by kind of act, time, project and the reader's areas."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server.accounts.models import Audit
from server.areas.scope import visible

KINDS = (
    "user",
    "field_key",
    "public_link",
    "project",
    "form",
    "submission",
    "dataset",
    "entity",
    "config",
    "areas",
)
"""Words that stand for every act on one kind of thing, as ODK Central takes them in `?action=`."""

VERBOSE = ("entity.", "submission.", "user.preference.")
"""What `?action=nonverbose` leaves out: the everyday traffic."""


def entries(
    session: Session,
    *,
    action: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    project_id: int | None = None,
    projects: Collection[int] | None = None,
    actee: str | None = None,
    areas: Sequence[int] = (),
    before: int | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[Audit]:
    """Acts, newest first. `action`: an action, one of KINDS, or `nonverbose`; `projects`: those of these alone;
    `before`: an id, to page by key."""
    query = select(Audit).where(visible(Audit.area_id, areas)).order_by(Audit.id.desc())
    if action is not None:
        query = query.where(_of_kind(action))
    if start is not None:
        query = query.where(Audit.at >= start)
    if end is not None:
        query = query.where(Audit.at < end)
    if project_id is not None:
        query = query.where(Audit.project_id == project_id)
    if projects is not None:
        query = query.where(Audit.project_id.in_(projects))
    if actee is not None:
        query = query.where(Audit.actee == actee)
    if before is not None:
        query = query.where(Audit.id < before)
    if limit is not None:
        query = query.limit(limit)
    return session.scalars(query.offset(offset) if offset else query).all()


def _of_kind(action: str) -> ColumnElement[bool]:
    if action == "nonverbose":
        return ~or_(*(Audit.action.startswith(prefix) for prefix in VERBOSE))
    if action in KINDS:
        return or_(Audit.action == action, Audit.action.startswith(f"{action}.", autoescape=True))
    return Audit.action == action
