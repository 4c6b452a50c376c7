"""App users (phones): ODK Central's endpoints, with areas, language and 'new forms too' beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import fields
from sqlalchemy import select

from server.accounts import phones, whose_areas
from server.accounts.access import Access
from server.accounts.models import Actor, Phone
from server.accounts.roles import Verb
from server.api.areas import ids_of_codes
from server.api.caller import services
from server.api.plumbing import SUCCESS, blueprint, is_extended
from server.api.schemas import AppUserSchema, ExtendedAppUserSchema, Instant, Plain, Success
from server.db import db
from server.forms.models import Form, FormVersion, Project
from server.ingest.models import Submission

app_users = blueprint("App users", "Phones, each with a token of its own")

BASE = "/projects/<id:project_id>/app-users"


class AppUserBody(Plain):
    """A phone as it is sent."""

    display_name = fields.Raw(load_default=None)
    properties = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), allow_none=True)
    areas = fields.List(fields.String(), allow_none=True)
    language = fields.String(allow_none=True)
    new_forms = fields.Boolean(allow_none=True)


class UnsentSchema(Plain):
    """A form version that the phone fetched and may hold unsent visits of."""

    xml_form_id = fields.String()
    version = fields.String()


class RemovedSchema(Success):
    """What removing a phone leaves open."""

    last_seen_at = Instant(allow_none=True)
    may_be_unsent = fields.List(fields.Nested(UnsentSchema))


@app_users.get(BASE)
@app_users.requires(Verb.FIELD_KEY_LIST)
@app_users.answers(AppUserSchema, ExtendedAppUserSchema, many=True)
def list_app_users(access: Access, project: Project) -> list[dict[str, Any]]:
    """The project's phones, working ones first; `token` is null once access was withdrawn, and for who may change none."""
    return _shown(access, phones.of_project(db.session(), project.id, access.areas))


@app_users.post(BASE)
@app_users.requires(Verb.FIELD_KEY_CREATE)
@app_users.takes(AppUserBody)
@app_users.answers(AppUserSchema)
def create_app_user(access: Access, body: dict[str, Any], project: Project) -> dict[str, Any]:
    """Make a phone. It sees no form until it is given some (`/forms/{id}/assignments/app-user/{actorId}`)."""
    session = db.session()
    codes = body.get("areas") or []
    areas = ids_of_codes(session, codes)
    whose_areas.refuse_wider(session, access.areas, areas, codes)
    phone, _ = phones.create(
        session,
        services(),
        project.id,
        body["display_name"],
        new_forms=bool(body.get("new_forms")),
        areas=areas,
        language=body.get("language") or "en",
        properties=_properties({}, body.get("properties")),
        by=access.actor_id,
    )
    return _shown(access, [phone])[0]


@app_users.get(f"{BASE}/<id:actor_id>")
@app_users.requires(Verb.FIELD_KEY_LIST)
@app_users.answers(AppUserSchema, ExtendedAppUserSchema)
def read_app_user(access: Access, project: Project, actor_id: int) -> dict[str, Any]:
    """One phone."""
    return _shown(access, [phones.get(db.session(), project.id, actor_id, access.areas)])[0]


@app_users.patch(f"{BASE}/<id:actor_id>")
@app_users.requires(Verb.FIELD_KEY_UPDATE)
@app_users.takes(AppUserBody)
@app_users.answers(AppUserSchema, ExtendedAppUserSchema)
def change_app_user(access: Access, body: dict[str, Any], project: Project, actor_id: int) -> dict[str, Any]:
    """Change a phone; a property that is null goes."""
    session = db.session()
    phone = phones.get(session, project.id, actor_id, access.areas)
    areas = None if body.get("areas") is None else ids_of_codes(session, body["areas"])
    properties = body.get("properties")
    if areas is not None:
        whose_areas.refuse_wider(session, access.areas, areas, body["areas"])
    phones.change(
        session,
        phone,
        name=body.get("display_name"),
        new_forms=body.get("new_forms"),
        areas=areas,
        language=body.get("language"),
        properties=None if properties is None else _properties(phone.properties, properties),
        by=access.actor_id,
    )
    return _shown(access, [phone])[0]


@app_users.delete(f"{BASE}/<id:actor_id>")
@app_users.requires(Verb.FIELD_KEY_DELETE)
@app_users.answers(RemovedSchema)
def remove_app_user(access: Access, project: Project, actor_id: int) -> dict[str, Any]:
    """Withdraw a phone's access and take it off the list; the answer says what may still be on it."""
    session = db.session()
    phone = phones.get(session, project.id, actor_id, access.areas)
    left = phones.remove(session, phone, by=access.actor_id)
    fetched = select(FormVersion).where(FormVersion.id.in_(left.form_version_ids)).order_by(FormVersion.id)
    name_of = {
        row[0]: row[1]
        for row in session.execute(select(Form.id, Form.xml_form_id).where(Form.project_id == project.id))
    }
    unsent = [{"xml_form_id": name_of[v.form_id], "version": v.version} for v in session.scalars(fetched)]
    return {**SUCCESS, "last_seen_at": left.last_seen_at, "may_be_unsent": unsent}


def _properties(held: dict[str, str], given: dict[str, str | None] | None) -> dict[str, str]:
    merged = {**held, **(given or {})}
    return {key: value for key, value in merged.items() if value is not None}


_LAST_SENT = select(
    Phone.actor_id,
    select(Submission.created_at)
    .where(Submission.submitter_id == Phone.actor_id)
    .order_by(Submission.id.desc())
    .limit(1)
    .scalar_subquery(),
)
"""When each phone last sent a visit: one step in the index of submitters for each, however many they sent."""


def _shown(access: Access, found: Sequence[Phone]) -> list[dict[str, Any]]:
    session, ids = db.session(), [phone.actor_id for phone in found]
    areas = whose_areas.areas_of(session, ids)
    hands_out = Verb.FIELD_KEY_UPDATE  # a token is the phone itself: who only looks is not given it
    shown: list[dict[str, Any]] = [
        {
            "id": phone.actor_id,
            "type": phone.actor.type,
            "display_name": phone.actor.display_name,
            "created_at": phone.actor.created_at,
            "updated_at": phone.actor.updated_at,
            "deleted_at": phone.actor.deleted_at,
            "project_id": phone.project_id,
            "token": phones.token_of(services(), phone) if access.may(hands_out, phone.project_id) else None,
            "language": phone.language,
            "new_forms": phone.new_forms,
            "areas": [area.code for area in areas.get(phone.actor_id, [])],
            "last_seen_at": phone.last_seen_at,
            "revoked_at": phone.revoked_at,
        }
        for phone in found
    ]
    if is_extended():
        makers = {phone.created_by for phone in found if phone.created_by is not None}
        by_id = {actor.id: actor for actor in session.scalars(select(Actor).where(Actor.id.in_(makers)))}
        used = {row[0]: row[1] for row in session.execute(_LAST_SENT.where(Phone.actor_id.in_(ids)))}
        for one, phone in zip(shown, found, strict=True):
            one |= {"created_by": by_id.get(phone.created_by or 0), "properties": phone.properties}
            one["last_used"] = used.get(phone.actor_id)
    return shown
