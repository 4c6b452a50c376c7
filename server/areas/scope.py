"""Who sees which rows by area: one SQL condition for every list, one question for every single thing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import BindParameter, ColumnElement, Table, bindparam, literal, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from server.areas.models import Area
from server.hot import Hot, wire

NOWHERE = 0
"""The id of no area: a list of it has no rows."""


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
    asked = {f"area_{number}": one for number, one in enumerate(areas)}
    return _covered(len(asked)).first(wire(session), {"asked": area_id, **asked}) is not None


@lru_cache(maxsize=100)
def _covered(number: int) -> Hot:
    """Finds the area asked for in or below one of so many: each visit of a phone with areas asks it."""
    table = cast(Table, Area.__table__)
    top, below = table.alias("top"), table.alias("below")
    inside = below.join(top, below.c.path.like(top.c.path + literal("%")))
    given: list[BindParameter[int]] = [bindparam(f"area_{one}") for one in range(number)]
    return Hot(
        select(below.c.id).select_from(inside).where(below.c.id == bindparam("asked"), top.c.id.in_(given))
    )
