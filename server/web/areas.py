"""The tree of areas: as a list, and its import from CSV."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import func, select, true

from server import problems
from server.areas import reading
from server.areas.sheet import MOST_BYTES
from server.households.tables import Household
from server.ingest import areas as intake
from server.problems import ProblemError
from server.web.frame.door import access, acting, back_to, reader, render, said, services, session
from server.web.frame.words import tell_problem

areas = Blueprint("areas", __name__, url_prefix="/areas")

EXAMPLE = "code,name,parent,level,lat,lon,name:zh\nA1,Aldermere North,,district,,,阿尔德米尔北\nA1-014,Lower Ford,A1,village,31.21,121.43,下渡\n"


@areas.get("")
def listing() -> Response:
    """The reader's part of the tree, with households in each."""
    return page()


@areas.post("")
def take() -> Response:
    """Take a CSV of areas: all of it or nothing."""
    access().require("area.update")
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise problems.MISSING_PARAMETER(field="file")
        content = file.stream.read(MOST_BYTES + 1)
        with acting() as writing:
            done = intake.take_areas(writing, services(), content, actor_id=reader().id)
    except ProblemError as error:
        return page(error.problem.status, trouble=tell_problem(error))
    numbers = {"created": done.created, "updated": done.updated, "unchanged": done.unchanged}
    said("done", "{created} areas new, {updated} changed, {unchanged} as they were.", **numbers)
    return back_to("/areas")


@areas.get("/example.csv")
def example() -> Response:
    """A small example to begin with."""
    headers = {"Content-Disposition": 'attachment; filename="areas.csv"'}
    return Response("\ufeff" + EXAMPLE, content_type="text/csv; charset=utf-8", headers=headers)


def page(status: int = 200, *, trouble: Any = None) -> Response:
    """The page of areas."""
    mine = access().projects("project.read")
    if mine is not None and not mine:
        raise problems.FORBIDDEN()
    lines = list(reading.flat(reading.tree(session(), access().areas)))
    counts = dict(
        session()
        .execute(
            select(Household.area_id, func.count())
            .where(
                Household.confirmed.is_(True),
                Household.merged_into.is_(None),
                true() if mine is None else Household.project_id.in_(mine),
            )
            .group_by(Household.area_id)
        )
        .all()
    )
    return render(
        "areas/list.html",
        status,
        lines=lines,
        counts=counts,
        trouble=trouble,
        may_import=access().may("area.update"),
        example=EXAMPLE,
    )
