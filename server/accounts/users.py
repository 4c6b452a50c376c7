"""People who sign in: made, found, changed, removed; links that set a password once; the first administrator.

Never commits. Signing in itself is `signin.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server import problems
from server.accounts import assignments, audit
from server.accounts.models import Actor, ActorArea, Assignment, Grant, OneTimeLink, SignIn, WebUser
from server.accounts.passwords import check_bounds, hash_password
from server.accounts.tokens import LINK, is_well_formed, new_token, token_mac
from server.db import dump_json, utcnow
from server.services import Services

LINK_LIFE = timedelta(hours=24)
LANGUAGES = ("en", "zh", "ar")
LONGEST_NAME, LARGEST_VALUE, MOST_PREFERENCES = 100, 2_000, 200
"""Of preferences: characters of a name, bytes of a value as JSON, how many one person has. Every call reads them all."""
EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.?[^@\s\x00-\x1f]*")


@dataclass(frozen=True, slots=True)
class SetUp:
    """How the first administrator comes to be: by a link, by the settings (an address), or both None: there is one."""

    link: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """What a one-time link is for: `setup` (no account yet) or `reset` of an account's password."""

    purpose: str
    actor_id: int | None
    email: str | None


def create(
    session: Session,
    *,
    email: object,
    password: object = None,
    display_name: str | None = None,
    language: str | None = None,
    by: int | None,
) -> WebUser:
    """A new person; without a password they need a link (`reset_link`). The name is the address where none is given.

    Raises `MISSING_PARAMETER`, `UNEXPECTED_VALUE` (no address), `NOT_UNIQUE`, `PASSWORD_SHORT`, `PASSWORD_LONG`.
    """
    address = _address(email)
    _refuse_taken(session, address)
    hashed = hash_password(check_bounds(password)) if password not in (None, "") else None
    actor = Actor(type="user", display_name=(display_name or str(email))[:200], created_at=utcnow())
    user = WebUser(
        actor=actor, email=address, password_hash=hashed, language=_language(language), preferences={}
    )
    with _alone(session, address):
        session.add(user)
    audit.record(session, "user.create", actor_id=by, actee=f"actor:{actor.id}")
    return user


def get(session: Session, actor_id: int) -> WebUser:
    """A person by actor id. Raises `NOT_FOUND`."""
    found = session.scalars(_living().where(WebUser.actor_id == actor_id)).first()
    if found is None:
        raise problems.NOT_FOUND()
    return found


def by_email(session: Session, email: str) -> WebUser | None:
    """A person by exact address, or None."""
    return session.scalars(_living().where(WebUser.email == email.strip().lower())).first()


def people(
    session: Session, q: str | None = None, *, limit: int | None = None, offset: int = 0
) -> Sequence[WebUser]:
    """Everybody who can sign in, by address; with `q` those whose name or address has it."""
    query = _living().order_by(WebUser.email)
    if q:
        like = "%" + re.sub(r"([\\%_])", r"\\\1", q.lower()) + "%"
        name = func.lower(Actor.display_name)
        query = query.where(or_(WebUser.email.like(like, escape="\\"), name.like(like, escape="\\")))
    if limit is not None:
        query = query.limit(limit)
    return session.scalars(query.offset(offset) if offset else query).all()


def change(
    session: Session,
    user: WebUser,
    *,
    email: object = None,
    display_name: str | None = None,
    language: str | None = None,
    by: int | None,
) -> WebUser:
    """Change address, name or language; what is None stays. Raises as `create`."""
    changed: dict[str, str] = {}
    if email is not None and (address := _address(email)) != user.email:
        _refuse_taken(session, address)
        with _alone(session, address):
            user.email = address
        changed["email"] = "changed"  # the log keeps no addresses
    if display_name is not None:
        if not display_name.strip():
            raise problems.UNEXPECTED_VALUE(
                field="displayName", value="", reason=problems.Sentence("it is empty")
            )
        user.actor.display_name = changed["displayName"] = display_name[:200]
    if language is not None:
        user.language = changed["language"] = _language(language) or "en"
    user.actor.updated_at = utcnow()
    audit.record(
        session, "user.update", actor_id=by, actee=f"actor:{user.actor_id}", details={"data": changed}
    )
    session.flush()
    return user


