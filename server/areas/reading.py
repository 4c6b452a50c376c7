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


def below(
    session: Session, parent: Area | None, areas: Sequence[int] = (), *, after: str = "", size: int = 100
) -> tuple[Sequence[Area], str | None]:
    """The areas directly in one (None: the tops that somebody with `areas` sees), in order of code, and the code that the
    next page comes after, if there is one. Whether the reader sees `parent` is asked by `by_code`."""
    query = select(Area).where(Area.code > after).order_by(Area.code).limit(size + 1)
    if parent is not None:
        query = query.where(Area.parent_id == parent.id)
    elif areas:
        query = query.where(Area.id.in_(_tops(session, areas)))
    else:
        query = query.where(Area.parent_id.is_(None))
    found = session.scalars(query).all()
    return found[:size], found[size - 1].code if len(found) > size else None


def _tops(session: Session, areas: Sequence[int]) -> list[int]:
    """Those of somebody's areas that lie in no other of theirs."""
    paths = session.execute(select(Area.id, Area.path).where(Area.id.in_(areas))).all()
    return [one.id for one in paths if not any(one.path.startswith(o.path) for o in paths if o.id != one.id)]


def by_code(session: Session, code: str, areas: Sequence[int] = ()) -> Area:
    """A visible area by its code. Raises `NOT_FOUND`, also for what lies outside `areas`."""
    found = session.scalars(select(Area).where(Area.code == code, visible(Area.id, areas))).first()
    if found is None:
        raise problems.NOT_FOUND()
    return found


def line(session: Session, area: Area, areas: Sequence[int] = ()) -> list[Area]:
    """An area with all it lies in, from the root down; from the first that somebody with `areas` sees."""
    ids = [int(part) for part in area.path.strip("/").split("/")]
    if areas:
        ids = ids[next(at for at, area_id in enumerate(ids) if area_id in areas) :]
    found = {one.id: one for one in session.scalars(select(Area).where(Area.id.in_(ids)))}
    return [found[area_id] for area_id in ids]
