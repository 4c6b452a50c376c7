"""Which visits: list, gallery and map over one filter, pages by key, and the same as CSV."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import select

from server.accounts import phones
from server.db import utcnow
from server.exports import submissions as exports
from server.forms.lifecycle import of_project as forms_of
from server.households.tables import Facility, Household, Visit
from server.ingest.models import Submission
from server.ingest.states import holds_in
from server.review import queue
from server.streaming import streamed
from server.web import tallies
from server.web.frame.door import access, project_of, render, services, session, whole
from server.web.frame.show import zone
from server.web.shapes import own_shapes
from server.web.visits.areafield import area_field, area_options
from server.web.visits.cards import cards
from server.web.visits.filters import BIN, asked, told_apart

visits = Blueprint("visits", __name__, url_prefix="/p/<num:project_id>")

SIZE = {"list": 50, "gallery": 24, "map": 2000}
"""Visits a page; the map shows the newest of them at once."""


MOST_PAGES = 20
"""Pages that one address shows at once, whoever comes back to it."""


def pages_asked() -> int:
    """How many pages of a list the address shows: as many as were there when one went on from it."""
    return min(max(whole(request.args.get("pages")) or 1, 1), MOST_PAGES)


@visits.get("/visits")
def listing(project_id: int) -> Response:
    """The visits that the address asks for, newest first."""
    project = project_of(project_id, "submission.list")
    ask = asked(project_id, request.args)
    view = request.args.get("view") if request.args.get("view") in SIZE else "list"
    after, pages = whole(request.args.get("after")), pages_asked()
    size = 1 if view == "map" else SIZE[view or "list"] * (1 if after else pages)
    page = queue.page(session(), ask.wanted, after=after, size=size)
    onward: dict[str, Any] = {**ask.given, **({"view": view} if view != "list" else {}), "pages": pages + 1}
    at = partial(url_for, "web.visits.listing", project_id=project_id, **onward)
    shown = cards(page.items) if view != "map" else []
    return render(
        f"visits/{view}.html",
        project=project,
        ask=ask,
        view=view,
        cards=shown,
        more=at(after=page.next) if page.next and view != "map" else None,
        whole=at() if pages < MOST_PAGES else None,
        count=tallies.counted(ask.wanted),
        most=tallies.MOST,
        points=_points(project_id, ask.wanted) if view == "map" else [],
        shapes=own_shapes(ask.wanted.area_id) if view == "map" else [],
        forms=[(form.id, words) for form, words in told_apart(forms_of(session(), project_id))],
        areas=area_field(),
        senders=phones.of_project(session(), project_id, access().areas),
        anything=bool(ask.given) or bool(page.items),
        no_bin=request.args.get("state") == BIN and ask.given.get("state") != BIN,
    )


@visits.get("/find-areas")
def find_areas(project_id: int) -> Response:
    """The reader's areas that fit what is being typed, as options."""
    project_of(project_id)
    return area_options()


@visits.get("/visits.csv")
def download(project_id: int) -> Response:
    """The same visits as a spreadsheet reads them; with one form chosen, its answers too. Streams."""
    project_of(project_id, "submission.list")
    ask = asked(project_id, request.args)
    forms = ask.wanted.form_ids
    form_id = forms[0] if forms is not None and len(forms) == 1 else None
    name = f"visits-{utcnow().astimezone(zone()):%Y-%m-%d}.csv"
    return streamed(
        lambda own: exports.as_csv(own, services(), queue.conditions(own, ask.wanted), form_id=form_id),
        "text/csv; charset=utf-8",
        {"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _points(project_id: int, wanted: queue.Filter) -> list[dict[str, Any]]:
    """Rounded points of the newest visits: where the visit was made, else its dwelling or facility."""
    query = (
        select(
            Submission.id,
            Submission.instance_name,
            Submission.blocking,
            Submission.review_state,
            Visit.point_lat,
            Visit.point_lon,
            Household.dwelling_lat,
            Household.dwelling_lon,
            Facility.point_lat,
            Facility.point_lon,
            Household.code,
            Facility.code,
        )
        .outerjoin(Visit, (Visit.submission_id == Submission.id) & Visit.superseded_at.is_(None))
        .outerjoin(Household, Submission.subject == "household:" + Household.uuid)
        .outerjoin(Facility, Submission.subject == "facility:" + Facility.uuid)
        .where(queue.conditions(session(), wanted))
        .order_by(Submission.id.desc())
        .limit(SIZE["map"])
    )
    points = []
    for row in session().execute(query):
        places = [(row[4], row[5], "visit"), (row[6], row[7], "dwelling"), (row[8], row[9], "facility")]
        place = next(
            ((lat, lon, kind) for lat, lon, kind in places if lat is not None and lon is not None), None
        )
        if place is None:
            continue
        held = holds_in(row.blocking, row.review_state)
        label = row[10] or row[11] or row.instance_name or f"#{row.id}"
        points.append(
            {
                "lat": round(place[0], 2) if place[2] != "facility" else place[0],
                "lon": round(place[1], 2) if place[2] != "facility" else place[1],
                "kind": "held" if held else place[2],
                "label": label,
                "href": f"/p/{project_id}/visits/{row.id}",
            }
        )
    return points
