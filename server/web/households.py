"""What do we know of a household, and from when? Its facts with their source visits, photos over time, merging, its own copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import func, or_, select

from server import problems
from server.accounts import audit
from server.areas.models import Area
from server.areas.scope import visible
from server.db import utcnow
from server.households import merge as merging
from server.households import reading
from server.households.reading import Heading, HouseholdView
from server.households.tables import Household, Observation
from server.ingest.models import Submission
from server.problems import ProblemError
from server.review import queue
from server.web import codes, tallies
from server.web.frame.door import (
    access,
    acting,
    back_to,
    project_of,
    reader,
    render,
    said,
    services,
    session,
    whole,
)
from server.web.frame.words import tell_problem
from server.web.visits.cards import cards
from server.web.visits.filters import area_lines, own_filter

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
    given = {key: request.args.get(key, "").strip() for key in ("q", "area", "status", "due")}
    where = [Household.project_id == project_id, visible(Household.area_id, access().areas)]
    if given["q"]:
        wanted = given["q"].upper().replace("\\", "").replace("%", "").replace("_", "")
        where.append(Household.code.like(f"%{wanted}%"))
    if (area_id := whole(given["area"])) is not None:
        where.append(visible(Household.area_id, (area_id,)))
    if given["status"]:
        where.append(Household.status == given["status"])
    else:
        where.append(or_(Household.status.is_(None), Household.status != "merged"))
        where.append(Household.merged_into.is_(None))
    if given["due"]:
        where.append(Household.next_visit_due <= utcnow().date())
    some = select(Household.uuid).where(*where).limit(tallies.MOST + 1).subquery()
    query = select(Household).where(*where).order_by(Household.code).limit(SIZE + 1)
    if after := request.args.get("after"):
        query = query.where(Household.code > after)
    found = list(session().scalars(query))
    areas = {one.area_id for one in found}
    known = {area.id: area for area in session().scalars(select(Area).where(Area.id.in_(areas)))}
    kept = {key: value for key, value in given.items() if value}
    return render(
        "households/list.html",
        project=project,
        found=found[:SIZE],
        areas_of=known,
        next=found[SIZE - 1].code if len(found) > SIZE else None,
        given=given,
        kept=kept,
        areas=area_lines(),
        count=session().scalar(select(func.count()).select_from(some)) or 0,
        most=tallies.MOST,
        code_words=codes.code_words,
        today=utcnow().date(),
    )


@households.get("/<code>")
def overview(project_id: int, code: str) -> Response:
    """All that is known now, each fact with its source."""
    project_of(project_id, "monitoring.read")
    return page(project_id, code)


@households.post("/<code>/exact")
def exact(project_id: int, code: str) -> Response:
    """The same with contact and exact points, for this one look, with a reason that is kept."""
    project_of(project_id, "protected.read")
    reason = request.form.get("reason", "").strip()
    if not reason:
        return page(project_id, code, 422, trouble=tell_problem(problems.REASON_NEEDED()))
    _opened(project_id, code, reason)
    return page(project_id, code, exact=True)


@households.route("/<code>/copy", methods=["GET", "POST"])
def copy(project_id: int, code: str) -> Response:
    """The household's own copy, to print: what is held under its code. Whole only with a reason, which is kept."""
    project = project_of(project_id, "monitoring.read")
    reason = request.form.get("reason", "").strip()
    whole = request.method == "POST" and bool(reason)
    if whole:
        access().require("protected.read", project_id)
        _opened(project_id, code, reason)
    view = _view(project_id, code, exact=whole)
    return render(
        "households/copy.html",
        project=project,
        code=code,
        view=view,
        own=_facts("household", view.household),
        known=list(_known(view)),
        visits=cards(_visits(project_id, view.uuid)),
        whole=whole,
        codes=codes,
        may_open=access().may("protected.read", project_id),
        now=utcnow(),
    )


