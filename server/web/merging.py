"""Two enrolments of one dwelling: both side by side, what becomes of them, one button, and the way back. Its views join `households`.

Exact points are used here for measuring metres between the two, and leave this module only as that distance: in hundreds
of metres to whoever may not open them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, g, request, url_for
from markupsafe import Markup

from server import problems
from server.accounts import opening
from server.areas.models import Area
from server.households import merge as merging
from server.households.places import distance_m
from server.households.reading import HouseholdView
from server.households.tables import Household
from server.problems import ProblemError
from server.web import codes
from server.web.frame.door import access, acting, back_to, project_of, reader, render, said, services, session
from server.web.frame.show import metres
from server.web.frame.words import language, tell, tell_problem
from server.web.households import facts_of, households, page, view_of, visits_to
from server.web.visits.cards import Card, Small, cards

PHOTOS = 4
"""The newest photos shown of each."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its row, its area, its visits newest first, and its newest photos with the visit of each."""

    code: str
    row: Household
    area: Area | None
    visits: tuple[Card, ...]
    photos: tuple[tuple[Card, Small], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of a table as each of the two has it ('' where it has none)."""

    column: str
    unit: str | None
    ours: Any
    theirs: Any
    is_photo: bool = False

    @property
    def differs(self) -> bool:
        """Whether both say something, and not the same; two photos are looked at."""
        return not self.is_photo and bool(
            self.ours != "" and self.theirs != "" and str(self.ours) != str(self.theirs)
        )

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return str(self.ours) == str(self.theirs)

    @property
    def shown(self) -> bool:
        """Whether the map does not show it already."""
        return not self.column.startswith("dwelling_")


@dataclass(frozen=True, slots=True)
class Table:
    """A table's current rows side by side, and when each was so."""

    name: str
    ours: Any
    theirs: Any
    lines: tuple[Line, ...]


@households.get("/<code>/merge")
def compare(project_id: int, code: str) -> Response:
    """Are these two the same dwelling? Both side by side, and what merging does."""
    project = project_of(project_id, "household.merge")
    view_of(project_id, code)
    other = request.args.get("other", "").strip().upper()
    try:
        keep, gone = _pair(project_id, code, other)
    except ProblemError as error:
        return _not_these(project_id, code, other, error)
    ours, theirs = _side(project_id, code, keep), _side(project_id, other, gone)
    far = _distance(ours.row, theirs.row)
    return render(
        "households/merge.html",
        project=project,
        ours=ours,
        theirs=theirs,
        own=tuple(one for one in _lines("household", keep.household, gone.household) if one.shown),
        tables=tuple(_tables(keep, gone)),
        far=None if far is None else metres(far, exact=opening.may_open(access(), project_id)),
        points=list(_points(ours, theirs)),
        codes=codes,
    )


@households.post("/<code>/merge")
def merge(project_id: int, code: str) -> Response:
    """The other household becomes a part of this one. Can be taken back."""
    project_of(project_id, "household.merge")
    keep = view_of(project_id, code)
    other = request.form.get("other", "").strip().upper()
    try:
        gone = view_of(project_id, other)
        with acting() as writing:
            merging.merge(writing, services(), keep.uuid, gone.uuid, reader().id)
    except ProblemError as error:
        return _not_these(project_id, code, other, error)
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
    gone = view_of(project_id, code)
    with acting() as writing:
        merging.undo(writing, services(), gone.uuid, reader().id)
    said("done", "Undone. {code} is a household of its own again.", code=code)
    return back_to(url_for("web.households.overview", project_id=project_id, code=code))


def _not_these(project_id: int, code: str, other: str, error: ProblemError) -> Response:
    """The page of the household, with why the other is none to compare it with, where its code was typed."""
    if other == code:
        words = tell("{code} is this household itself. Type the code of its other enrolment.", code=code)
    elif error.problem is problems.NOT_FOUND:
        words = tell("No household that you may see has the code {code}.", code=other)
    else:
        words = tell_problem(error)
    return page(project_id, code, error.problem.status, errors={"other": words}, typed=other)


def _pair(project_id: int, code: str, other: str) -> tuple[HouseholdView, HouseholdView]:
    """Both, where they can be merged. Raises what `merging.merge` would, before anything is done."""
    keep, gone = view_of(project_id, code), view_of(project_id, other)
    if keep.uuid == gone.uuid:
        raise problems.UNEXPECTED_VALUE(field="household", value=other, reason="it is the same household")
    for one, named in ((gone, other), (keep, code)):
        if one.merged_into:
            raise problems.ALREADY_MERGED(code=named)
    return keep, gone


def _side(project_id: int, code: str, view: HouseholdView) -> Side:
    row = session().get_one(Household, view.uuid)
    area = session().get(Area, row.area_id) if row.area_id is not None else None
    visits = tuple(cards(visits_to(project_id, view.uuid)))
    photos = tuple((card, one) for card in visits for one in card.photos)[:PHOTOS]
    return Side(code, row, area, visits, photos)


def _tables(keep: HouseholdView, gone: HouseholdView) -> Iterator[Table]:
    """Tables of one row a household, both beside each other; lists (needs, shocks) are told by their number of rows."""
    for name in dict.fromkeys([*keep.tables, *gone.tables]):
        ours, theirs = keep.tables.get(name, []), gone.tables.get(name, [])
        if max(len(ours), len(theirs)) > 1:
            continue
        one, two = (rows[0] if rows else {} for rows in (ours, theirs))
        lines = tuple(_lines(name, one, two))
        if lines:
            yield Table(name, one.get("observed_at"), two.get("observed_at"), lines)


def _lines(table: str, one: Mapping[str, Any], two: Mapping[str, Any]) -> Iterator[Line]:
    ours = {fact.heading.name: fact for fact in facts_of(table, one)}
    theirs = {fact.heading.name: fact for fact in facts_of(table, two)}
    for name in dict.fromkeys([*ours, *theirs]):
        heading = (ours.get(name) or theirs[name]).heading
        if heading.type == "p":
            yield Line(name, None, _thumb(one, name), _thumb(two, name), True)
            continue
        left, right = (side[name].value if name in side else "" for side in (ours, theirs))
        yield Line(name, heading.unit, left, right)


def _thumb(row: Mapping[str, Any], column: str) -> Any:
    """A photo of a row, small, leading to the visit that it came with; '' where the row has none."""
    name, visit_id = row.get(column), row.get("submission_id")
    if not name or visit_id is None:
        return ""
    of = {"project_id": g.project.id, "visit_id": visit_id}
    picture = url_for("web.visit.file", **of, name=name, size="thumb")
    return Markup(
        '<a class="photo photo-cell" href="{}"><img src="{}" alt="{}" width="64" height="48" loading="lazy"></a>'
    ).format(url_for("web.visit.overview", **of), picture, tell("photo"))


def _distance(one: Household, two: Household) -> float | None:
    """Metres between the two dwellings, None where one has no point."""
    if one.dwelling is None or two.dwelling is None:
        return None
    here, there = (
        json.loads(services().keys.open(row.dwelling, "household.dwelling"))
        for row in (one, two)
        if row.dwelling
    )
    return distance_m(here, there)


def _points(*sides: Side) -> Iterator[dict[str, Any]]:
    """The two dwellings for the map, rounded as everybody sees them, and the middle of their areas."""
    kinds = ("visit", "dwelling")
    for side, kind in zip(sides, kinds, strict=True):
        if side.row.dwelling_lat is not None and side.row.dwelling_lon is not None:
            yield {
                "lat": side.row.dwelling_lat,
                "lon": side.row.dwelling_lon,
                "kind": kind,
                "label": side.code,
            }
    for area in {side.area.id: side.area for side in sides if side.area is not None}.values():
        if area.lat is not None and area.lon is not None:
            yield {"lat": area.lat, "lon": area.lon, "kind": "area", "label": area.called(language())}
