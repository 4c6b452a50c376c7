"""Phones (app users): a token in the address instead of a password, their forms and areas, what revoking them means.

Knows forms by id only: names of projects and forms are given by the caller.
"""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import segno
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Table,
    and_,
    bindparam,
    column,
    delete,
    exists,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.orm import Session

from server import problems
from server.accounts import audit
from server.accounts.models import Actor, ActorArea, Assignment, Phone, PhoneForm
from server.accounts.tokens import PHONE, is_well_formed, new_token, token_mac
from server.accounts.users import LANGUAGES
from server.accounts.whose_areas import give_areas
from server.areas.scope import visible
from server.db import utcnow
from server.hot import Hot, at_last, wire
from server.services import Services

SEEN_EVERY = timedelta(minutes=1)
ROLE = "app-user"

_PROJECT = table("project", column("id"), column("deleted_at", DateTime()))
"""What this room must know of projects: whether one is in the bin."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """What revoking a phone leaves open: when it was last heard of, and which form versions may be unsent on it."""

    last_seen_at: datetime | None
    form_version_ids: tuple[int, ...]


def create(
    session: Session,
    services: Services,
    project_id: int,
    name: object,
    *,
    forms: Iterable[int] = (),
    new_forms: bool = False,
    areas: Sequence[int] = (),
    language: str = "en",
    properties: dict[str, str] | None = None,
    by: int | None,
) -> tuple[Phone, str]:
    """A new phone and its token. `forms`: ids of forms it gets; `new_forms`: later ones too; `areas`: area ids.

    Raises `MISSING_PARAMETER`, `INVALID_TYPE`, `UNEXPECTED_VALUE`, `NO_SUCH_KEY` (an area that is not there).
    """
    actor = Actor(type="field_key", display_name=_name(name), created_at=utcnow())
    token = new_token()
    phone = Phone(
        actor=actor,
        project_id=project_id,
        token_mac=token_mac(services.keys, PHONE, token),
        language=_language(language),
        new_forms=new_forms,
        last_seen_at=None,  # set, so that what `seen` writes shows on this very object
        created_by=by,
        properties=properties or {},
    )
    session.add(phone)
    session.flush()
    phone.token_sealed = services.keys.seal(token.encode(), _context(phone))
    give_areas(session, phone.actor_id, areas)
    for form_id in forms:
        give_form(session, phone, form_id, by=by)
    audit.record(session, "field_key.create", actor_id=by, actee=f"actor:{actor.id}", project_id=project_id)
    session.flush()
    return phone, token


def change(
    session: Session,
    phone: Phone,
    *,
    name: object = None,
    new_forms: bool | None = None,
    areas: Sequence[int] | None = None,
    language: str | None = None,
    properties: dict[str, str] | None = None,
    by: int | None,
) -> Phone:
    """Change what is not None. The QR code stays: only a language changes what it holds. Raises as `create`."""
    changed: dict[str, Any] = {}
    if name is not None:
        phone.actor.display_name = changed["displayName"] = _name(name)
    if new_forms is not None:
        phone.new_forms = changed["newForms"] = new_forms
    if language is not None:
        phone.language = changed["language"] = _language(language)
    if areas is not None:
        give_areas(session, phone.actor_id, areas)
        changed["areas"] = list(areas)
    if properties is not None:
        phone.properties = properties
        changed["properties"] = sorted(properties)
    phone.actor.updated_at = utcnow()
    audit.record(
        session,
        "field_key.update",
        actor_id=by,
        actee=f"actor:{phone.actor_id}",
        project_id=phone.project_id,
        details={"data": changed},
    )
    session.flush()
    return phone


def give_form(session: Session, phone: Phone, form_id: int, *, by: int | None) -> bool:
    """Give a phone a form; False where it had it."""
    held = select(Assignment.id).where(
        Assignment.actor_id == phone.actor_id, Assignment.role == ROLE, Assignment.form_id == form_id
    )
    if session.execute(held).first() is not None:
        return False
    session.add(Assignment(actor_id=phone.actor_id, role=ROLE, project_id=phone.project_id, form_id=form_id))
    audit.record(
        session,
        "field_key.assignment.create",
        actor_id=by,
        actee=f"actor:{phone.actor_id}",
        project_id=phone.project_id,
        details={"role": ROLE, "form": form_id},
    )
    session.flush()
    return True


def form_published(session: Session, project_id: int, form_id: int, *, by: int | None) -> int:
    """Give a form published for the first time to the project's phones that want new ones too; returns how many."""
    wanting = select(Phone).where(Phone.project_id == project_id, Phone.new_forms, Phone.revoked_at.is_(None))
    return sum(give_form(session, phone, form_id, by=by) for phone in session.scalars(wanting))


