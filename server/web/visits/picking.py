"""Answers that are chosen from a list outside the form: areas, households, facilities, any entity list. Found by what is typed.

Offers what phones of these areas get, no more; knows no page, and no request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from server.areas.models import Area
from server.areas.scope import visible
from server.entities.models import Dataset, Entity
from server.households.tables import Facility, Household
from server.review.visit import AREAS

FOUND = 20
"""Rows that a search offers."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A row of a list: `name` is the answer, `code` what a person types for it, `words` what it is."""

    name: str
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of a project as somebody of these areas (ids; none: all) sees them, in a language."""

    session: Session
    project_id: int
    areas: Sequence[int]
    language: str

    def search(self, file: str, words: str) -> list[Offered]:
        """Rows whose code or label, or the code or name of whose area, holds these words: FOUND at most, by code."""
        text = words.strip()
        return list(self._rows(file, _like(file, text))) if text else []

    def named(self, file: str, text: str) -> str | None:
        """The row that a text names, alone: its name, its code, else its label. None where it names none or several."""
        text = text.strip()
        for own in _names(file):
            found = list(self._rows(file, func.upper(own) == text.upper()))
            if found:
                return found[0].name if len(found) == 1 else None
        return None

    def of(self, file: str, name: str) -> Offered | None:
        """The row that is answered, whatever areas see it."""
        where = Area.code == name if file == AREAS else Entity.uuid == name.lower()
        return next(self._rows(file, where, everywhere=True), None)

    def _rows(self, file: str, where: ColumnElement[bool], *, everywhere: bool = False) -> Iterator[Offered]:
        if file == AREAS:
            query = select(Area).where(where, *(() if everywhere else (visible(Area.id, self.areas),)))
            for area in self.session.scalars(query.order_by(Area.code).limit(FOUND)):
                yield Offered(area.code, area.code, area.called(self.language))
            return
        rows = _entities(self.project_id, file).where(where)
        if not everywhere:
            rows = rows.where(Entity.deleted_at.is_(None), visible(Entity.area_id, self.areas))
        for entity, area, code in self.session.execute(rows.limit(FOUND)):
            words = " · ".join(
                part for part in (area.called(self.language) if area else "", entity.label) if part
            )
            yield Offered(entity.uuid, code or entity.uuid, words)


_CODE = func.coalesce(Household.code, Facility.code)


def _entities(project_id: int, file: str) -> Select[Entity, Area, str]:
    return (
        select(Entity, Area, _CODE)
        .join(Dataset, Dataset.id == Entity.dataset_id)
        .outerjoin(Area, Area.id == Entity.area_id)
        .outerjoin(Household, Household.uuid == Entity.uuid)
        .outerjoin(Facility, Facility.uuid == Entity.uuid)
        .where(Dataset.project_id == project_id, Dataset.name == file.removesuffix(".csv"))
        .order_by(_CODE, Entity.id)
    )


def _names(file: str) -> tuple[Any, ...]:
    return (Area.code, Area.name) if file == AREAS else (_CODE, Entity.uuid, Entity.label)


def _like(file: str, text: str) -> ColumnElement[bool]:
    area = or_(Area.code.istartswith(text, autoescape=True), Area.name.icontains(text, autoescape=True))
    if file == AREAS:
        return area
    return or_(_CODE.icontains(text, autoescape=True), Entity.label.icontains(text, autoescape=True), area)
