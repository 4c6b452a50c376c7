"""Projects: made, found, changed, put into the bin, and the few numbers that their lists show."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import problems
from server.accounts import audit
from server.accounts import tallies as phone_tallies
from server.accounts.tallies import Phones
from server.db import utcnow
from server.forms.models import Form, FormCount, Project


@dataclass(frozen=True, slots=True)
class Tally:
    """A project in numbers: forms, when the last visit came, and phones."""

    forms: int
    last_submission: datetime | None
    phones: Phones


def get(session: Session, project_id: int) -> Project:
    """A project by id. Raises `NOT_FOUND`, also for one in the bin and for a number that is no id."""
    found = session.get(Project, project_id) if 0 < project_id < 2**31 else None
    if found is None or found.deleted_at is not None:
        raise problems.NOT_FOUND()
    return found


def projects(session: Session, only: Collection[int] | None = None) -> Sequence[Project]:
    """Projects, those in use before the archived ones, by name; `only` some ids, None: all."""
    query = (
        select(Project)
        .where(Project.deleted_at.is_(None))
        .order_by(Project.archived, Project.name, Project.id)
    )
    if only is not None:
        query = query.where(Project.id.in_(only))
    return session.scalars(query).all()


def create(
    session: Session, name: object, *, description: str | None = None, timezone: str = "UTC", by: int | None
) -> Project:
    """A new project. Raises `MISSING_PARAMETER`, `INVALID_TYPE`, `UNEXPECTED_VALUE` (a time zone that nobody has)."""
    project = Project(
        name=_name(name),
        description=description,
        timezone=_zone(timezone),
        archived=False,
        created_at=utcnow(),
    )
    session.add(project)
    session.flush()
    details = {"data": {"name": project.name}}
    audit.record(
        session,
        "project.create",
        actor_id=by,
        actee=f"project:{project.id}",
        project_id=project.id,
        details=details,
    )
    return project


def change(session: Session, project: Project, changes: dict[str, Any], *, by: int | None) -> Project:
    """Change `name`, `description`, `archived`, `timezone`, `exact_points`. Raises as `create`."""
    checked = dict(changes)
    if "name" in checked:
        checked["name"] = _name(checked["name"])
    if "timezone" in checked:
        checked["timezone"] = _zone(checked["timezone"])
    for key in ("archived", "exact_points"):
        if key in checked:
            checked[key] = bool(checked[key])
    for key, value in checked.items():
        setattr(project, key, value)
    project.updated_at = utcnow()
    audit.record(
        session,
        "project.update",
        actor_id=by,
        actee=f"project:{project.id}",
        project_id=project.id,
        details={"data": checked},
    )
    session.flush()
    return project


def remove(session: Session, project: Project, *, by: int | None) -> None:
    """Put a project into the bin: its forms take nothing, its phones see nothing."""
    project.deleted_at = utcnow()
    audit.record(session, "project.delete", actor_id=by, actee=f"project:{project.id}", project_id=project.id)
    session.flush()


def tallies(session: Session, ids: Collection[int], areas: Sequence[int] = ()) -> dict[int, Tally]:
    """The numbers of many projects in two queries, as somebody with these areas sees them.

    Visits are not counted here: their counts are kept for a whole project, so within areas none is told.
    """
    forms = session.execute(
        select(Form.project_id, func.count(Form.id.distinct()), func.max(FormCount.last_at))
        .outerjoin(FormCount, (FormCount.form_id == Form.id) & FormCount.draft.is_(False))
        .where(Form.project_id.in_(ids), Form.deleted_at.is_(None))
        .group_by(Form.project_id)
    )
    counted = {row[0]: (row[1], None if areas else row[2]) for row in forms}
    return {
        project_id: Tally(*counted.get(project_id, (0, None)), phones)
        for project_id, phones in phone_tallies.phones(session, ids, areas).items()
    }


def _name(name: object) -> str:
    if name is None or name == "":
        raise problems.MISSING_PARAMETER(field="name")
    if not isinstance(name, str):
        raise problems.INVALID_TYPE(field="name", value=problems.shown("name", name), expected="a string")
    if not name.strip() or len(name) > 200:
        reason = "it is longer than 200 characters" if name.strip() else "it is empty"
        raise problems.UNEXPECTED_VALUE(field="name", value=name[:40], reason=reason)
    return name.strip()


def _zone(name: object) -> str:
    try:
        return str(ZoneInfo(str(name)))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        reason = "no time zone is called so (as in Asia/Shanghai)"
        raise problems.UNEXPECTED_VALUE(field="timezone", value=str(name)[:64], reason=reason) from error
