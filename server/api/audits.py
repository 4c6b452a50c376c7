"""The audit log over REST, as ODK Central gives it: the whole one, or that of the projects where the caller may read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response
from marshmallow import fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems
from server.accounts import audit_log
from server.accounts.access import Access
from server.accounts.models import Actor, Audit
from server.accounts.roles import Verb
from server.api.listing import list_answer
from server.api.plumbing import MOST_ROWS, blueprint, is_extended, page
from server.api.schemas import ActorSchema, AuditSchema, ExtendedAuditSchema, Instant, Plain, ProjectSchema
from server.db import db
from server.forms.models import Form, Project

audits = blueprint("Audit", "Who did what, when")


class AuditQuery(Plain):
    """What of the log is asked for."""

    action = fields.String()
    start = Instant()
    end = Instant()
    project_id = fields.Integer(validate=validate.Range(1, MOST_ROWS, error="Not a valid integer."))


@audits.get("/audits")
@audits.requires()
@audits.asks(AuditQuery)
@audits.answers(AuditSchema, ExtendedAuditSchema, many=True)
def list_audits(access: Access, query: dict[str, Any]) -> Response:
    """Acts, newest first: of an action or a kind (`?action=`), of a time (`?start=`, `?end=`), of a project (`?projectId=`, ours),
    all of them or a page; of the projects and areas in which the caller may read the log."""
    mine = access.projects(Verb.AUDIT_READ)
    if mine is not None and (not mine or query.get("project_id", min(mine)) not in mine):
        raise problems.FORBIDDEN()
    areas = access.areas

    def read(session: Session, before: int | None, limit: int, offset: int) -> Sequence[Audit]:
        return audit_log.entries(
            session, **query, projects=mine, areas=areas, before=before, limit=limit, offset=offset
        )

    return list_answer(AuditSchema, ExtendedAuditSchema, page(), read, shown)


def shown(entries: Sequence[Audit]) -> list[dict[str, Any]]:
    """Rows of the log as the schemas take them; extended with who and what, in a query for each kind."""
    plain: list[dict[str, Any]] = [
        {
            "actor_id": one.actor_id,
            "action": one.action,
            "actee_id": one.actee,
            "details": one.details,
            "notes": None,
            "logged_at": one.at,
        }
        for one in entries
    ]
    if is_extended():
        actors = {one.actor_id for one in entries if one.actor_id is not None} | _ids(entries, "actor")
        who = {a.id: a for a in db.session.scalars(select(Actor).where(Actor.id.in_(actors)))}
        what = _actees(entries, who)
        for row, one in zip(plain, entries, strict=True):
            row |= {"actor": who.get(one.actor_id or 0), "actee": what.get(one.actee or "")}
    return plain


def _ids(entries: Sequence[Audit], table: str) -> set[int]:
    parts = ((one.actee or "").partition(":") for one in entries)
    return {int(number) for name, _, number in parts if name == table and number.isdigit()}


def _actees(entries: Sequence[Audit], who: dict[int, Actor]) -> dict[str, Any]:
    session, forms, projects = db.session(), _ids(entries, "form"), _ids(entries, "project")
    found: dict[str, Any] = {f"actor:{key}": ActorSchema().dump(actor) for key, actor in who.items()}
    for project in session.scalars(select(Project).where(Project.id.in_(projects))):
        found[f"project:{project.id}"] = ProjectSchema().dump(project)
    for form in session.scalars(select(Form).where(Form.id.in_(forms))):
        found[f"form:{form.id}"] = {
            "projectId": form.project_id,
            "xmlFormId": form.xml_form_id,
            "state": form.state,
        }
    return found
