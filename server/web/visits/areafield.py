"""The fields by which a list is cut to an area, and areas are given to somebody: the reader's areas, or a search among too many.

A page carries SELECTABLE areas at most, however many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request
from sqlalchemy import func, or_, select

from server import problems
from server.areas import reading as areas
from server.areas.models import Area
from server.areas.scope import NOWHERE, visible
from server.web.frame.door import access, render, session, whole

SELECTABLE = 300
"""Areas that a select still holds: beyond it a thumb finds nothing."""

FOUND = 20
"""Areas that a search offers."""


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


def area_picks(chosen: Sequence[int]) -> AreaField:
    """The field by which areas are given to somebody: all of the reader's to tick, or, where they are too many, those
    given already, and more are typed."""
    field = area_field()
    if not field.many:
        return field
    query = select(Area).where(Area.id.in_(chosen)).order_by(Area.code)
    return AreaField([(0, area) for area in session().scalars(query)], True)


def areas_given() -> list[int]:
    """Ids of the areas that a form of the page gives: ticked, or typed by code or name with commas between.

    Raises `NO_SUCH_KEY` for what names no area.
    """
    given = [number for one in request.form.getlist("areas") if (number := whole(one)) is not None]
    for text in filter(str.strip, request.form.get("more_areas", "").split(",")):
        found = area_named(text)
        if found == NOWHERE:
            raise problems.NO_SUCH_KEY(field="areas", value=text.strip()[:80], table="area")
        given.append(found)
    return given


def search(words: str) -> Sequence[Area]:
    """The reader's areas whose code begins so or whose name holds these words, FOUND at most, in order of code."""
    text = words.strip()
    if not text:
        return ()
    fits = or_(Area.code.istartswith(text, autoescape=True), Area.name.icontains(text, autoescape=True))
    query = select(Area).where(visible(Area.id, access().areas), fits)
    return session().scalars(query.order_by(Area.code).limit(FOUND)).all()


def area_options() -> Response:
    """The reader's areas that fit what is being typed, as options: after the last comma, where several are typed."""
    before, comma, last = request.args.get("more_areas", "").rpartition(",")
    found = search(last or request.args.get("place", ""))
    return render("visits/area_options.html", found=found, before=before + comma)


def area_named(text: str) -> int:
    """The id of the area that somebody typed: its code, else the first of that name, of the reader's; else NOWHERE."""
    mine = visible(Area.id, access().areas)
    for own in (func.upper(Area.code), func.upper(Area.name)):
        query = select(Area.id).where(own == text.strip().upper(), mine).order_by(Area.code).limit(1)
        if (found := session().scalar(query)) is not None:
            return found
    return NOWHERE
