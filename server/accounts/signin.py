"""Signing in and out: one way in for pages and programs alike, in two steps so that no write lock waits for argon2.

`examine` reads and hashes; `settle` writes what came of it: a session, or a failure that counts, one after the other
and counted anew, so that guesses made at once are no more than guesses made in turn. The words and the time of a
refusal are the same whether the account is unknown, has no password, or the password is wrong.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from server import problems
from server.accounts import audit
from server.accounts.models import Actor, FailedSignIn, OneTimeLink, SignIn, WebUser
from server.accounts.passwords import verify
from server.accounts.tokens import SESSION, is_well_formed, new_token, token_mac
from server.db import utcnow
from server.services import Services

SESSION_LIFE = timedelta(hours=24)
WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 60
"""An office or a village shares one address: more than an account is given, and still no guessing."""

_TURN = text(
    f"SELECT pg_advisory_xact_lock({0x7369676E})"
)  # "sign": any number that nothing else in the database locks

CSRF_COOKIE = "__csrf"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What examining an e-mail address and password gave; `settle` writes it down."""

    actor_id: int | None
    account: str
    address: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened. The token is here and nowhere else: only its HMAC is stored."""

    token: str
    csrf: str
    actor_id: int
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Current:
    """The session that a request came with."""

    id: int
    actor_id: int
    csrf: str
    created_at: datetime
    expires_at: datetime


def cookie_name(*, secure: bool) -> str:
    """Name of the session's cookie, as in ODK Central: with `__Host-` browsers insist on https, no domain, path `/`."""
    return "__Host-session" if secure else "session"


def is_private(secure: bool, address: str | None, headers: Iterable[str]) -> bool:
    """Whether a password may travel as it came: over https, or on this machine without any proxy between."""
    forwarded = {name.lower() for name in headers} & {"forwarded", "x-forwarded-for", "x-forwarded-proto"}
    return secure or (address in {"127.0.0.1", "::1"} and not forwarded)


def examine(session: Session, services: Services, email: str, password: str, address: str) -> Verdict:
    """Look at an e-mail address and a password that came from a network address. Writes nothing.

    Raises `TOO_MANY_TRIES` where this account or this network address failed too often within 15 minutes.
    """
    email = email.strip().lower()
    account = services.keys.mac("sign-in account", email.encode("utf-8", "surrogatepass")).hex()
    network = services.keys.mac("sign-in address", address.encode()).hex()
    _refuse_after_failures(session, account, network)
    query = (
        select(WebUser.actor_id, WebUser.password_hash)
        .join(Actor, Actor.id == WebUser.actor_id)
        .where(WebUser.email == email.replace("\0", "?"), Actor.deleted_at.is_(None))
    )  # PostgreSQL takes no NUL; no address has one
    found = session.execute(query).first()
    right = verify(found[1] if found else None, password)
    return Verdict(found[0] if found and right else None, account, network)


def settle(
    session: Session, services: Services, verdict: Verdict, *, user_agent: str | None = None
) -> Opened | None:
    """Write the verdict down: a session, or (None) a failure; the caller commits either, then refuses. Raises as `note`."""
    if not note(session, verdict):
        return None
    assert verdict.actor_id is not None
    opened = open_session(session, services, verdict.actor_id)
    user = session.get_one(WebUser, verdict.actor_id)
    details = {"userAgent": user_agent[:255]} if user_agent else None
    audit.record(
        session,
        "user.session.create",
        actor_id=user.actor_id,
        actee=f"actor:{user.actor_id}",
        details=details,
    )
    return opened


def note(session: Session, verdict: Verdict) -> bool:
    """Count a failure, or forget the account's earlier ones; whether the verdict was right.

    Raises `TOO_MANY_TRIES`, for a right password too, where others have used up the tries while this one was examined.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_TURN)  # SQLite has one writer at a time
    now = utcnow()
    _sweep(session, now)
    _refuse_after_failures(session, verdict.account, verdict.address)
    if verdict.actor_id is None:
        session.add_all(
            [FailedSignIn(who=verdict.account, at=now), FailedSignIn(who=verdict.address, at=now)]
        )
        session.flush()
        return False
    session.execute(delete(FailedSignIn).where(FailedSignIn.who == verdict.account))
    return True


def known(session: Session, services: Services, email: str, password: str, address: str) -> int | None:
    """Whose e-mail address and password these are, for a call that opens no session (Basic); None counts as a failure.

    `session` only reads and is rolled back; it is written only where there is a failure to count or to forget.
    Raises `TOO_MANY_TRIES`.
    """
    verdict = examine(session, services, email, password, address)
    session.rollback()  # what failed meanwhile is seen
    if verdict.actor_id is None or _refuse_after_failures(session, verdict.account, verdict.address):
        session.rollback()
        services.committer.run(lambda writing: note(writing, verdict))
    return verdict.actor_id


def open_session(session: Session, services: Services, actor_id: int) -> Opened:
    """A new session of 24 hours, always with a new token (nothing that a browser had before is taken over)."""
    now = utcnow()
    session.get_one(WebUser, actor_id).last_login_at = now
    opened = Opened(new_token(), new_token(), actor_id, now, now + SESSION_LIFE)
    mac = token_mac(services.keys, SESSION, opened.token)
    session.add(
        SignIn(
            token_mac=mac, actor_id=actor_id, csrf=opened.csrf, created_at=now, expires_at=opened.expires_at
        )
    )
    session.flush()
    return opened


def by_token(session: Session, services: Services, token: str) -> Current | None:
    """The session of a token, if it is open and its person still there."""
    if not is_well_formed(token):
        return None
    row = session.execute(
        select(SignIn.id, SignIn.actor_id, SignIn.csrf, SignIn.created_at, SignIn.expires_at)
        .join(Actor, Actor.id == SignIn.actor_id)
        .where(
            SignIn.token_mac == token_mac(services.keys, SESSION, token),
            SignIn.expires_at > utcnow(),
            Actor.deleted_at.is_(None),
        )
    ).first()
    return Current(*row) if row else None


def csrf_holds(current: Current, given: str | None) -> bool:
    """Whether a write that came with a cookie carries the session's own CSRF value."""
    return given is not None and hmac.compare_digest(current.csrf.encode(), given.encode("utf-8", "replace"))


def sign_out(session: Session, sign_in_id: int) -> None:
    """End a session."""
    session.execute(delete(SignIn).where(SignIn.id == sign_in_id))


def _refuse_after_failures(session: Session, account: str, network: str) -> int:
    """Failures of the account within 15 minutes. Raises `TOO_MANY_TRIES` where they, or the network's, are too many."""
    since = utcnow() - WINDOW
    counted = (
        select(FailedSignIn.who, func.count(), func.min(FailedSignIn.at))
        .where(FailedSignIn.who.in_([account, network]), FailedSignIn.at > since)
        .group_by(FailedSignIn.who)
    )
    failed = 0
    for who, count, first in session.execute(counted):
        if count >= (TRIES_PER_ACCOUNT if who == account else TRIES_PER_ADDRESS):
            left = (first + WINDOW) - utcnow()
            raise problems.TOO_MANY_TRIES(minutes=max(1, -(-int(left.total_seconds()) // 60)))
        failed = count if who == account else failed
    return failed


def _sweep(session: Session, now: datetime) -> None:
    """What is over goes when somebody signs in or fails to: nothing else makes these tables grow."""
    session.execute(delete(SignIn).where(SignIn.expires_at < now))
    session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < now))
    session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - 4 * WINDOW))
