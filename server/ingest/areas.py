"""An import of areas and what follows from it: who gets which entities changes, so every list is made anew."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from server.accounts import audit
from server.areas.importing import Imported, import_areas
from server.areas.sheet import Sheet
from server.entities.datasets import touch_all
from server.services import Services


def take_areas(
    session: Session,
    services: Services,
    sheet: bytes | Sheet,
    *,
    actor_id: int | None,
    confirmed: bool | Collection[str] = False,
) -> Imported:
    """Take a CSV of areas, and record it where it changed anything. Give what `areas.sheet.read_sheet` made of it where
    others wait.

    Raises `AREAS_INVALID` (`areas.importing.import_areas`).
    """
    done = import_areas(session, services.keys, sheet, actor_id=actor_id, confirmed=confirmed)
    if done.created or done.updated:
        touch_all(session)
        numbers = {"created": done.created, "updated": done.updated, "unchanged": done.unchanged}
        audit.record(session, "areas.import", actor_id=actor_id, actee="area", details=numbers)
    return done
