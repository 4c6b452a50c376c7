"""Sessions: signing in and out, and (as in Central) withdrawing a phone's access by its token."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from server import problems
from server.accounts import phones, signin
from server.accounts.access import Access
from server.accounts.cookies import clear_cookies, set_cookies
from server.accounts.roles import Verb
from server.accounts.signin import Current
from server.api.caller import is_secure, services
from server.api.json_body import read_json
from server.api.plumbing import SUCCESS, blueprint, current, json_answer, read_write
from server.api.schemas import SessionSchema, Success
from server.db import db, read_only, transaction
from server.problems import ProblemError

sessions = blueprint("Sessions", "Signing in and out")


@sessions.post("/sessions")
@sessions.answers(SessionSchema)
def open_session() -> Response:
    """Sign in with e-mail and password (JSON `email`, `password`): a token for `Authorization: Bearer`, and cookies."""
    email, password = _credentials(read_json(request))
    session = db.session()
    read_only(session)
    verdict = signin.examine(session, services(), email, password, request.remote_addr or "")
    read_write(session)
    with transaction(session):
        opened = signin.settle(session, services(), verdict, user_agent=request.headers.get("User-Agent"))
    if opened is None:
        raise problems.UNAUTHENTICATED()
    response = json_answer(SessionSchema().dump(opened))
    if request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none"):
        set_cookies(
            response, opened, secure=is_secure(request)
        )  # no other site signs a browser in under an account of its own
    return response


@sessions.get("/sessions/restore")
@sessions.requires()
@sessions.answers(SessionSchema)
def restore_session(access: Access) -> dict[str, Any]:
    """The session that the request came with."""
    known = current().session
    if known is None:
        raise problems.NOT_FOUND()
    return {"created_at": known.created_at, "expires_at": known.expires_at, "csrf": known.csrf}


@sessions.delete("/sessions/current")
@sessions.requires()
@sessions.answers(Success)
def end_current(access: Access) -> Response:
    """Sign out."""
    known = current().session
    if known is None:
        raise problems.NOT_FOUND()
    return _ended(known)


@sessions.delete("/sessions/<token>")
@sessions.requires()
@sessions.answers(Success)
def end_session(access: Access, token: str) -> Response:
    """End the session of a token, one's own or (with the right) another's; or withdraw a phone's access by its token.

    An unknown token is refused like one that one may not end.
    """
    session = db.session()
    known = signin.by_token(session, services(), token)
    if known is not None:
        if known.actor_id != access.actor_id:
            access.require(Verb.SESSION_END)
        return _ended(known)
    try:
        phone = phones.by_token(session, services(), token)
    except ProblemError as error:
        raise problems.FORBIDDEN() from error
    access.require(Verb.SESSION_END, phone.project_id)
    phones.revoke(session, phone, by=access.actor_id)
    return json_answer(SUCCESS)


def _ended(known: Current) -> Response:
    signin.sign_out(db.session(), known.id)
    response = json_answer(SUCCESS)
    if (mine := current().session) is not None and mine.id == known.id:
        clear_cookies(response, secure=is_secure(request))
    return response


def _credentials(body: Any) -> tuple[str, str]:
    given = body if isinstance(body, dict) else {}
    email, password = given.get("email"), given.get("password")
    if email in (None, "") or password in (None, ""):
        got = [key for key in ("email", "password") if given.get(key) not in (None, "")]
        raise problems.MISSING_PARAMETERS(expected=["email", "password"], got=got)
    for name, value in (("email", email), ("password", password)):
        if not isinstance(value, str):
            raise problems.INVALID_TYPE(field=name, value=problems.shown(name, value), expected="a string")
    return email, password
