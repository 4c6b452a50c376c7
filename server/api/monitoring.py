"""The household monitoring database over REST: ours, under /v1/monitoring. Reads only; areas are in `areas`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask import Response
from marshmallow import fields
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server import problems
from server.accounts import opening
from server.accounts.access import Access
from server.accounts.roles import Verb
from server.api.caller import services
from server.api.files import disposition
from server.api.plumbing import blueprint, json_answer, page
from server.api.schemas import Instant, Plain, instant
from server.api.submission_views import reason_given
from server.areas import reading as areas
from server.areas.scope import visible
from server.db import db
from server.exports.tables import as_csv
from server.forms import projects
from server.forms.models import Project
from server.households import reading
from server.households.reading import Asked
from server.households.tables import TABLES, Facility, Household
from server.ingest.models import Submission
from server.streaming import streamed

monitoring = blueprint("Monitoring", "The household monitoring database")

PAGE, LARGEST_PAGE = 1000, 5000


class ColumnSchema(Plain):
    """A column: types as in docs (i, d, b, t, c, l, p, date; key, time and origin beside answers)."""

    name = fields.String()
    type = fields.String()
    unit = fields.String(allow_none=True)
    label = fields.String()
    protected = fields.Boolean()


class TableSchema(Plain):
    """A table, and how many current rows of it the caller sees."""

    name = fields.String()
    columns = fields.List(fields.Nested(ColumnSchema))
    rows = fields.Integer()


class RowsQuery(Plain):
    """Which rows."""

    project = fields.Integer()
    area = fields.String()
    since = Instant()
    history = fields.String()
    cursor = fields.String()
    limit = fields.Integer()


@monitoring.get("/monitoring/tables")
@monitoring.requires()
@monitoring.asks(RowsQuery)
@monitoring.answers(TableSchema, many=True)
def list_tables(access: Access, query: dict[str, Any]) -> list[dict[str, Any]]:
    """Every table with its columns; `?project=` counts one project's rows."""
    session = db.session()
    asked = _asked(access, query)
    return [
        {
            "name": name,
            "columns": [
                {
                    "name": head.name,
                    "type": head.type,
                    "unit": head.unit,
                    "label": head.comment,
                    "protected": head.protected,
                }
                for head in reading.headings(name)
            ],
            "rows": _count(session, name, _of(name, replace(asked, history=False))),
        }
        for name in TABLES
    ]


@monitoring.get("/monitoring/tables/<name>")
@monitoring.requires()
@monitoring.asks(RowsQuery)
def read_table(access: Access, query: dict[str, Any], name: str) -> Response:
    """Rows of a table, a page at a time: current ones, or with `?history=1` all that stand, in order of receipt.

    `since`: recorded at or after it; `cursor`: `next` of the page before. Protected values are
    null and points rounded, unless the caller may open them and gives a reason (X-Reason).
    """
    session = db.session()
    asked = _of(name, _asked(access, query))
    limit = page().limit
    size = PAGE if limit is None else max(1, min(limit, LARGEST_PAGE))
    exact = _exact(access, asked, name)
    found = reading.page(
        session, services(), name, asked, after=query.get("cursor") or None, limit=size, exact=exact
    )
    return json_answer({"rows": _rows(session, name, asked, found.rows), "next": found.after})


@monitoring.get("/monitoring/tables/<name>.csv")
@monitoring.requires()
@monitoring.asks(RowsQuery)
def download_table(access: Access, query: dict[str, Any], name: str) -> Response:
    """The same rows as CSV, all of them, streamed."""
    asked, house = _of(name, _asked(access, query)), services()
    reading.headings(name, history=asked.history)  # an unknown table is told before anything is sent
    exact = _exact(access, asked, name)
    response = streamed(
        lambda session: as_csv(session, house, name, asked, exact=exact), "text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = disposition(f"{name}.csv")
    return response


def _asked(access: Access, query: dict[str, Any]) -> Asked:
    """The query as far as this caller may ask it. Raises `FORBIDDEN`, `NOT_FOUND` (project, area), `MISSING_PARAMETER`."""
    session, project = db.session(), query.get("project")
    if project is not None:
        projects.get(session, project)
        access.require(Verb.MONITORING_READ, project)
    elif (held := access.projects(Verb.MONITORING_READ)) is not None:
        seen = [one.id for one in projects.projects(session, held)]
        if not seen:
            raise problems.FORBIDDEN()
        if len(seen) > 1:
            raise problems.MISSING_PARAMETER(field="project")
        project = seen[0]
    area = areas.by_code(session, query["area"], access.areas).id if query.get("area") else None
    return Asked(
        project_id=project,
        areas=access.areas,
        area_id=area,
        history=query.get("history", "").lower() in {"1", "true"},
        since=query.get("since"),
    )


def _of(name: str, asked: Asked) -> Asked:
    """What is asked of a table: without a project, of all those that are not in the bin."""
    if asked.project_id is not None or name not in TABLES:
        return asked
    table = TABLES[name].history if asked.history else TABLES[name].current
    gone = select(Project.id).where(Project.deleted_at.is_not(None))
    return replace(asked, where=(table.c.project_id.not_in(gone),))


def _exact(access: Access, asked: Asked, name: str) -> bool:
    """Whether protected values are asked for (X-Reason) and may be had; each opening is audited. Raises `PROTECTED`."""
    if name not in TABLES:
        return False
    what = opening.Protected(
        f"table:{name}", asked.project_id, area_id=asked.area_id, details={"history": asked.history}
    )
    return opening.opens(services(), access, reason_given(), what)


def _count(session: Session, name: str, asked: Asked) -> int:
    table = TABLES[name].current
    query = select(func.count()).select_from(table).where(visible(table.c.area_id, asked.areas), *asked.where)
    if asked.project_id is not None:
        query = query.where(table.c.project_id == asked.project_id)
    return session.scalar(query) or 0


def _rows(session: Session, name: str, asked: Asked, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as JSON has them: `id` and `project` first; a current row has the id of the row of history that it shows."""
    project_of = _projects(session, name, asked, found)
    shown = []
    for row in found:
        one = {"id": row["id"], "project": project_of(row)}
        one |= {key: _json(value) for key, value in row.items() if key != "submission_id"}
        shown.append(one)
    return shown


def _projects(session: Session, name: str, asked: Asked, found: Sequence[dict[str, Any]]) -> Any:
    if asked.project_id is not None:
        return lambda row: asked.project_id
    query: Select[Any, int]
    if found and "submission_id" in found[0]:
        key = "submission_id"
        query = select(Submission.id, Submission.project_id).where(
            Submission.id.in_({row[key] for row in found})
        )
    else:
        key = TABLES[name].subject
        whose = Household if key == "household" else Facility
        query = select(whose.code, whose.project_id).where(whose.code.in_([row[key] for row in found]))
    known = {row[0]: row[1] for row in session.execute(query)}
    return lambda row: known.get(row[key])


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    return value.isoformat() if isinstance(value, date) else value
