"""The rows: a monitoring table to filter, page through and download, with its codebook."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import problems
from server.areas.scope import visible
from server.db import utcnow
from server.exports.cells import stream
from server.households import reading
from server.households.tables import TABLES, Monitored
from server.review import queue
from server.streaming import streamed
from server.web import codes, tallies
from server.web.frame.door import access, project_of, render, services, session, whole
from server.web.frame.show import zone
from server.web.visits.areafield import area_field, area_named

tables = Blueprint("tables", __name__, url_prefix="/p/<num:project_id>/tables")

SIZE = 100

MOST_OF_A_VISIT = 5000
"""Rows of one visit that a page shows: more than a form's repeats may have."""


@tables.get("")
def listing(project_id: int) -> Response:
    """Every table with how many households or facilities it knows, and what it is about."""
    project = project_of(project_id, "monitoring.read")
    rows = [(one, _count(one, project_id)) for one in TABLES.values()]
    return render("tables/list.html", project=project, rows=rows, most=tallies.MOST, codes=codes)


@tables.get("/<table>")
def overview(project_id: int, table: str) -> Response:
    """A page of rows: current ones, or with `history=1` all that stand; `visit` shows what one visit wrote."""
    project = project_of(project_id, "monitoring.read")
    monitored = _table(table)
    given = {key: request.args.get(key, "").strip() for key in ("area", "place", "history", "since", "visit")}
    kept = {key: value for key, value in given.items() if value}
    history = bool(given["history"] or given["visit"])
    asked = _asked(project_id, given, history)
    if given["visit"]:
        rows, after = _of_visit(project_id, table, given["visit"]), None
    else:
        cursor = request.args.get("after") or None
        page = reading.page(
            session(), services(), table, asked, after=cursor, limit=SIZE, newest_first=history
        )
        rows, after = page.rows, page.after
    return render(
        "tables/one.html",
        project=project,
        table=table,
        monitored=monitored,
        headings=_shown(table, history),
        codebook=_shown(table, False),
        rows=rows,
        next=after,
        given=given,
        kept=kept,
        history=history,
        areas=area_field(),
        codes=codes,
    )


@tables.get("/<table>.csv")
def download(project_id: int, table: str) -> Response:
    """The same rows as CSV: codes as they are stored, protected values left out or rounded. Streams."""
    project_of(project_id, "monitoring.read")
    _table(table)
    given = {key: request.args.get(key, "").strip() for key in ("area", "place", "history", "since")}
    return rows_as_csv(table, _asked(project_id, given, bool(given["history"])))


def rows_as_csv(table: str, asked: reading.Asked) -> Response:
    """Rows of a table as a CSV to keep. Streams."""
    names = [heading.name for heading in reading.headings(table, history=asked.history)]
    name = f"{table}{'-history' if asked.history else ''}-{utcnow().astimezone(zone()):%Y-%m-%d}.csv"
    return streamed(
        lambda own: stream(names, _cells(own, table, asked), bom=True),
        "text/csv; charset=utf-8",
        {"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _cells(own: Session, table: str, asked: reading.Asked) -> Iterator[list[Any]]:
    for row in reading.stream(own, services(), table, asked):
        yield [codes.plain_cell(value) for value in row]


def _asked(project_id: int, given: dict[str, str], history: bool) -> reading.Asked:
    since = None
    if given["since"]:
        try:
            since = datetime.combine(datetime.fromisoformat(given["since"]).date(), time(0), zone())
        except ValueError:
            given["since"] = ""
    return reading.Asked(
        project_id=project_id,
        areas=access().areas,
        area_id=area_named(given["place"]) if given["place"] else whole(given["area"]),
        history=history,
        since=since,
    )


def _of_visit(project_id: int, table: str, visit: str) -> list[reading.Row]:
    """The rows that a visit wrote, whether they stand or not."""
    number = whole(visit)
    if number is None:
        raise problems.NOT_FOUND()
    one = queue.by_id(session(), project_id, number, areas=access().areas)
    asked = reading.Asked(history=True, standing=False, submission_id=one.id)
    return reading.page(session(), services(), table, asked, limit=MOST_OF_A_VISIT).rows


def _shown(table: str, history: bool) -> list[reading.Heading]:
    beside = codes.BESIDE - {"confirmed"} if table in ("household", "facility") else codes.BESIDE
    if not history:
        beside |= {"path", "recorded_at"}
    return [h for h in reading.headings(table, history=history) if h.name not in beside]


def _table(table: str) -> Monitored:
    found = TABLES.get(table)
    if found is None:
        raise problems.NOT_FOUND()
    return found


def _count(one: Monitored, project_id: int) -> int:
    columns = one.current.c
    some = (
        select(columns[one.current_key])
        .where(columns.project_id == project_id, visible(columns.area_id, access().areas))
        .limit(tallies.MOST + 1)
        .subquery()
    )
    return session().scalar(select(func.count()).select_from(some)) or 0
