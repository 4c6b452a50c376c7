"""What do we know of a household, and from when? Its facts with their source visits, photos over time, its own copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import ColumnElement, func, or_, select

from server import problems
from server.accounts import opening
from server.areas.models import Area
from server.areas.scope import visible
from server.db import utcnow
from server.households import merge as merging
from server.households import reading
from server.households.due import due, next_visit
from server.households.reading import Heading, HouseholdView
from server.households.tables import Household, Observation
from server.ingest.models import Submission
from server.review import queue
from server.web import codes, tallies
from server.web.frame.door import (
    access,
    project_of,
    render,
    services,
    session,
    whole,
)
from server.web.frame.show import today
from server.web.frame.words import tell_problem
from server.web.tables import rows_as_csv
from server.web.visits.areafield import area_field, area_named
from server.web.visits.cards import cards
from server.web.visits.filters import own_filter
from server.web.visits.listing import MOST_PAGES, pages_asked

households = Blueprint("households", __name__, url_prefix="/p/<num:project_id>/households")

SIZE = 50

VISITS = 24
"""Visits that a household's page lists."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One answer that stands: column, value in words, unit, whether it is protected."""

    heading: Heading
    value: Any


@dataclass(frozen=True, slots=True)
class Known:
    """A table's current row of a household: its facts, when they were so, the visit that says so."""

    table: str
    facts: tuple[Fact, ...]
    observed_at: Any
    visit: int | None


@households.get("")
def listing(project_id: int) -> Response:
    """The households of the reader's areas, by code."""
    project = project_of(project_id, "monitoring.read")
    given, where = _asked(project_id)
    some = select(Household.uuid).where(*where).limit(tallies.MOST + 1).subquery()
    after, pages = request.args.get("after"), pages_asked()
    size = SIZE * (1 if after else pages)
    query = select(Household).where(*where).order_by(Household.code).limit(size + 1)
    if after:
        query = query.where(Household.code > after)
    found = list(session().scalars(query))
    areas = {one.area_id for one in found}
    known = {area.id: area for area in session().scalars(select(Area).where(Area.id.in_(areas)))}
    kept: dict[str, Any] = {key: value for key, value in given.items() if value}
    at = partial(url_for, "web.households.listing", project_id=project_id, **kept, pages=pages + 1)
    return render(
        "households/list.html",
        project=project,
        found=found[:size],
        areas_of=known,
        more=at(after=found[size - 1].code) if len(found) > size else None,
        whole=at() if pages < MOST_PAGES else None,
        given=given,
        kept=kept,
        areas=area_field(),
        count=session().scalar(select(func.count()).select_from(some)) or 0,
        most=tallies.MOST,
        code_words=codes.code_words,
        today=today(),
        next_visit=next_visit,
    )


@households.get(".csv")
def download(project_id: int) -> Response:
    """The same households as CSV: the rows of the table `household`, as that is downloaded."""
    project_of(project_id, "monitoring.read")
    _given, where = _asked(project_id)
    return rows_as_csv("household", reading.Asked(project_id, access().areas, where=tuple(where)))


def _asked(project_id: int) -> tuple[dict[str, str], list[ColumnElement[bool]]]:
    """What the address asks for, and the conditions that say it. Those that became part of another only by their status."""
    given = {key: request.args.get(key, "").strip() for key in ("q", "area", "place", "status", "due")}
    where = [Household.project_id == project_id, visible(Household.area_id, access().areas)]
    if given["q"]:
        wanted = given["q"].upper().replace("\\", "").replace("%", "").replace("_", "")
        where.append(Household.code.like(f"%{wanted}%"))
    if (area_id := whole(given["area"])) is not None:
        where.append(visible(Household.area_id, (area_id,)))
    if given["place"]:
        where.append(visible(Household.area_id, (area_named(given["place"]),)))
    if given["status"]:
        where.append(Household.status == given["status"])
    else:
        where.append(or_(Household.status.is_(None), Household.status != "merged"))
        where.append(Household.merged_into.is_(None))
    if given["due"]:
        where.append(due(today()))
    return given, where


@households.get("/<code>")
def overview(project_id: int, code: str) -> Response:
    """All that is known now, each fact with its source."""
    project_of(project_id, "monitoring.read")
    return page(project_id, code)


