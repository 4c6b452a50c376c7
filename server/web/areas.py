"""The tree of areas: opened level by level, on a map, and its import from CSV."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import InstrumentedAttribute

from server import problems
from server.areas import reading
from server.areas.models import Area
from server.areas.sheet import MOST_BYTES, read_sheet
from server.households.tables import Household
from server.ingest import areas as intake
from server.problems import ProblemError
from server.web.frame.door import access, acting, back_to, reader, render, said, services, session
from server.web.frame.words import language, tell_problem
from server.web.shapes import shapes

areas = Blueprint("areas", __name__, url_prefix="/areas")

SIZE = 100
"""Areas a page."""

MOST_KEPT = 5_000_000
"""Bytes of a sheet that travels with the question whether it is meant; a larger one is chosen again."""

EXAMPLE = "code,name,parent,level,lat,lon,name:zh\nA1,Aldermere North,,district,,,阿尔德米尔北\nA1-014,Lower Ford,A1,village,31.21,121.43,下渡\n"


@areas.get("")
def listing() -> Response:
    """The reader's part of the tree, level by level, with households in each."""
    return page()


@areas.post("")
def take() -> Response:
    """Take a CSV of areas: all of it or nothing. Where areas would leave the one they lie in, the page asks first: `leaving`
    are the codes of those of which it was told, and the sheet comes back with them (`sheet`) or is chosen again."""
    access().require("area.update")
    content = b""
    try:
        content = _given()
        session().rollback()  # reading boundaries takes seconds: nothing is open meanwhile
        sheet = read_sheet(content)
        told = frozenset(request.form.get("leaving", "").split())
        with acting() as writing:
            done = intake.take_areas(writing, services(), sheet, actor_id=reader().id, confirmed=told)
    except ProblemError as error:
        if moves := error.details.get("moves"):
            kept = base64.b64encode(content).decode() if len(content) <= MOST_KEPT else ""
            return page(error.problem.status, ask={"moves": moves, "sheet": kept})
        return page(error.problem.status, trouble=tell_problem(error))
    numbers = {"created": done.created, "updated": done.updated, "unchanged": done.unchanged}
    said("done", "{created} areas new, {updated} changed, {unchanged} as they were.", **numbers)
    return back_to("/areas")


def _given() -> bytes:
    """The sheet that was chosen, else the one that travelled with the question. Raises `MISSING_PARAMETER`."""
    file = request.files.get("file")
    if file is not None and file.filename:
        return file.stream.read(MOST_BYTES + 1)
    try:
        kept = base64.b64decode(request.form.get("sheet", ""), validate=True)
    except ValueError:
        kept = b""
    if not kept:
        raise problems.MISSING_PARAMETER(field="file")
    return kept


@areas.get("/example.csv")
def example() -> Response:
    """A small example to begin with."""
    headers = {"Content-Disposition": 'attachment; filename="areas.csv"'}
    return Response("\ufeff" + EXAMPLE, content_type="text/csv; charset=utf-8", headers=headers)


def page(status: int = 200, *, trouble: Any = None, ask: dict[str, Any] | None = None) -> Response:
    """One area (`?in=`, else the tops of what the reader sees) with what lies directly in it, a page at a time."""
    mine = access().projects("project.read")
    if mine is not None and not mine:
        raise problems.FORBIDDEN()
    own, code, after = access().areas, request.args.get("in", ""), request.args.get("after", "")
    here = reading.by_code(session(), code, own) if code else None
    shown, further = reading.below(session(), here, own, after=after, size=SIZE)
    if here is None and len(shown) == 1 and not after:
        here = shown[0]
        shown, further = reading.below(session(), here, own, size=SIZE)
    at = [] if here is None else [here]
    ids = [area.id for area in [*shown, *at]]
    points = [
        {
            "lat": one.lat,
            "lon": one.lon,
            "kind": "area",
            "label": one.called(language()),
            "href": _to(one.code),
        }
        for one in (shown or at)
        if one.lat is not None and one.lon is not None
    ]
    return render(
        "areas/list.html",
        status,
        at=here,
        line=[] if here is None else reading.line(session(), here, own),
        shown=shown,
        next=further,
        below=_counted(Area.parent_id, Area.parent_id.in_(ids)),
        counts=_counted(Household.area_id, *_households(mine), Household.area_id.in_(ids)),
        points=shapes([one.id for one in at])
        + shapes([one.id for one in shown], href=_to("{code}"))
        + points,
        trouble=trouble,
        ask=ask,
        may_import=access().may("area.update"),
        example=EXAMPLE,
    )


def _to(code: str) -> str:
    return f"/areas?in={code}"


def _households(mine: frozenset[int] | None) -> Sequence[ColumnElement[bool]]:
    seen = true() if mine is None else Household.project_id.in_(mine)
    return Household.confirmed.is_(True), Household.merged_into.is_(None), seen


def _counted(by: InstrumentedAttribute[Any], *where: ColumnElement[bool]) -> dict[int, int]:
    """How many rows there are by a column."""
    rows = session().execute(select(by, func.count()).where(*where).group_by(by))
    return {row[0]: row[1] for row in rows}