def of_project(session: Session, project_id: int, areas: Sequence[int] = ()) -> Sequence[Phone]:
    """The phones of a project, working ones first, then the newest; with `areas` only those in or below them."""
    query = (
        select(Phone)
        .join(Actor, Actor.id == Phone.actor_id)
        .where(Phone.project_id == project_id, Actor.deleted_at.is_(None))
        .order_by(Phone.revoked_at.is_not(None), Actor.created_at.desc(), Actor.id.desc())
    )
    if areas:
        query = query.where(
            Phone.actor_id.in_(select(ActorArea.actor_id).where(visible(ActorArea.area_id, areas)))
        )
    return session.scalars(query).all()


def get(session: Session, project_id: int, actor_id: int, areas: Sequence[int] = ()) -> Phone:
    """A phone of a project, revoked ones too. Raises `NOT_FOUND`, also for one that has none of somebody's `areas`."""
    query = select(Phone).join(Actor, Actor.id == Phone.actor_id).where(Actor.deleted_at.is_(None))
    query = query.where(Phone.project_id == project_id, Phone.actor_id == actor_id)
    if areas:
        query = query.where(
            Phone.actor_id.in_(select(ActorArea.actor_id).where(visible(ActorArea.area_id, areas)))
        )
    found = session.scalars(query).first()
    if found is None:
        raise problems.NOT_FOUND()
    return found


def in_use() -> ColumnElement[bool]:
    """That a phone was not revoked and its project is not in the bin: a phone that found no forms there would wipe its own."""
    gone = exists().where(_PROJECT.c.id == Phone.project_id, _PROJECT.c.deleted_at.is_not(None))
    return and_(Phone.revoked_at.is_(None), ~gone)


def by_token(session: Session, services: Services, token: str) -> Phone:
    """The phone whose token this is. Raises `PHONE_UNKNOWN` (403, never 401: the app would ask for a password)."""
    if is_well_formed(token):
        mac = token_mac(services.keys, PHONE, token)
        phone = session.scalars(select(Phone).where(Phone.token_mac == mac, in_use())).first()
        if phone is not None and phone.actor.deleted_at is None:
            return phone
    raise problems.PHONE_UNKNOWN()


def token_of(services: Services, phone: Phone) -> str | None:
    """The phone's token, for its QR code; None once it was revoked."""
    if phone.token_sealed is None:
        return None
    return services.keys.open(phone.token_sealed, _context(phone)).decode()


def revoke(session: Session, phone: Phone, *, by: int | None) -> Revoked:
    """Withdraw a phone's access at once, and say what may still be on it. Its visits keep its name."""
    open_forms = session.scalars(
        select(PhoneForm.form_version_id)
        .where(PhoneForm.actor_id == phone.actor_id)
        .order_by(PhoneForm.form_version_id)
    )
    left = Revoked(phone.last_seen_at, tuple(open_forms))
    if phone.revoked_at is None:
        phone.revoked_at, phone.token_sealed = utcnow(), None
        session.execute(delete(Assignment).where(Assignment.actor_id == phone.actor_id))
        audit.record(
            session,
            "field_key.session.end",
            actor_id=by,
            actee=f"actor:{phone.actor_id}",
            project_id=phone.project_id,
        )
        session.flush()
    return left


def remove(session: Session, phone: Phone, *, by: int | None) -> Revoked:
    """Revoke a phone and take it off the lists."""
    left = revoke(session, phone, by=by)
    phone.actor.deleted_at = utcnow()
    audit.record(
        session, "field_key.delete", actor_id=by, actee=f"actor:{phone.actor_id}", project_id=phone.project_id
    )
    session.flush()
    return left


def is_news(session: Session, phone: Phone, form_version_id: int | None = None) -> bool:
    """Whether `seen` would write anything: lets a door that polls answer without a write."""
    now = utcnow()
    if phone.last_seen_at is None or now - phone.last_seen_at > SEEN_EVERY:
        return True
    if form_version_id is None:
        return False
    fetched = session.scalars(
        select(PhoneForm.fetched_at).where(
            PhoneForm.actor_id == phone.actor_id, PhoneForm.form_version_id == form_version_id
        )
    ).first()
    return fetched is None or now - fetched > SEEN_EVERY


