"""Who signs in, with which roles and areas: people of the site for administrators, of one project for its manager."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask import session as kept
from sqlalchemy import select

from server import problems
from server.accounts import assignments, users, whose_areas
from server.accounts.models import Actor, Assignment, Grant
from server.accounts.roles import BY_SYSTEM, Verb
from server.db import utcnow
from server.forms import projects
from server.keys import KeyTrouble
from server.problems import ProblemError
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
from server.web.visits.areafield import area_options, area_picks, areas_given

people = Blueprint("people", __name__)

LINK = "link"
"""Where the browser's own cookie keeps a link that it made."""

LINK_SHOWN = timedelta(hours=1)

PROJECT_ROLES = ("manager", "supervisor", "designer", "viewer", "formfill")
"""Roles that a page gives in a project, the strongest first."""


@people.get("/people")
def listing() -> Response:
    """Everybody who signs in."""
    access().require("user.list")
    wanted = request.args.get("q", "").strip()
    found = users.people(session(), wanted or None, limit=200)
    ids = [one.actor_id for one in found]
    held: dict[int, list[Assignment]] = {}
    for one in session().scalars(select(Assignment).where(Assignment.actor_id.in_(ids))):
        held.setdefault(one.actor_id, []).append(one)
    names = {project.id: project.name for project in projects.projects(session())}
    return render(
        "people/list.html",
        found=found,
        held=held,
        areas=whose_areas.areas_of(session(), ids),
        names=names,
        q=wanted,
    )


@people.route("/people/new", methods=["GET", "POST"])
def invite() -> Response:
    """Make an account without a password, and the link that sets one: to be handed over, once."""
    access().require("user.create")
    every = projects.projects(session())
    given = {
        key: request.form.get(key, "").strip() for key in ("email", "name", "language", "role", "project")
    }
    chosen: list[int] = []
    errors = {}
    if request.method == "POST":
        try:
            chosen = areas_given()
            with acting() as writing:
                user = users.create(
                    writing,
                    email=given["email"],
                    display_name=given["name"] or None,
                    language=given["language"] or None,
                    by=reader().id,
                )
                whose_areas.set_areas(writing, user.actor_id, chosen, by=reader().id)
                role = BY_SYSTEM.get(given["role"])
                if role is not None:
                    place = None if role.system == "admin" else _project_id(given["project"])
                    access().require("assignment.create", place)
                    assignments.give(writing, user.actor, role, place, by=access())
                link = users.reset_link(writing, services(), user)
            return _to_link(user.actor_id, link, invited=True)
        except ProblemError as error:
            field = str(error.details.get("field") or error.details.get("fields") or "email")
            errors = {field if field in ("email", "project", "areas") else "email": tell_problem(error)}
    return render(
        "people/new.html",
        422 if errors else 200,
        given=given,
        errors=errors,
        projects=every,
        roles=PROJECT_ROLES,
        areas=area_picks(chosen),
        chosen=chosen,
        typed=request.form.get("more_areas", ""),
    )


@people.get("/people/find-areas")
def find_areas() -> Response:
    """The areas that fit what is being typed, as options."""
    access().require("user.read")
    return area_options()


@people.get("/people/<num:actor_id>")
def overview(actor_id: int) -> Response:
    """One person."""
    access().require("user.read")
    return page(actor_id)


@people.post("/people/<num:actor_id>")
def change(actor_id: int) -> Response:
    """Name and address; areas."""
    access().require("user.update")
    user = users.get(session(), actor_id)
    try:
        with acting() as writing:
            if "email" in request.form:
                users.change(
                    writing,
                    user,
                    email=request.form["email"],
                    display_name=request.form.get("name", ""),
                    by=reader().id,
                )
            else:
                whose_areas.set_areas(writing, actor_id, areas_given(), by=reader().id)
    except ProblemError as error:
        return page(actor_id, error.problem.status, trouble=tell_problem(error))
    said("done", "Saved.")
    return back_to(f"/people/{actor_id}")


@people.post("/people/<num:actor_id>/roles")
def give_role(actor_id: int) -> Response:
    """Give a role on the site or in a project, take one away, or grant the opening of protected answers."""
    access().require("user.read")
    user = users.get(session(), actor_id)
    return _change_roles(
        user.actor, f"/people/{actor_id}", lambda words, status: page(actor_id, status, trouble=words)
    )


@people.post("/people/<num:actor_id>/link")
def new_link(actor_id: int) -> Response:
    """A link that sets a new password, once. Earlier ones stop working."""
    access().require("user.update")
    user = users.get(session(), actor_id)
    with acting() as writing:
        link = users.reset_link(writing, services(), user)
    return _to_link(actor_id, link, invited=False)


@people.get("/people/<num:actor_id>/link")
def shown_link(actor_id: int) -> Response:
    """The link that this browser has just made, to be handed over: for an hour, whatever is reloaded. Else the person."""
    access().require("user.read")
    try:
        sealed = base64.b64decode(kept.get(LINK, ""))
        said_of, by, until, link, invited = json.loads(services().keys.open(sealed, "page.link"))
    except (KeyTrouble, ValueError):
        return back_to(f"/people/{actor_id}")
    if (said_of, by) != (actor_id, reader().id) or until < utcnow().timestamp():
        return back_to(f"/people/{actor_id}")
    return render("people/link.html", user=users.get(session(), actor_id), link=link, invited=invited)


