"""Web users: ODK Central's endpoints, with language, areas and reset links beside: no mail is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from marshmallow import fields

from server import problems
from server.accounts import signin, whose_areas
from server.accounts import users as people
from server.accounts.access import Access
from server.accounts.models import WebUser
from server.accounts.roles import Verb
from server.api.areas import ids_of_codes
from server.api.caller import identify, services
from server.api.json_body import read_json
from server.api.plumbing import (
    SUCCESS,
    blueprint,
    current,
    flag,
    is_extended,
    json_answer,
    page,
    read_write,
    writing,
)
from server.api.schemas import CurrentUserSchema, Plain, Success, UserSchema
from server.db import db, read_only, transaction

users = blueprint("Users", "People who sign in")


class NewUser(Plain):
    """A person to be made; without a password the answer has a link that sets one."""

    email = fields.String(required=True)
    password = fields.String(allow_none=True)
    display_name = fields.String(allow_none=True)
    language = fields.String(allow_none=True)
    areas = fields.List(fields.String(), allow_none=True)


class UserChange(Plain):
    """What of a person changes."""

    email = fields.String()
    display_name = fields.String()
    language = fields.String()
    areas = fields.List(fields.String())


class Passwords(Plain):
    """The password as it is, and as it shall be."""

    old = fields.Raw(load_default=None)
    new = fields.Raw(load_default=None)


@users.get("/users")
@users.requires()
@users.answers(UserSchema, many=True)
def list_users(access: Access) -> Sequence[dict[str, Any]]:
    """Everybody, or those found by `?q=`; a person without the right to list finds whose exact address they give."""
    session, q = db.session(), request.args.get("q")
    exact = people.by_email(session, q) if q and not access.is_phone else None
    if exact is not None:
        return _shown([exact])
    if not access.may(Verb.USER_LIST):
        return []
    paged = page()
    return _shown(people.people(session, q, limit=paged.limit, offset=paged.offset))


@users.post("/users")
@users.requires(Verb.USER_CREATE)
@users.takes(NewUser)
@users.answers(UserSchema)
def create_user(access: Access, body: dict[str, Any]) -> dict[str, Any]:
    """Make a person."""
    session = db.session()
    areas = body.pop("areas", None) or []
    user = people.create(session, **{"email": None, **body}, by=access.actor_id)
    whose_areas.set_areas(session, user.actor_id, ids_of_codes(session, areas), by=access.actor_id)
    shown = _shown([user])[0]
    if user.password_hash is None:
        shown["reset_link"] = people.reset_link(session, services(), user)
    return shown


@users.get("/users/current")
@users.requires()
@users.answers(UserSchema, CurrentUserSchema)
def current_user(access: Access) -> dict[str, Any]:
    """The caller; extended with verbs on the site and preferences."""
    user = people.get(db.session(), access.actor_id)
    shown = _shown([user])[0]
    if is_extended():
        kept = user.preferences
        shown["verbs"] = sorted(access.verbs_on())
        shown["preferences"] = {"site": kept.get("site", {}), "projects": kept.get("projects", {})}
    return shown


@users.get("/users/<id:actor_id>")
@users.requires()
@users.answers(UserSchema)
def read_user(access: Access, actor_id: int) -> dict[str, Any]:
    """One person."""
    return _shown([_reached(access, actor_id, Verb.USER_READ)])[0]


@users.patch("/users/<id:actor_id>")
@users.requires()
@users.takes(UserChange)
@users.answers(UserSchema)
def change_user(access: Access, body: dict[str, Any], actor_id: int) -> dict[str, Any]:
    """Change a person. Areas are given by who may update everybody, never by oneself."""
    session = db.session()
    user = _reached(access, actor_id, Verb.USER_UPDATE)
    if (areas := body.pop("areas", None)) is not None:
        access.require(Verb.USER_UPDATE)
        whose_areas.set_areas(session, actor_id, ids_of_codes(session, areas), by=access.actor_id)
    return _shown([people.change(session, user, **body, by=access.actor_id)])[0]


@users.delete("/users/<id:actor_id>")
@users.requires()
@users.answers(Success)
def remove_user(access: Access, actor_id: int) -> dict[str, bool]:
    """Remove a person; the name stays in the records."""
    user = people.get(db.session(), actor_id)
    access.require(Verb.USER_DELETE)
    people.remove(db.session(), user, by=access.actor_id)
    return dict(SUCCESS)


@users.put("/users/<id:actor_id>/password")
@users.requires(transact=False)
@users.takes(Passwords)
@users.answers(Success)
def change_password(access: Access, body: dict[str, Any], actor_id: int) -> dict[str, bool]:
    """Change a password, knowing the old one; other sessions end. Wrong ones count like those of signing in."""
    email, old = _reached(access, actor_id, Verb.USER_UPDATE).email, body["old"]
    mine = current().session
    keep = mine.id if mine is not None and mine.actor_id == actor_id else None
    if not isinstance(old, str):
        raise problems.UNAUTHENTICATED()
    verdict = signin.examine(db.session(), services(), email, old, request.remote_addr or "")
    with writing() as session:
        if right := signin.note(session, verdict):
            user = people.get(session, actor_id)
            people.set_password(session, user, body["new"], keep=keep, by=access.actor_id)
    if not right:
        raise problems.UNAUTHENTICATED()
    return dict(SUCCESS)


@users.post("/users/reset/initiate")
@users.answers(Success)
def begin_reset() -> Any:
    """Ask for a new password. The answer is the same whether or not there is such an account.

    There is no mail: who may invalidate passwords gets the link (`resetLink`) in the answer and hands it on. With
    `?invalidate=true` the old password stops working at once.
    """
    body = read_json(request)
    email = body.get("email") if isinstance(body, dict) else None
    if not email or not isinstance(email, str):
        raise problems.MISSING_PARAMETER(field="email")
    session = db.session()
    if "Authorization" not in request.headers and not flag("invalidate"):
        return json_answer(SUCCESS)
    read_only(session)
    access = identify(session, request).access
    read_write(session)
    if not access.may(Verb.USER_PASSWORD_INVALIDATE):
        if flag("invalidate"):
            raise problems.FORBIDDEN()
        return json_answer(SUCCESS)
    with transaction(session):
        user = people.by_email(session, email)
        if user is None:
            return json_answer(SUCCESS)
        if flag("invalidate"):
            people.invalidate_password(session, user, by=access.actor_id)
        return json_answer({**SUCCESS, "resetLink": people.reset_link(session, services(), user)})


@users.post("/users/reset/verify")
@users.answers(Success)
def finish_reset() -> dict[str, bool]:
    """Set a new password (JSON `new`) with a reset link's token as Bearer token."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    body = read_json(request)
    new = body.get("new") if isinstance(body, dict) else None
    if kind.lower() != "bearer":
        raise problems.UNAUTHENTICATED()
    with transaction(db.session()) as session:
        people.use_reset(session, services(), token.strip(), new)
    return dict(SUCCESS)


def _reached(access: Access, actor_id: int, verb: Verb) -> WebUser:
    """A person that the caller may read or change: everybody may themselves."""
    user = people.get(db.session(), actor_id)
    if actor_id != access.actor_id:
        access.require(verb)
    return user


def _shown(found: Sequence[WebUser]) -> list[dict[str, Any]]:
    areas = whose_areas.areas_of(db.session(), [user.actor_id for user in found])
    return [
        {
            "id": user.actor_id,
            "type": user.actor.type,
            "display_name": user.actor.display_name,
            "created_at": user.actor.created_at,
            "updated_at": user.actor.updated_at,
            "deleted_at": user.actor.deleted_at,
            "email": user.email,
            "last_login_at": user.last_login_at,
            "language": user.language,
            "areas": [area.code for area in areas.get(user.actor_id, [])],
        }
        for user in found
    ]
