"""A phone's call: who it is and what it may, in two small statements. All phones poll through this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, literal, null, select, union_all
from sqlalchemy.orm import Session

from server import problems
from server.accounts.access import Access
from server.accounts.models import Actor, ActorArea, Assignment, Phone
from server.accounts.phones import in_use
from server.accounts.roles import BY_SYSTEM, Verb, expanded
from server.accounts.tokens import PHONE, is_well_formed, token_mac
from server.services import Services


@dataclass(frozen=True, slots=True)
class Call:
    """A phone that calls: its access, its project, its enumerator's language, when it was last heard of."""

    access: Access
    project_id: int
    language: str
    last_seen_at: datetime | None


_PHONE = (
    select(Phone.actor_id, Phone.project_id, Phone.language, Phone.last_seen_at, Actor.display_name)
    .join(Actor, Actor.id == Phone.actor_id)
    .where(Phone.token_mac == bindparam("mac"), Actor.deleted_at.is_(None), in_use())
)

_HELD: CompoundSelect[Any] = union_all(
    select(Assignment.role, Assignment.project_id, Assignment.form_id, literal(0).label("area_id")).where(
        Assignment.actor_id == bindparam("actor")
    ),
    select(null(), null(), null(), ActorArea.area_id).where(ActorArea.actor_id == bindparam("actor")),
)


def call(session: Session, services: Services, token: str) -> Call:
    """The phone whose token this is. Raises `PHONE_UNKNOWN` (403, never 401: the app would ask for a password)."""
    if not is_well_formed(token):
        raise problems.PHONE_UNKNOWN()
    connection = session.connection()
    phone = connection.execute(_PHONE, {"mac": token_mac(services.keys, PHONE, token)}).first()
    if phone is None:
        raise problems.PHONE_UNKNOWN()
    areas: list[int] = []
    verbs: dict[tuple[int | None, int | None], frozenset[Verb]] = {}
    for role, project_id, form_id, area_id in connection.execute(_HELD, {"actor": phone.actor_id}):
        if role is None:
            areas.append(area_id)
        else:
            place = (project_id, form_id)
            verbs[place] = verbs.get(place, frozenset()) | _verbs(role)
    access = Access(
        phone.actor_id, "field_key", phone.display_name, tuple(sorted(areas)), phone.language, verbs
    )
    return Call(access, phone.project_id, phone.language, phone.last_seen_at)


@cache
def _verbs(role: str) -> frozenset[Verb]:
    """What a role allows; roles are data that changes with the program alone."""
    return expanded(BY_SYSTEM[role].verbs) if role in BY_SYSTEM else frozenset()
