"""User preferences: what ODK Central's pages keep of a person's choices. Read through /v1/users/current, extended."""

from __future__ import annotations

from typing import Any

from flask import request

from server import problems
from server.accounts import users
from server.accounts.access import Access
from server.api.json_body import read_json
from server.api.plumbing import SUCCESS, blueprint
from server.api.schemas import Success
from server.db import db
from server.forms.models import Project

preferences = blueprint("User preferences", "Choices that pages remember")

SITE, PROJECT = "/user-preferences/site/<name>", "/user-preferences/project/<id:project_id>/<name>"


@preferences.put(SITE)
@preferences.requires()
@preferences.answers(Success)
def keep_for_site(access: Access, name: str) -> dict[str, bool]:
    """Keep a choice (JSON `propertyValue`)."""
    return _keep(access, None, name)


@preferences.put(PROJECT)
@preferences.requires()
@preferences.answers(Success)
def keep_for_project(access: Access, project: Project, name: str) -> dict[str, bool]:
    """Keep a choice for one project."""
    return _keep(access, project.id, name)


@preferences.delete(SITE)
@preferences.requires()
@preferences.answers(Success)
def drop_for_site(access: Access, name: str) -> dict[str, bool]:
    """Forget a choice."""
    return _drop(access, None, name)


@preferences.delete(PROJECT)
@preferences.requires()
@preferences.answers(Success)
def drop_for_project(access: Access, project: Project, name: str) -> dict[str, bool]:
    """Forget a choice for one project."""
    return _drop(access, project.id, name)


def _keep(access: Access, project_id: int | None, name: str) -> dict[str, bool]:
    body: Any = read_json(request)
    given = list(body) if isinstance(body, dict) else []
    if "propertyValue" not in given:
        raise problems.PROPERTY_NOT_FOUND(property="propertyValue")
    if len(given) > 1:
        raise problems.UNEXPECTED_PROPERTIES(expected=["propertyValue"], actual=given)
    session = db.session()
    users.set_preference(
        session, users.get(session, access.actor_id), project_id, name, body["propertyValue"]
    )
    return dict(SUCCESS)


def _drop(access: Access, project_id: int | None, name: str) -> dict[str, bool]:
    session = db.session()
    users.drop_preference(session, users.get(session, access.actor_id), project_id, name)
    return dict(SUCCESS)