@households.post("/<code>/merge")
def merge(project_id: int, code: str) -> Response:
    """Two enrolments of one dwelling: the other household becomes a part of this one. Can be taken back."""
    project_of(project_id, "household.merge")
    keep = _view(project_id, code)
    other = request.form.get("other", "").strip().upper()
    try:
        gone = _view(project_id, other)
        with acting() as writing:
            merging.merge(writing, services(), keep.uuid, gone.uuid, reader().id)
    except ProblemError as error:
        words = tell_problem(error)
        return page(project_id, code, error.problem.status, trouble=words, typed=other)
    back = url_for("web.households.part", project_id=project_id, code=other)
    said(
        "undo",
        "{other} is a part of {code} now.",
        other=other,
        code=code,
        address=back,
        before="",
        seen="",
        filter=code,
    )
    return back_to(url_for("web.households.overview", project_id=project_id, code=code))


@households.post("/<code>/part")
def part(project_id: int, code: str) -> Response:
    """Take a merge back: the household is one of its own again."""
    project_of(project_id, "household.merge")
    gone = _view(project_id, code)
    with acting() as writing:
        merging.undo(writing, services(), gone.uuid, reader().id)
    said("done", "Undone. {code} is a household of its own again.", code=code)
    return back_to(url_for("web.households.overview", project_id=project_id, code=code))


def page(
    project_id: int,
    code: str,
    status: int = 200,
    *,
    exact: bool = False,
    trouble: Any = None,
    typed: str = "",
) -> Response:
    """The page of a household."""
    project = project_of(project_id)
    view = _view(project_id, code, exact=exact)
    row = session().get_one(Household, view.uuid)
    found = _visits(project_id, view.uuid)
    return render(
        "households/one.html",
        status,
        project=project,
        code=code,
        view=view,
        row=row,
        area=session().get(Area, row.area_id) if row.area_id is not None else None,
        own=_facts("household", view.household),
        known=list(_known(view)),
        visits=cards(found),
        exact=exact,
        trouble=trouble,
        typed=typed,
        codes=codes,
        may_open=access().may("protected.read", project_id),
        may_merge=access().may("household.merge", project_id),
        today=utcnow().date(),
    )


def _view(project_id: int, code: str, *, exact: bool = False) -> HouseholdView:
    return reading.household(
        session(), services(), code, project_id=project_id, areas=access().areas, exact=exact
    )


def _known(view: HouseholdView) -> Any:
    for table, rows in view.tables.items():
        for row in rows:
            facts = _facts(table, row)
            if facts:
                yield Known(table, facts, row.get("observed_at"), row.get("submission_id"))


def _facts(table: str, row: Mapping[str, Any]) -> tuple[Fact, ...]:
    """The answers of a row that were given; points as one fact."""
    facts = []
    for heading in reading.headings(table):
        if heading.type in ("key", "time", "origin") or row.get(heading.name) in (None, "", []):
            continue
        facts.append(Fact(heading, codes.worded(table, heading, row[heading.name])))
    return tuple(facts)


def _visits(project_id: int, uuid: str) -> list[Submission]:
    """The newest visits to a household and to those that became part of it, as far as the reader may list them."""
    of = [f"household:{one}" for one in merging.merged_below(session(), uuid)]
    seen = select(Observation.submission_id).where(Observation.subject == uuid)
    query = select(Submission).where(
        queue.conditions(session(), own_filter(project_id)),
        or_(Submission.subject.in_(of), Submission.id.in_(seen)),
    )
    return list(session().scalars(query.order_by(Submission.id.desc()).limit(VISITS)))


def _opened(project_id: int, code: str, reason: str) -> None:
    view = _view(project_id, code)
    row = session().get_one(Household, view.uuid)
    area_id = row.area_id
    with acting() as writing:
        audit.record(
            writing,
            "protected.read",
            actor_id=reader().id,
            actee=f"household:{view.uuid}",
            project_id=project_id,
            area_id=area_id,
            details={"reason": reason[:500], "code": code},
        )