def seen(session: Session, phone: Phone, form_version_id: int | None = None) -> None:
    """Note that a phone was heard of, and which form version it fetched; once a minute at most.

    `phone` may belong to another session: it is read only.
    """
    if not is_news(session, phone, form_version_id):
        return
    now = utcnow()
    session.execute(update(Phone).where(Phone.actor_id == phone.actor_id).values(last_seen_at=now))
    if form_version_id is not None:
        row = session.get(PhoneForm, (phone.actor_id, form_version_id))
        if row is None:
            session.add(PhoneForm(actor_id=phone.actor_id, form_version_id=form_version_id, fetched_at=now))
        else:
            row.fetched_at = now
    session.flush()


def heard(session: Session, actor_id: int) -> None:
    """Note that a phone was heard of, once a minute at most: one statement, beside whatever it sent."""
    at_last(session, _heard, actor_id)


def _heard(session: Session, actor_id: int, _: list[None]) -> None:
    now = utcnow()
    _HEARD.later(wire(session), {"whose": actor_id, "now": now, "before": now - SEEN_EVERY})


_PHONE = cast(Table, Phone.__table__)
_HEARD = Hot(
    update(_PHONE)
    .where(
        _PHONE.c.actor_id == bindparam("whose"),
        or_(_PHONE.c.last_seen_at.is_(None), _PHONE.c.last_seen_at <= bindparam("before")),
    )
    .values(last_seen_at=bindparam("now"))
)


def settings_qr(
    services: Services, phone: Phone, project_name: str, base_url: str | None = None
) -> tuple[str, str] | None:
    """Collect's settings for a phone, as JSON and as what its QR code holds: base64(zlib(JSON)). None once revoked."""
    token = token_of(services, phone)
    if token is None:
        return None
    base = (base_url or services.settings.base_url).rstrip("/")
    return collect_settings(
        f"{base}/v1/key/{token}/projects/{phone.project_id}", project_name, phone.language
    )


def draft_qr(base_url: str, draft_path: str, form_name: str, language: str = "en") -> tuple[str, str]:
    """The same for trying a draft. `draft_path`: /v1/test/<token>/projects/<p>/forms/<f>/draft, percent-encoded."""
    return collect_settings(base_url.rstrip("/") + draft_path, f"[Draft] {form_name}", language, draft=True)


def collect_settings(url: str, name: str, language: str, *, draft: bool = False) -> tuple[str, str]:
    """Settings for ODK Collect (its client-settings schema): JSON, and base64(zlib(JSON)).

    A phone's forms become the server's list and visits go by themselves; a draft's are fetched by hand, so that the
    enumerator sees what changed.
    """
    general: dict[str, Any] = {
        "server_url": url,
        "form_update_mode": "manual" if draft else "match_exactly",
        "periodic_form_updates_check": "every_fifteen_minutes",
        "automatic_update": not draft,
        "autosend": "wifi_and_cellular",
        "app_language": language,
    }
    body = json.dumps(
        {"general": general, "admin": {}, "project": {"name": name}},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return body, base64.b64encode(zlib.compress(body.encode(), 9)).decode()


def qr_svg(data: str, *, scale: int = 4) -> str:
    """A QR code as SVG to stand in a page: dark on white whatever the page's colours, with its quiet zone."""
    out = io.BytesIO()
    segno.make(data, error="l", micro=False).save(
        out,
        kind="svg",
        scale=scale,
        border=4,
        dark="#000",
        light="#fff",
        xmldecl=False,
        nl=False,
        omitsize=True,
    )
    return out.getvalue().decode()


def _context(phone: Phone) -> str:
    return f"phone.token:{phone.actor_id}"


def _name(name: object) -> str:
    if name is None or name == "":
        raise problems.MISSING_PARAMETER(field="displayName")
    if not isinstance(name, str):
        raise problems.INVALID_TYPE(
            field="displayName", value=problems.shown("displayName", name), expected="a string"
        )
    if not name.strip():
        raise problems.UNEXPECTED_VALUE(
            field="displayName", value=name, reason=problems.Sentence("it is empty")
        )
    return name.strip()[:200]


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise problems.UNEXPECTED_VALUE(
            field="language", value=language, reason=problems.Sentence("it is not one of en, zh, ar")
        )
    return language
