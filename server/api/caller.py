"""Who calls: a token in the path, a Bearer token, Basic over https, or a page's cookie with its CSRF value.

Reads only, but for failed passwords, which are counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Request, current_app, g
from sqlalchemy.orm import Session

from server import problems
from server.accounts import phones, signin
from server.accounts.access import Access, access_of
from server.accounts.signin import Current
from server.services import Services

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever calls, and the session they came with, where it was one."""

    access: Access
    session: Current | None


def services() -> Services:
    """The installation's services."""
    found: Services = current_app.extensions["fieldfare"]
    return found


def identify(session: Session, request: Request) -> Caller:
    """The caller of a request. Raises `UNAUTHENTICATED`, `HTTPS_ONLY`, `CSRF`, `TOO_MANY_TRIES`, `PHONE_UNKNOWN`."""
    if key := g.get("key_token"):
        return _by_key(session, key)
    given = request.headers.get("Authorization")
    if given is None:
        return _by_cookie(session, request)
    kind, _, rest = given.partition(" ")
    if kind.lower() == "bearer":
        return _by_token(session, rest.strip())
    if kind.lower() == "basic":
        return _by_password(session, request)
    raise problems.UNAUTHENTICATED()


def is_secure(request: Request) -> bool:
    """Whether cookies must insist on https."""
    return request.is_secure or services().settings.base_url.startswith("https://")


def _by_key(session: Session, key: str) -> Caller:
    phone = phones.by_token(session, services(), key)
    if phones.is_news(session, phone):
        services().committer.run(lambda writing: phones.seen(writing, phone))
    return _caller(session, phone.actor_id, None)


def _by_token(session: Session, token: str) -> Caller:
    current = signin.by_token(session, services(), token)
    if current is None:
        raise problems.UNAUTHENTICATED()
    return _caller(session, current.actor_id, current)


def _by_password(session: Session, request: Request) -> Caller:
    if not signin.is_private(request.is_secure, request.remote_addr, request.headers.keys()):
        raise problems.HTTPS_ONLY()
    given = request.authorization
    if given is None or not given.username or not given.password:
        raise problems.UNAUTHENTICATED()
    who = signin.known(session, services(), given.username, given.password, request.remote_addr or "")
    if who is None:
        raise problems.UNAUTHENTICATED()
    return _caller(session, who, None)


def _by_cookie(session: Session, request: Request) -> Caller:
    token = request.cookies.get(signin.cookie_name(secure=is_secure(request)))
    if token is None:
        raise problems.UNAUTHENTICATED()
    caller = _by_token(session, token)
    if request.method not in SAFE:
        assert caller.session is not None
        if not signin.csrf_holds(caller.session, request.headers.get("X-CSRF")):
            raise problems.CSRF()
    return caller


def _caller(session: Session, actor_id: int, current: Current | None) -> Caller:
    access = access_of(session, actor_id)
    if access is None:
        raise problems.UNAUTHENTICATED()
    return Caller(access, current)
