"""Who calls, under which base address: a token in the path, a draft's test token, or a session or password over https."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote

from flask import current_app, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.sansio.utils import get_current_url

from server import problems
from server.accounts import calling, signin
from server.accounts.access import Access, access_of
from server.accounts.models import Phone
from server.accounts.tokens import PHONE, token_mac
from server.areas.scope import NOWHERE
from server.db import polling
from server.forms import lifecycle, projects
from server.services import Services
from server.words import nearest


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `base` is the address that all of its paths hang on, without a slash at the end."""

    access: Access | None
    project_id: int
    base: str
    language: str
    phone: calling.Call | None = None
    draft_form_id: int | None = None
    areas: tuple[int, ...] = ()
    sees_rows: bool = True  # whether entity lists are more than their head

    @property
    def rows(self) -> tuple[int, ...]:
        """The areas whose entities lists show."""
        return self.areas if self.sees_rows else (NOWHERE,)

    def of_form(self, form_id: int) -> Caller:
        """The caller as a form's lists see them: a person, whose roles differ from form to form, may see no rows of these."""
        if self.phone is not None or self.access is None:
            return self
        return replace(self, sees_rows=self.access.sees_rows(self.project_id, form_id))

    @property
    def actor_id(self) -> int | None:
        """The acting actor; a draft's testers have none."""
        return None if self.access is None else self.access.actor_id


def language_of(session: Session, services: Services, token: str) -> str | None:
    """The language of the phone that a token belongs or belonged to: a withdrawn one is told so in its own."""
    mac = token_mac(services.keys, PHONE, token)
    return session.scalar(select(Phone.language).where(Phone.token_mac == mac))


def root() -> str:
    """The address set, or the one that this request came to: phones keep what they are told."""
    services: Services = current_app.extensions["fieldfare"]
    return services.settings.public_url.rstrip("/") or _at(request.scheme, request.host)


@lru_cache(maxsize=100)
def _at(scheme: str, host: str) -> str:
    return get_current_url(scheme, host).rstrip("/")


def key_base(token: str, project_id: int) -> str:
    """The address that a phone's paths hang on."""
    return f"{root()}/v1/key/{token}/projects/{project_id}"


def by_key(services: Services, token: str, project_id: int) -> Caller:
    """A phone, by the token in its address. Raises PHONE_UNKNOWN, also for a token of another project."""
    with polling() as connection:
        phone = calling.call(connection, services, token)
    if phone.project_id != project_id:
        raise problems.PHONE_UNKNOWN()
    language = nearest(phone.language, services.settings.language)
    base = key_base(token, project_id)
    return Caller(phone.access, project_id, base, language, phone=phone, areas=phone.access.areas)


def by_test_token(
    session: Session, services: Services, token: str, project_id: int, xml_form_id: str
) -> Caller:
    """Whoever holds a draft's test token: of lists they see what whoever made the draft does.

    Raises NOT_FOUND, also where its maker has no account any more: nobody's areas would be all areas.
    """
    form = lifecycle.by_draft_token(session, services, token)
    if form is None or form.project_id != project_id or form.xml_form_id != xml_form_id:
        raise problems.NOT_FOUND()
    maker_id = lifecycle.draft_of(form).created_by
    maker = None if maker_id is None else access_of(session, maker_id)
    if maker_id is not None and maker is None:
        raise problems.NOT_FOUND()
    areas = () if maker is None else maker.areas  # made on the server itself: by no person with areas
    named = quote(form.xml_form_id, safe="")
    base = f"{root()}/v1/test/{token}/projects/{project_id}/forms/{named}/draft"
    language = nearest(None if maker is None else maker.language, services.settings.language)
    sees_rows = maker is None or maker.sees_rows(project_id, form.id)
    return Caller(None, project_id, base, language, draft_form_id=form.id, areas=areas, sees_rows=sees_rows)


def by_person(session: Session, services: Services, project_id: int) -> Caller:
    """A person: Bearer token, or Basic over https (or this machine).

    Raises UNAUTHENTICATED, HTTPS_ONLY, TOO_MANY_TRIES, NOT_FOUND (no such project: an empty list would wipe an app).
    """
    actor_id = _person(session, services)
    access = None if actor_id is None else access_of(session, actor_id)
    if access is None:
        raise problems.UNAUTHENTICATED()
    projects.get(session, project_id)
    language = nearest(access.language, services.settings.language)
    base = f"{root()}/v1/projects/{project_id}"
    return Caller(access, project_id, base, language, areas=access.areas)


def _person(session: Session, services: Services) -> int | None:
    given = request.authorization
    if given is None:
        return None
    if given.type == "bearer" and given.token:
        current = signin.by_token(session, services, given.token)
        return None if current is None else current.actor_id
    if given.type != "basic":
        return None
    if not signin.is_private(request.is_secure, request.remote_addr, request.headers.keys()):
        raise problems.HTTPS_ONLY()
    address = request.remote_addr or ""
    return signin.known(session, services, given.username or "", given.password or "", address)