def set_password(
    session: Session, user: WebUser, new: object, *, keep: int | None = None, by: int | None
) -> None:
    """Set a password; sessions but `keep`, and open links, end. Whether the old one was right is `signin.examine`'s to say."""
    user.password_hash = hash_password(check_bounds(new))
    user.actor.updated_at = utcnow()
    _end_sessions(session, user.actor_id, keep=keep)
    session.execute(delete(OneTimeLink).where(OneTimeLink.actor_id == user.actor_id))
    audit.record(
        session,
        "user.update",
        actor_id=by,
        actee=f"actor:{user.actor_id}",
        details={"data": {"password": True}},
    )


def invalidate_password(session: Session, user: WebUser, *, by: int) -> None:
    """Take the password away and end every session: only a link lets the person in again."""
    user.password_hash = None
    _end_sessions(session, user.actor_id)
    audit.record(
        session,
        "user.update",
        actor_id=by,
        actee=f"actor:{user.actor_id}",
        details={"data": {"password": None}},
    )


def remove(session: Session, user: WebUser, *, by: int | None) -> None:
    """Remove a person: roles, areas, sessions and links go, the name stays in the records, the address is free.

    Raises `LAST_ADMIN`.
    """
    actor_id = user.actor_id
    assignments.leave_an_admin(session, user.actor)
    for table in (Assignment, Grant, ActorArea, OneTimeLink):
        session.execute(delete(table).where(table.actor_id == actor_id))
    _end_sessions(session, actor_id)
    user.email, user.password_hash = f"removed-{actor_id}", None
    user.actor.deleted_at = utcnow()
    audit.record(session, "user.delete", actor_id=by, actee=f"actor:{actor_id}")


def reset_link(session: Session, services: Services, user: WebUser) -> str:
    """An address under which the person sets a new password, once, within 24 hours. Earlier ones stop working."""
    session.execute(delete(OneTimeLink).where(OneTimeLink.actor_id == user.actor_id))
    return _link(session, services, "reset", user.actor_id)


def link_info(session: Session, services: Services, token: str) -> LinkInfo | None:
    """What a one-time link's token is for; None where it is unknown, used or too old."""
    if not is_well_formed(token):
        return None
    row = session.execute(
        select(OneTimeLink.purpose, OneTimeLink.actor_id, WebUser.email)
        .outerjoin(WebUser, WebUser.actor_id == OneTimeLink.actor_id)
        .where(
            OneTimeLink.token_mac == token_mac(services.keys, LINK, token), OneTimeLink.expires_at > utcnow()
        )
    ).first()
    return LinkInfo(row[0], row[1], row[2]) if row else None


def use_reset(session: Session, services: Services, token: str, new: object) -> WebUser:
    """Set the password of a reset link's account; the link is used up. Raises `FORBIDDEN` where it does not work."""
    info = link_info(session, services, token)
    if info is None or info.purpose != "reset" or info.actor_id is None:
        raise problems.FORBIDDEN()
    user = get(session, info.actor_id)
    set_password(session, user, new, by=user.actor_id)
    return user


def use_setup(
    session: Session,
    services: Services,
    token: str,
    *,
    email: object,
    password: object,
    display_name: str | None = None,
) -> WebUser:
    """Make the first administrator with the set-up link. Raises `FORBIDDEN` where it does not work, or as `create`."""
    info = link_info(session, services, token)
    if info is None or info.purpose != "setup" or has_admin(session):
        raise problems.FORBIDDEN()
    check_bounds(password)
    user = create(session, email=email, password=password, display_name=display_name, by=None)
    make_admin(session, user)
    session.execute(delete(OneTimeLink).where(OneTimeLink.purpose == "setup"))
    return user


def has_admin(session: Session) -> bool:
    """Whether anybody administers the site."""
    query = (
        select(Assignment.id)
        .join(Actor, Actor.id == Assignment.actor_id)
        .where(Assignment.role == "admin", Assignment.project_id.is_(None), Actor.deleted_at.is_(None))
    )
    return session.execute(query.limit(1)).first() is not None


def ensure_first_admin(session: Session, services: Services) -> SetUp:
    """Make the administrator of the settings, or a fresh set-up link, where nobody administers yet.

    Called at each start: a link printed earlier stops working when a newer one is made.
    """
    if has_admin(session):
        return SetUp()
    settings = services.settings
    if settings.admin_email:
        user = by_email(session, settings.admin_email) or create(
            session, email=settings.admin_email, password=settings.admin_password, by=None
        )
        make_admin(session, user)
        return SetUp(email=user.email)
    session.execute(delete(OneTimeLink).where(OneTimeLink.purpose == "setup"))
    return SetUp(link=_link(session, services, "setup", None))


