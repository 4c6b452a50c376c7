"""The field by which a list is cut to an area: a select of the reader's areas, or, where they are too many for one, a search.

A page carries SELECTABLE areas at most, however many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import defer

from server.areas import reading as areas
from server.areas.models import Area
from server.areas.scope import visible
from server.web.frame.door import access, session

SELECTABLE = 300
"""Areas that a select still holds: beyond it a thumb finds nothing."""

FOUND = 20
"""Areas that a search offers."""

NOWHERE = 0
"""The id of no area: what a search asks for that finds none."""


@dataclass(frozen=True, slots=True)
class AreaField:
    """`lines` (depth, area) to choose from; `many`: too many for that, one types a name or code."""

    lines: Sequence[tuple[int, Area]]
    many: bool


def area_field() -> AreaField:
    """The field as this reader gets it."""
    some = select(Area.id).where(visible(Area.id, access().areas)).limit(SELECTABLE + 1).subquery()
    if (session().scalar(select(func.count()).select_from(some)) or 0) > SELECTABLE:
        return AreaField((), True)
    return AreaField(list(areas.flat(areas.tree(session(), access().areas))), False)


def search(words: str) -> Sequence[Area]:
    """The reader's areas whose code begins so or whose name holds these words, FOUND at most, in order of code."""
    text = words.strip()
    if not text:
        return ()
    fits = or_(Area.code.istartswith(text, autoescape=True), Area.name.icontains(text, autoescape=True))
    query = select(Area).where(visible(Area.id, access().areas), fits).options(defer(Area.boundary))
    return session().scalars(query.order_by(Area.code).limit(FOUND)).all()


def area_named(text: str) -> int:
    """The id of the area that somebody typed: its code, else the first of that name, else NOWHERE. Scope is the list's."""
    for own in (func.upper(Area.code), func.upper(Area.name)):
        query = select(Area.id).where(own == text.strip().upper()).order_by(Area.code).limit(1)
        if (found := session().scalar(query)) is not None:
            return found
    return NOWHERE
