"""Who sees which rows by area: one SQL condition for every list, one question for every single thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, literal, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from server.areas.models import Area


def visible(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], areas: Sequence[int]
) -> ColumnElement[bool]:
    """The SQL condition that a row's area (`column`, an area id) is one of these or lies below one.

    No areas: true (unscoped). Rows without an area are visible to the unscoped only.
    """
    if not areas:
        return true()
    top, below = aliased(Area), aliased(Area)
    inside = (
        select(below.id).join(top, below.path.like(top.path + literal("%"))).where(top.id.in_(tuple(areas)))
    )
    return column.in_(inside)


def covers(session: Session, areas: Sequence[int], area_id: int | None) -> bool:
    """Whether one thing's area is visible to somebody with these areas."""
    if not areas:
        return True
    if area_id is None:
        return False
    return (
        session.execute(select(Area.id).where(Area.id == area_id, visible(Area.id, areas))).first()
        is not None
    )
