"""Roles, and who holds which: on the site, in a project, on a form. As ODK Central has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from server import problems
from server.accounts import assignments as given
from server.accounts import phones
from server.accounts.access import Access
from server.accounts.models import Actor, Assignment
from server.accounts.roles import BY_SYSTEM, ROLES, Role, Verb, role_named
from server.api.plumbing import SUCCESS, blueprint, is_extended
from server.api.schemas import (
    ActorSchema,
    AssignmentSchema,
    ExtendedAssignmentSchema,
    ExtendedFormAssignmentSchema,
    FormAssignmentSchema,
    RoleSchema,
    Success,
)
from server.db import db
from server.forms.models import Form, Project

roles = blueprint("Roles", "Roles, and who holds them")

PLACES = ("", "/projects/<id:project_id>", "/projects/<id:project_id>/forms/<raw:xml_form_id>")


@roles.get("/roles")
@roles.requires()
@roles.answers(RoleSchema, many=True)
def list_roles(access: Access) -> list[dict[str, Any]]:
    """Every role."""
    return [_shown(role) for role in ROLES]


@roles.get("/roles/<name>")
@roles.requires()
@roles.answers(RoleSchema)
def read_role(access: Access, name: str) -> dict[str, Any]:
    """One role, by number or system name."""
    return _shown(_role(name))


@roles.get("/projects/<id:project_id>/assignments/forms")
@roles.requires(Verb.ASSIGNMENT_LIST)
@roles.answers(FormAssignmentSchema, ExtendedFormAssignmentSchema, many=True)
def list_form_assignments(access: Access, project: Project) -> list[dict[str, Any]]:
    """Every role given on a form of the project."""
    return _on_forms(project, None)


@roles.get("/projects/<id:project_id>/assignments/forms/<name>")
@roles.requires(Verb.ASSIGNMENT_LIST)
@roles.answers(FormAssignmentSchema, ExtendedFormAssignmentSchema, many=True)
def list_form_assignments_of_role(access: Access, project: Project, name: str) -> list[dict[str, Any]]:
    """Those of one role."""
    return _on_forms(project, _role(name))


@roles.requires(Verb.ASSIGNMENT_LIST)
@roles.answers(AssignmentSchema, ExtendedAssignmentSchema, many=True)
def list_assignments(
    access: Access, project: Project | None = None, form: Form | None = None
) -> list[dict[str, Any]]:
    """Every role given there."""
    return [_assignment(*row) for row in given.at(db.session(), *_place(project, form))]


@roles.requires(Verb.ASSIGNMENT_LIST)
@roles.answers(ActorSchema, many=True)
def list_holders(
    access: Access, name: str, project: Project | None = None, form: Form | None = None
) -> Sequence[Actor]:
    """Who holds a role there."""
    return [actor for _, actor in given.at(db.session(), *_place(project, form), _role(name))]


@roles.requires(Verb.ASSIGNMENT_CREATE)
@roles.answers(Success)
def give_role(
    access: Access, name: str, actor_id: int, project: Project | None = None, form: Form | None = None
) -> dict[str, bool]:
    """Give a role. Nobody gives more than they have, or to who sees more areas."""
    session, role, place = db.session(), _role(name), _place(project, form)
    actor = _reached(access, actor_id, project)
    given.give(session, actor, role, *place, by=access)
    return dict(SUCCESS)


@roles.requires(Verb.ASSIGNMENT_DELETE)
@roles.answers(Success)
def take_role(
    access: Access, name: str, actor_id: int, project: Project | None = None, form: Form | None = None
) -> dict[str, bool]:
    """Take a role away."""
    session = db.session()
    actor = _reached(access, actor_id, project)
    given.take(session, actor, _role(name), *_place(project, form), by=access.actor_id)
    return dict(SUCCESS)


for number, base in enumerate(PLACES):
    at, named = f"{base}/assignments", f"{base}/assignments/<name>"
    what = ("site", "project", "form")[number]
    roles.add_url_rule(at, f"list_{what}_assignments", list_assignments, methods=["GET"])
    roles.add_url_rule(named, f"list_{what}_holders", list_holders, methods=["GET"])
    roles.add_url_rule(f"{named}/<id:actor_id>", f"give_{what}_role", give_role, methods=["POST"])
    roles.add_url_rule(f"{named}/<id:actor_id>", f"take_{what}_role", take_role, methods=["DELETE"])


def _reached(access: Access, actor_id: int, project: Project | None) -> Actor:
    """Whom a role is given or taken from: anybody who signs in, of phones the project's own within the caller's areas."""
    actor = given.actor(db.session(), actor_id)
    if actor.type == "field_key" and project is not None:
        phones.get(db.session(), project.id, actor_id, access.areas)
    return actor


def _role(name: str) -> Role:
    role = role_named(name)
    if role is None:
        raise problems.NOT_FOUND()
    return role


def _place(project: Project | None, form: Form | None) -> tuple[int | None, int | None]:
    return (project.id if project else None, form.id if form else None)


def _shown(role: Role) -> dict[str, Any]:
    return {"id": role.id, "name": role.name, "system": role.system, "verbs": sorted(role.verbs)}


def _assignment(row: Assignment, actor: Actor) -> dict[str, Any]:
    role_id = BY_SYSTEM[row.role].id
    return (
        {"actor": actor, "role_id": role_id} if is_extended() else {"actor_id": actor.id, "role_id": role_id}
    )


def _on_forms(project: Project, role: Role | None) -> list[dict[str, Any]]:
    session = db.session()
    rows = given.on_forms(session, project.id, role)
    listed = select(Form.id, Form.xml_form_id).where(Form.project_id == project.id, Form.deleted_at.is_(None))
    name_of = {row[0]: row[1] for row in session.execute(listed)}
    return [
        {**_assignment(*row), "xml_form_id": name_of[row[0].form_id]}
        for row in rows
        if row[0].form_id in name_of
    ]
