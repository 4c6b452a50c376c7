"""The tree of areas as lists and pages show it, each reader seeing their own part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems
from server.areas.models import Area
from server.areas.scope import visible


@dataclass(frozen=True, slots=True)
class Branch:
    """An area with those that lie in it, in order of code."""

    area: Area
    below: tuple[Branch, ...]


def areas_of(session: Session, areas: Sequence[int] = ()) -> Sequence[Area]:
    """Every area visible to somebody with these areas (none: all), in order of code."""
    return session.scalars(select(Area).where(visible(Area.id, areas)).order_by(Area.code)).all()


def tree(session: Session, areas: Sequence[int] = ()) -> tuple[Branch, ...]:
    """The visible part of the tree, from its tops; somebody's own areas are tops where what is above is not theirs."""
    seen = areas_of(session, areas)
    ids = {area.id for area in seen}
    children: dict[int | None, list[Area]] = {}
    for area in seen:
        children.setdefault(area.parent_id if area.parent_id in ids else None, []).append(area)

    def branches(parent_id: int | None) -> tuple[Branch, ...]:
        return tuple(Branch(area, branches(area.id)) for area in children.get(parent_id, []))

    return branches(None)


def flat(branches: Sequence[Branch], depth: int = 0) -> Iterator[tuple[int, Area]]:
    """The tree as lines with their depth, for lists that are indented."""
    for branch in branches:
        yield depth, branch.area
        yield from flat(branch.below, depth + 1)


def by_code(session: Session, code: str, areas: Sequence[int] = ()) -> Area:
    """A visible area by its code. Raises `NOT_FOUND`, also for what lies outside `areas`."""
    found = session.scalars(select(Area).where(Area.code == code, visible(Area.id, areas))).first()
    if found is None:
        raise problems.NOT_FOUND()
    return found


def line(session: Session, area: Area) -> list[Area]:
    """An area with all it lies in, from the root down."""
    ids = [int(part) for part in area.path.strip("/").split("/")]
    found = {one.id: one for one in session.scalars(select(Area).where(Area.id.in_(ids)))}
    return [found[area_id] for area_id in ids]