def _to_link(actor_id: int, link: str, *, invited: bool) -> Response:
    """Show a link on a page of its own. It is stored nowhere but here, sealed, in the browser that made it."""
    until = (utcnow() + LINK_SHOWN).timestamp()
    text = json.dumps([actor_id, reader().id, until, link, invited]).encode()
    kept[LINK] = base64.b64encode(services().keys.seal(text, "page.link")).decode()
    return back_to(f"/people/{actor_id}/link")


@people.post("/people/<num:actor_id>/remove")
def remove(actor_id: int) -> Response:
    """Remove an account: it signs in no more, its name stays in the records."""
    access().require("user.delete")
    if actor_id == reader().id:
        return page(actor_id, 409, trouble=tell_problem(problems.FORBIDDEN()))
    user = users.get(session(), actor_id)
    name = user.actor.display_name
    with acting() as writing:
        users.remove(writing, user, by=reader().id)
    said("done", "{name} signs in no more. The name stays in the records.", name=name)
    return back_to("/people")


@people.get("/p/<num:project_id>/people")
def in_project(project_id: int) -> Response:
    """Who has a role in the project."""
    return project_page(project_id)


@people.post("/p/<num:project_id>/people")
def change_in_project(project_id: int) -> Response:
    """Give a role to whom an address names, or take one away."""
    project_of(project_id, "assignment.create")
    if "actor" in request.form:
        number = request.form["actor"]
        actor = assignments.actor(session(), whole(number) or 0)
    else:
        found = users.by_email(session(), request.form.get("email", ""))
        if found is None:
            words = tell_problem(
                problems.NO_SUCH_KEY(field="email", value=request.form.get("email", "")[:80])
            )
            return project_page(project_id, 422, trouble=words)
        actor = found.actor
    back = url_for("web.people.in_project", project_id=project_id)
    return _change_roles(
        actor, back, lambda words, status: project_page(project_id, status, trouble=words), project_id
    )


def page(actor_id: int, status: int = 200, *, trouble: Any = None) -> Response:
    """The page of a person."""
    user = users.get(session(), actor_id)
    held = list(
        session().scalars(select(Assignment).where(Assignment.actor_id == actor_id).order_by(Assignment.id))
    )
    grants = list(session().scalars(select(Grant).where(Grant.actor_id == actor_id)))
    every = projects.projects(session())
    known = access()
    chosen = [area.id for area in whose_areas.areas_of(session(), [actor_id]).get(actor_id, [])]
    return render(
        "people/one.html",
        status,
        user=user,
        held=held,
        grants=grants,
        projects=every,
        names={project.id: project.name for project in every},
        roles=PROJECT_ROLES,
        areas=area_picks(chosen),
        chosen=chosen,
        trouble=trouble,
        may_change=known.may("user.update"),
        may_remove=known.may("user.delete") and actor_id != known.actor_id,
    )


def project_page(project_id: int, status: int = 200, *, trouble: Any = None) -> Response:
    """The page of a project's people."""
    project = project_of(project_id, "assignment.list")
    rows = [(a, actor) for a, actor in assignments.at(session(), project_id) if actor.type == "user"]
    granted = set(session().scalars(select(Grant.actor_id).where(Grant.project_id == project_id)))
    return render(
        "people/project.html",
        status,
        project=project,
        rows=rows,
        areas=whose_areas.areas_of(session(), [actor.id for _, actor in rows]),
        roles=PROJECT_ROLES,
        granted=granted,
        trouble=trouble,
        typed=request.form.get("email", ""),
        may_change=access().may("assignment.create", project_id),
        opens=lambda system: Verb.PROTECTED_READ in BY_SYSTEM[system].verbs,
    )


def _change_roles(actor: Actor, back: str, again: Any, project_id: int | None = None) -> Response:
    what = request.form.get("what", "give")
    place = project_id if project_id is not None else _project_id(request.form.get("project", ""))
    try:
        with acting() as writing:
            if what in ("grant", "ungrant"):
                if place is None:
                    raise problems.MISSING_PARAMETER(field="project")
                access().require("assignment.create", place)
                given = what == "grant"
                assignments.grant(writing, actor, Verb.PROTECTED_READ, place, given=given, by=access())
            else:
                role = BY_SYSTEM.get(request.form.get("role", ""))
                if role is None or role.system not in (*PROJECT_ROLES, "admin"):
                    raise problems.MISSING_PARAMETER(field="role")
                if role.system == "admin":
                    place = None
                elif place is None:
                    raise problems.MISSING_PARAMETER(field="project")
                if what == "take":
                    access().require("assignment.delete", place)
                    assignments.take(writing, actor, role, place, by=reader().id)
                else:
                    access().require("assignment.create", place)
                    assignments.give(writing, actor, role, place, by=access())
    except ProblemError as error:
        return _again(again, error)
    said("done", "Saved.")
    return back_to(back)


def _again(again: Any, error: ProblemError) -> Response:
    response: Response = again(tell_problem(error), error.problem.status)
    return response


def _project_id(text: str) -> int | None:
    return whole(text)
