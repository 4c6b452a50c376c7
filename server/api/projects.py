"""Projects: ODK Central's endpoints. `timezone` and `exactPoints` are ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import fields
from sqlalchemy import func, select

from server import problems
from server.accounts.access import Access
from server.accounts.roles import Verb
from server.api.caller import services
from server.api.form_schemas import ExtendedFormSchema
from server.api.form_views import may_read
from server.api.form_views import shown as shown_forms
from server.api.plumbing import SUCCESS, blueprint, flag, is_extended
from server.api.schemas import ExtendedProjectSchema, Plain, ProjectSchema, Success
from server.db import db
from server.entities.models import Dataset
from server.forms import lifecycle
from server.forms import projects as rooms
from server.forms.models import Project
from server.review import queue

projects = blueprint("Projects", "Projects")


class ProjectBody(Plain):
    """A project as it is sent."""

    name = fields.Raw(load_default=None)
    description = fields.String(allow_none=True)
    archived = fields.Boolean(allow_none=True)
    timezone = fields.String()
    exact_points = fields.Boolean()
    forms = fields.List(fields.Dict())


class ProjectChange(ProjectBody):
    """The same, where what is missing stays."""

    name = fields.Raw()


@projects.get("/projects")
@projects.requires()
@projects.answers(ProjectSchema, ExtendedProjectSchema, many=True)
def list_projects(access: Access) -> list[dict[str, Any]]:
    """The projects that the caller sees, those in use first, by name; each with the caller's verbs in it.

    `?forms=true`: with their forms (`formList`).
    """
    session, seen = db.session(), access.projects(Verb.PROJECT_READ)
    found = [
        {**one, "verbs": sorted(access.verbs_on(one["id"]))}
        for one in _shown(access, rooms.projects(session, seen))
    ]
    if flag("forms"):
        for one in found:
            forms = [form for form in lifecycle.of_project(session, one["id"]) if may_read(access, form)]
            one["form_list"] = ExtendedFormSchema(many=True).dump(shown_forms(access, forms, extended=True))
    return found


@projects.post("/projects")
@projects.requires(Verb.PROJECT_CREATE)
@projects.takes(ProjectBody)
@projects.answers(ProjectSchema)
def create_project(access: Access, body: dict[str, Any]) -> dict[str, Any]:
    """Make a project."""
    zone = body.get("timezone") or services().settings.timezone
    made = rooms.create(
        db.session(), body["name"], description=body.get("description"), timezone=zone, by=access.actor_id
    )
    changes = {key: body[key] for key in ("archived", "exact_points") if body.get(key) is not None}
    if changes:
        rooms.change(db.session(), made, changes, by=access.actor_id)
    return _shown(access, [made])[0]


@projects.get("/projects/<id:project_id>")
@projects.requires(Verb.PROJECT_READ)
@projects.answers(ProjectSchema, ExtendedProjectSchema)
def read_project(access: Access, project: Project) -> dict[str, Any]:
    """One project; extended with its numbers and the caller's verbs."""
    shown = _shown(access, [project])[0]
    return {**shown, "verbs": sorted(access.verbs_on(project.id))} if is_extended() else shown


@projects.patch("/projects/<id:project_id>")
@projects.requires(Verb.PROJECT_UPDATE)
@projects.takes(ProjectChange)
@projects.answers(ProjectSchema)
def change_project(access: Access, body: dict[str, Any], project: Project) -> dict[str, Any]:
    """Change what is given."""
    body.pop("forms", None)
    return _shown(access, [rooms.change(db.session(), project, body, by=access.actor_id)])[0]


@projects.put("/projects/<id:project_id>")
@projects.requires(Verb.PROJECT_UPDATE)
@projects.takes(ProjectBody)
@projects.answers(ProjectSchema)
def replace_project(access: Access, body: dict[str, Any], project: Project) -> dict[str, Any]:
    """Replace the project's own properties. Its forms and who holds what on them are changed at their own addresses."""
    if "forms" in body:
        raise problems.NOT_IMPLEMENTED(feature="Changing forms together with their project")
    whole: dict[str, Any] = {
        "name": body["name"],
        "description": body.get("description"),
        "archived": bool(body.get("archived")),
    }
    ours: dict[str, Any] = {key: body[key] for key in ("timezone", "exact_points") if key in body}
    return _shown(access, [rooms.change(db.session(), project, {**whole, **ours}, by=access.actor_id)])[0]


@projects.delete("/projects/<id:project_id>")
@projects.requires(Verb.PROJECT_DELETE)
@projects.answers(Success)
def remove_project(access: Access, project: Project) -> dict[str, bool]:
    """Put a project into the bin."""
    rooms.remove(db.session(), project, by=access.actor_id)
    return dict(SUCCESS)


@projects.post("/projects/<id:project_id>/key")
@projects.requires(Verb.PROJECT_UPDATE)
@projects.answers(ProjectSchema)
def encrypt_project(access: Access, project: Project) -> Any:
    """Managed encryption is not offered: everything is encrypted at rest as it is."""
    raise problems.NOT_IMPLEMENTED(feature="Managed encryption")


def _shown(access: Access, found: Sequence[Project]) -> list[dict[str, Any]]:
    plain: list[dict[str, Any]] = [
        {
            "id": one.id,
            "name": one.name,
            "description": one.description,
            "archived": one.archived,
            "key_id": None,
            "created_at": one.created_at,
            "updated_at": one.updated_at,
            "deleted_at": one.deleted_at,
            "timezone": one.timezone,
            "exact_points": one.exact_points,
        }
        for one in found
    ]
    if not is_extended():
        return plain
    session, ids = db.session(), [one.id for one in found]
    numbers = rooms.tallies(session, ids, access.areas)
    last = queue.last_received(session, ids, access.areas) if access.areas else {}
    counted = select(Dataset.project_id, func.count()).where(
        Dataset.project_id.in_(ids), Dataset.deleted_at.is_(None)
    )
    datasets = {row[0]: row[1] for row in session.execute(counted.group_by(Dataset.project_id))}
    for one in plain:
        tally = numbers[one["id"]]
        one |= {"forms": tally.forms, "app_users": tally.phones.all}
        one["last_submission"] = last.get(one["id"]) if access.areas else tally.last_submission
        one |= {"datasets": datasets.get(one["id"], 0), "last_entity": None}
    return plain
