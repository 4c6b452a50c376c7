"""The tree of areas over REST: ours, under /v1/monitoring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems
from server.accounts.access import Access
from server.accounts.roles import Verb
from server.api.caller import services
from server.api.files import body_of
from server.api.plumbing import blueprint, flag, writing
from server.api.schemas import AreaSchema, Plain
from server.areas import reading
from server.areas.models import Area
from server.areas.sheet import MOST_BYTES, read_sheet
from server.db import db
from server.ingest import areas as intake

areas = blueprint("Areas", "The tree of areas")


class ImportedSchema(Plain):
    """What an import did, in numbers of areas."""

    created = fields.Integer()
    updated = fields.Integer()
    unchanged = fields.Integer()


@areas.get("/monitoring/areas")
@areas.requires()
@areas.answers(AreaSchema, many=True)
def list_areas(access: Access) -> list[dict[str, Any]]:
    """Every area that the caller sees, in order of code. A phone and a person without any project see none."""
    if access.projects(Verb.PROJECT_READ) == frozenset():
        raise problems.FORBIDDEN()
    session = db.session()
    code_of = {row[0]: row[1] for row in session.execute(select(Area.id, Area.code))}
    return [
        {
            "code": area.code,
            "name": area.name,
            "names": area.names,
            "level": area.level,
            "parent": code_of.get(area.parent_id or 0),
            "lat": area.lat,
            "lon": area.lon,
        }
        for area in reading.areas_of(session, access.areas)
    ]


@areas.post("/monitoring/areas")
@areas.requires(Verb.AREA_UPDATE, transact=False)
@areas.answers(ImportedSchema)
def take_areas(access: Access) -> Any:
    """Import areas from CSV (`text/csv`: code,name,parent,level,lat,lon and name:<language>), all of it or nothing; `?confirm=true`
    lets areas leave the one they lie in."""
    sheet = read_sheet(body_of(request, MOST_BYTES, "areas"))
    with writing() as session:
        done = intake.take_areas(
            session, services(), sheet, actor_id=access.actor_id, confirmed=flag("confirm")
        )
    return {"created": done.created, "updated": done.updated, "unchanged": done.unchanged}


def ids_of_codes(session: Session, codes: Sequence[str]) -> list[int]:
    """Area ids of codes. Raises `NO_SUCH_KEY` for the first that is not there."""
    found = {
        row[0]: row[1] for row in session.execute(select(Area.code, Area.id).where(Area.code.in_(codes)))
    }
    for code in codes:
        if code not in found:
            raise problems.NO_SUCH_KEY(field="areas", value=code, table="area")
    return [found[code] for code in codes]
