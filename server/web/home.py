"""The first pages: what needs me, a new project, how a project is doing."""

from __future__ import annotations

from datetime import datetime, time

from flask import Blueprint, Response, g, request

from server.accounts.tallies import silent
from server.areas import reading as areas
from server.db import utcnow
from server.forms import projects
from server.forms.lifecycle import of_project as forms_of
from server.problems import ProblemError
from server.review import queue
from server.web import tallies
from server.web.frame.door import access, acting, back_to, project_of, reader, render, said, services, session
from server.web.frame.show import zone
from server.web.frame.words import tell_problem
from server.web.visits.cards import cards
from server.web.visits.filters import own_filter

home = Blueprint("home", __name__)

SILENT, LATEST = 8, 6
"""Silent phones and visits that a project's first page names."""


@home.get("/")
def needs_me() -> Response:
    """A list of decisions by role, each with a count and a link; projects below."""
    known = access()
    mine = projects.projects(session(), known.projects("project.read"))
    numbers = projects.tallies(session(), [one.id for one in mine], known.areas)
    decisions = [one for project in mine if not project.archived for one in tallies.decisions(project)]
    if not decisions and len(mine) == 1 and not known.may("project.create"):
        return back_to(f"/p/{mine[0].id}")
    return render(
        "home/needs_me.html",
        projects=mine,
        numbers=numbers,
        decisions=sorted(decisions, key=lambda one: (one.count == 0, one.weight)),
        several=len(mine) > 1,
        no_areas=known.may("area.update") and not areas.areas_of(session()),
    )


@home.route("/projects/new", methods=["GET", "POST"])
def new_project() -> Response:
    """Make a project: a name is all it needs."""
    access().require("project.create")
    given = {
        "name": request.form.get("name", ""),
        "description": request.form.get("description", ""),
        "timezone": request.form.get("timezone", services().settings.timezone),
    }
    errors = {}
    if request.method == "POST":
        try:
            with acting() as writing:
                made = projects.create(
                    writing,
                    given["name"],
                    description=given["description"] or None,
                    timezone=given["timezone"],
                    by=reader().id,
                )
            said("done", "Made. Give it forms and phones next.")
            return back_to(f"/p/{made.id}")
        except ProblemError as error:
            errors = {str(error.details.get("field", "name")): tell_problem(error)}
    return render("home/new_project.html", 422 if errors else 200, given=given, errors=errors, zones=_zones())


@home.get("/p/<num:project_id>")
def project(project_id: int) -> Response:
    """How is the project doing: visits today and due, what waits, phones silent, the latest visits."""
    one = project_of(project_id)
    known = access()
    sees = known.may("submission.list", project_id)
    latest = queue.page(session(), own_filter(project_id), size=LATEST) if sees else None
    midnight = datetime.combine(utcnow().astimezone(zone()).date(), time(0), zone())
    sees_phones = known.may("field_key.list", project_id)
    return render(
        "home/project.html",
        project=one,
        decisions=tallies.decisions(one),
        today=tallies.counted(own_filter(project_id, since=midnight)) if sees else None,
        week=tallies.days(own_filter(project_id), midnight) if sees else None,
        latest=cards(latest.items) if latest else (),
        forms=forms_of(session(), project_id) if known.may("form.list", project_id) else (),
        phones=tallies.phones(project_id).working if sees_phones else None,
        silent=silent(session(), project_id, known.areas, most=SILENT) if sees_phones else (),
        most=tallies.MOST,
        households=tallies.households(project_id) if known.may("monitoring.read", project_id) else None,
    )


@home.route("/p/<num:project_id>/settings", methods=["GET", "POST"])
def settings(project_id: int) -> Response:
    """Name, description, time zone, exact points on phones, archiving."""
    one = project_of(project_id, "project.update")
    errors = {}
    if request.method == "POST":
        changes = {
            "name": request.form.get("name", ""),
            "description": request.form.get("description") or None,
            "timezone": request.form.get("timezone", one.timezone),
            "exact_points": "exact_points" in request.form,
            "archived": "archived" in request.form,
        }
        try:
            with acting() as writing:
                projects.change(writing, one, changes, by=reader().id)
            said("done", "Saved.")
            return back_to(f"/p/{project_id}")
        except ProblemError as error:
            errors = {str(error.details.get("field", "name")): tell_problem(error)}
            g.project = one
    return render("home/settings.html", 422 if errors else 200, project=one, errors=errors, zones=_zones())


def _zones() -> list[str]:
    from zoneinfo import available_timezones

    return sorted(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix"))
    )
