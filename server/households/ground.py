"""What the checks need of the tables: where the dwelling is as known, and the bounds of its area. Reads, outside any lock."""

from __future__ import annotations

import json
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from server.areas.models import Area
from server.entities.versions import clean_uuid
from server.hot import Hot, wire
from server.households.checks import Ground, Limits, checks
from server.households.determine import zone_of
from server.households.incoming import Incoming
from server.households.mapping import steps_of
from server.households.projection import text_at
from server.households.tables import HOUSEHOLD
from server.households.times import times_of
from server.services import Services
from server.xforms import Finding

_AREA = cast(Table, Area.__table__)
_HOME = Hot(
    select(HOUSEHOLD.c.dwelling, _AREA.c.boundary)
    .select_from(HOUSEHOLD.outerjoin(_AREA, _AREA.c.id == HOUSEHOLD.c.area_id))
    .where(HOUSEHOLD.c.uuid == bindparam("uuid"), HOUSEHOLD.c.project_id == bindparam("project"))
)
_BOUNDS = Hot(select(_AREA.c.boundary).where(_AREA.c.code == bindparam("code")))


def findings_of(
    session: Session, services: Services, incoming: Incoming, limits: Limits | None = None
) -> list[Finding]:
    """All domain findings of a submission, its surroundings looked up. None where its form maps nothing."""
    plan = incoming.plan
    if plan is None:
        return []
    times = times_of(plan, incoming.record, incoming.received_at, zone_of(incoming.timezone))
    ground = ground_of(session, services, incoming)
    return list(checks(plan, incoming.record, times, ground, limits, incoming.received_at))


def ground_of(session: Session, services: Services, incoming: Incoming) -> Ground:
    """The dwelling and the area's boundary of a household that is known, else the boundary of the area named."""
    plan = incoming.plan
    assert plan is not None
    connection = wire(session)
    if plan.kind == "household":
        block = next((saved.block for saved in incoming.entities if saved.block.path == plan.key), None)
        named = block.id if block is not None else text_at(incoming.record, steps_of(plan.key))
        row = _HOME.first(connection, {"uuid": clean_uuid(named), "project": incoming.project_id})
        if row is not None:
            box, boundary = row
            dwelling = box and json.loads(services.keys.open(box, "household.dwelling"))
            return Ground(dwelling=dwelling, boundary=_geometry(boundary))
    path = plan.key if plan.kind == "area" else plan.area
    code = None if path is None else text_at(incoming.record, steps_of(path))
    return Ground(boundary=_geometry(_BOUNDS.scalar(connection, {"code": code}) if code else None))


def _geometry(text: str | None) -> dict[str, Any] | None:
    """A boundary as imported: a geometry, or a Feature around one."""
    if not text:
        return None
    read = json.loads(text)
    found = read.get("geometry", read) if isinstance(read, dict) else None
    return found if isinstance(found, dict) else None
