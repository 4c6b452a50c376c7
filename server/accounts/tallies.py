"""Phones in numbers: what first pages and lists of projects count, in one query for many projects.

Decides when a phone counts as silent. Knows projects by id only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session, contains_eager

from server.accounts.models import Actor, ActorArea, Phone
from server.areas.scope import visible
from server.db import utcnow

SILENT = timedelta(days=7)
"""Not heard of for so long, or never since it was made so long ago: somebody should ask."""


@dataclass(frozen=True, slots=True)
class Phones:
    """Phones of a project: all that are listed, those not shut out, and the silent ones of these."""

    all: int = 0
    working: int = 0
    silent: int = 0


def is_silent(phone: Phone) -> bool:
    """Whether a phone that may send was not heard of for a week."""
    return phone.revoked_at is None and (phone.last_seen_at or phone.actor.created_at) < utcnow() - SILENT


def phones(session: Session, project_ids: Collection[int], areas: Sequence[int] = ()) -> dict[int, Phones]:
    """The numbers of each of the projects, as somebody with these areas sees them."""
    working = Phone.revoked_at.is_(None)
    counted = (
        select(Phone.project_id, func.count(), _how_many(working), _how_many(_silent()))
        .join(Actor, Actor.id == Phone.actor_id)
        .where(_listed(project_ids, areas))
        .group_by(Phone.project_id)
    )
    found = {row[0]: Phones(row[1], row[2], row[3]) for row in session.execute(counted)}
    return {project_id: found.get(project_id, Phones()) for project_id in project_ids}


def silent(session: Session, project_id: int, areas: Sequence[int] = (), *, most: int) -> Sequence[Phone]:
    """A project's silent phones, at most so many, the longest silent first."""
    query = select(Phone).join(Actor, Actor.id == Phone.actor_id).options(contains_eager(Phone.actor))
    query = query.where(_listed((project_id,), areas), _silent()).order_by(_heard(), Phone.actor_id)
    return session.scalars(query.limit(most)).all()


def _heard() -> ColumnElement[object]:
    return func.coalesce(Phone.last_seen_at, Actor.created_at)


def _silent() -> ColumnElement[bool]:
    return and_(Phone.revoked_at.is_(None), _heard() < utcnow() - SILENT)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _listed(project_ids: Collection[int], areas: Sequence[int]) -> ColumnElement[bool]:
    """That a phone is one of these projects', not removed, and in or below these areas."""
    condition = and_(Phone.project_id.in_(project_ids), Actor.deleted_at.is_(None))
    if not areas:
        return condition
    inside = select(ActorArea.actor_id).where(visible(ActorArea.area_id, areas))
    return and_(condition, Phone.actor_id.in_(inside))