def set_preference(session: Session, user: WebUser, project_id: int | None, name: str, value: object) -> None:
    """Keep one of Central's user preferences (settings of a page), for the site or a project; `None` is a value.

    Raises `UNEXPECTED_VALUE` for a name or value that is too long, and where so many are kept already.
    """
    if not 0 < len(name) <= LONGEST_NAME:
        reason = problems.Sentence("it has 1 to {most} characters", most=LONGEST_NAME)
        raise problems.UNEXPECTED_VALUE(field="name", value=name[:80], reason=reason)
    if len(dump_json(value).encode()) > LARGEST_VALUE:
        reason = problems.Sentence("it is larger than {most} bytes", most=LARGEST_VALUE)
        raise problems.UNEXPECTED_VALUE(
            field="propertyValue", value=problems.shown("propertyValue", value), reason=reason
        )
    place, of = ("site", "") if project_id is None else ("projects", str(project_id))
    kept = {
        "site": dict(user.preferences.get("site", {})),
        "projects": dict(user.preferences.get("projects", {})),
    }
    if place == "site":
        kept["site"][name] = value
    else:
        kept["projects"][of] = {**kept["projects"].get(of, {}), name: value}
    if len(kept["site"]) + sum(map(len, kept["projects"].values())) > MOST_PREFERENCES:
        reason = problems.Sentence("a person has {most} preferences at most", most=MOST_PREFERENCES)
        raise problems.UNEXPECTED_VALUE(field="name", value=name, reason=reason)
    user.preferences = kept


def drop_preference(session: Session, user: WebUser, project_id: int | None, name: str) -> None:
    """Forget a preference. Raises `NOT_FOUND` where it was not kept."""
    kept = {
        "site": dict(user.preferences.get("site", {})),
        "projects": dict(user.preferences.get("projects", {})),
    }
    of = kept["site"] if project_id is None else dict(kept["projects"].get(str(project_id), {}))
    if name not in of:
        raise problems.NOT_FOUND()
    del of[name]
    if project_id is not None:
        kept["projects"][str(project_id)] = of
    user.preferences = kept


def make_admin(session: Session, user: WebUser) -> None:
    """Give a person the administrator's role on the whole site."""
    session.add(Assignment(actor_id=user.actor_id, role="admin", project_id=None, form_id=None))
    audit.record(
        session,
        "user.assignment.create",
        actor_id=None,
        actee=f"actor:{user.actor_id}",
        details={"role": "admin"},
    )
    session.flush()


def _link(session: Session, services: Services, purpose: str, actor_id: int | None) -> str:
    token = new_token()
    mac = token_mac(services.keys, LINK, token)
    session.add(
        OneTimeLink(token_mac=mac, purpose=purpose, actor_id=actor_id, expires_at=utcnow() + LINK_LIFE)
    )
    session.flush()
    return f"{services.settings.base_url}/{'welcome' if purpose == 'setup' else 'password'}/{token}"


def _living() -> Select[WebUser]:
    return select(WebUser).join(Actor, Actor.id == WebUser.actor_id).where(Actor.deleted_at.is_(None))


def _refuse_taken(session: Session, address: str) -> None:
    if by_email(session, address) is not None:
        raise problems.NOT_UNIQUE(fields="email", values=address)


@contextmanager
def _alone(session: Session, address: str) -> Iterator[None]:
    """Write an address that nobody else writes in the same instant, unseen by `_refuse_taken`. Raises `NOT_UNIQUE`."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        raise problems.NOT_UNIQUE(fields="email", values=address) from error


def _address(email: object) -> str:
    if email is None or email == "":
        raise problems.MISSING_PARAMETER(field="email")
    if not isinstance(email, str):
        raise problems.INVALID_TYPE(field="email", value=problems.shown("email", email), expected="a string")
    address = email.strip().lower()
    if len(address) > 320 or not EMAIL.fullmatch(address):
        raise problems.UNEXPECTED_VALUE(
            field="email", value=email[:320], reason=problems.Sentence("it is not an e-mail address")
        )
    return address


def _language(language: str | None) -> str | None:
    if language and language not in LANGUAGES:
        raise problems.UNEXPECTED_VALUE(
            field="language", value=language, reason=problems.Sentence("it is not one of en, zh, ar")
        )
    return language or None


def _end_sessions(session: Session, actor_id: int, *, keep: int | None = None) -> None:
    query = delete(SignIn).where(SignIn.actor_id == actor_id)
    session.execute(query if keep is None else query.where(SignIn.id != keep))
