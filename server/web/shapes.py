"""Boundaries of areas as maps draw them. Knows no page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from server.areas.boundary import thinned
from server.areas.models import Area
from server.web.frame.door import access, session
from server.web.frame.words import language

MOST = 60
"""Boundaries on one map."""


def shapes(ids: Sequence[int], *, href: str | None = None) -> list[dict[str, Any]]:
    """The boundaries of these areas, those that have one, MOST at most; `href` leads to each, its code put in for {code}."""
    query = select(Area.code, Area.name, Area.names, Area.boundary).order_by(Area.code)
    rows = session().execute(query.where(Area.id.in_(ids), Area.boundary.is_not(None)).limit(MOST))
    return [
        {
            "kind": "boundary",
            "label": row.names.get(language()) or row.name,
            "shape": thinned(row.boundary),
            **({"href": href.format(code=row.code)} if href else {}),
        }
        for row in rows
    ]


def own_shapes(area_id: int | None) -> list[dict[str, Any]]:
    """The boundary of the area that a list is cut to, else of those that the reader has, else of the whole tree's districts."""
    if area_id is not None:
        return shapes((area_id,))
    return shapes(access().areas or _districts())


def _districts() -> Sequence[int]:
    """The highest areas with a boundary, or, below a single one, those within it."""
    drawn = select(Area.id).where(Area.boundary.is_not(None)).order_by(Area.code).limit(MOST)
    highest = session().scalars(drawn.where(Area.parent_id.is_(None))).all()
    if len(highest) > 1:
        return highest
    within = drawn.where(Area.parent_id.in_(select(Area.id).where(Area.parent_id.is_(None))))
    return session().scalars(within).all() or highest