@households.post("/<code>/exact")
def exact(project_id: int, code: str) -> Response:
    """The same with contact and exact points, for this one look, with a reason that is kept."""
    project_of(project_id, "monitoring.read")
    if not _opens(project_id, code):
        return page(project_id, code, 422, trouble=tell_problem(problems.REASON_NEEDED()))
    return page(project_id, code, exact=True)


@households.route("/<code>/copy", methods=["GET", "POST"])
def copy(project_id: int, code: str) -> Response:
    """The household's own copy, to print: what is held under its code. Whole only with a reason, which is kept."""
    project = project_of(project_id, "monitoring.read")
    whole = request.method == "POST" and _opens(project_id, code)
    view = view_of(project_id, code, exact=whole)
    return render(
        "households/copy.html",
        project=project,
        code=code,
        view=view,
        own=facts_of("household", view.household),
        known=list(known_of(view)),
        visits=cards(visits_to(project_id, view.uuid)),
        whole=whole,
        codes=codes,
        may_open=opening.may_open(access(), project_id),
        now=utcnow(),
    )


def page(
    project_id: int,
    code: str,
    status: int = 200,
    *,
    exact: bool = False,
    trouble: Any = None,
    errors: Mapping[str, Any] | None = None,
    typed: str = "",
) -> Response:
    """The page of a household."""
    project = project_of(project_id)
    view = view_of(project_id, code, exact=exact)
    row = session().get_one(Household, view.uuid)
    found = visits_to(project_id, view.uuid)
    return render(
        "households/one.html",
        status,
        project=project,
        code=code,
        view=view,
        row=row,
        area=session().get(Area, row.area_id) if row.area_id is not None else None,
        own=facts_of("household", view.household),
        known=list(known_of(view)),
        visits=cards(found),
        exact=exact,
        trouble=trouble,
        errors=errors or {},
        typed=typed,
        codes=codes,
        may_open=opening.may_open(access(), project_id),
        may_merge=access().may("household.merge", project_id),
        enrolment=session().get(Submission, row.created_by) if row.created_by is not None else None,
        today=today(),
        next_visit=next_visit,
    )


def view_of(project_id: int, code: str, *, exact: bool = False) -> HouseholdView:
    """All that is known under a code, within the reader's areas. Raises NOT_FOUND."""
    return reading.household(
        session(), services(), code, project_id=project_id, areas=access().areas, exact=exact
    )


def known_of(view: HouseholdView) -> Iterator[Known]:
    """The tables that say something of it."""
    for table, rows in view.tables.items():
        for row in rows:
            facts = facts_of(table, row)
            if facts:
                yield Known(table, facts, row.get("observed_at"), row.get("submission_id"))


def facts_of(table: str, row: Mapping[str, Any]) -> tuple[Fact, ...]:
    """The answers of a row that were given; points as one fact."""
    facts = []
    for heading in reading.headings(table):
        if heading.type in ("key", "time", "origin") or row.get(heading.name) in (None, "", []):
            continue
        if heading.name == "next_visit_due" and not next_visit(row["status"], row["next_visit_due"]):
            continue
        facts.append(Fact(heading, codes.worded(table, heading, row[heading.name])))
    return tuple(facts)


def visits_to(project_id: int, uuid: str) -> list[Submission]:
    """The newest visits to a household and to those that became part of it, as far as the reader may list them."""
    of = [f"household:{one}" for one in merging.merged_below(session(), uuid)]
    seen = select(Observation.submission_id).where(Observation.subject == uuid)
    query = select(Submission).where(
        queue.conditions(session(), own_filter(project_id)),
        or_(Submission.subject.in_(of), Submission.id.in_(seen)),
    )
    return list(session().scalars(query.order_by(Submission.id.desc()).limit(VISITS)))


def _opens(project_id: int, code: str) -> bool:
    """Whether the form that was sent gives a reason to open what is protected of a household. Raises PROTECTED."""
    row = session().get_one(Household, view_of(project_id, code).uuid)
    what = opening.Protected(f"household:{row.uuid}", project_id, area_id=row.area_id, details={"code": code})
    return opening.opens(services(), access(), request.form.get("reason", ""), what)
