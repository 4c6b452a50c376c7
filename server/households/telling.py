"""What phones are told of a household beyond what submissions say: versions by the server itself, as few as can be."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.entities import datasets, versions
from server.hot import wire
from server.households.determine import HOUSEHOLD
from server.services import Services

LIST = "households"
"""Name of the entity list that is the panel's."""

PHONES_SEE = ("status", "last_visit_on", "next_visit_due")
"""Columns of a household that its entity carries, where the list has such a property."""

_ROW = select(HOUSEHOLD.c.project_id, *(HOUSEHOLD.c[name] for name in PHONES_SEE)).where(
    HOUSEHOLD.c.uuid == bindparam("uuid")
)


def tell_phones(session: Session, services: Services, uuid: str, at: datetime) -> list[int]:
    """Make a derived version where the household's row says something else than its entity does; what the row does not
    know is left as it is.

    Returns the lists that changed: the caller raises their generation, last.
    """
    row = wire(session).execute(_ROW, {"uuid": uuid}).first()
    if row is None:
        return []
    dataset_id = datasets.dataset_id_of(session, row.project_id, LIST)
    if dataset_id is None:
        return []
    known = {name: getattr(row, name) for name in PHONES_SEE}
    values = {name: _text(value) for name, value in known.items() if value is not None}
    return [dataset_id] if versions.derive(session, services.keys, dataset_id, uuid, values, at) else []


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
