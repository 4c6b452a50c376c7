"""A phone's call: who it is and what it may, in one small statement of one row. All phones poll through this.

Knows no form: a door adds columns of its own to the statement (`asking`), so that a poll asks the database once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, case, cast, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection

from server import problems
from server.accounts.access import Access, Place
from server.accounts.models import Actor, ActorArea, Assignment, Phone
from server.accounts.phones import SEEN_EVERY, in_use
from server.accounts.roles import BY_SYSTEM, Verb, expanded
from server.accounts.tokens import PHONE, is_well_formed, token_mac
from server.db import utcnow
from server.hot import PerDialect
from server.services import Services

Found = tuple[Any, ...]
"""What such a statement finds: the seven columns below, then the door's own, as the driver gives them."""

Rows = Select[*tuple[Any, ...]]
Many = Callable[[Rows], ColumnElement[Any]]
"""Makes one column of a query: all its rows as a JSON array of arrays (`rows_of` opens it)."""

OWN = 7


@dataclass(frozen=True, slots=True)
class Call:
    """A phone that calls: its access, its project, its enumerator's language, whether it was heard of a moment ago."""

    access: Access
    project_id: int
    language: str
    lately: bool


def asking(*more: Callable[[Many], ColumnElement[Any]]) -> PerDialect:
    """The statement that finds a phone by its token, and beside it what a door asks of it; `Phone` stands in its FROM.

    One row, because each row that SQLite gives lets another thread of the process run in between.
    """

    def made(dialect: Any) -> Rows:
        array, gathered = (
            (func.json_array, func.json_group_array)
            if dialect is sqlite
            else (func.json_build_array, func.json_agg)
        )

        def many(query: Rows) -> ColumnElement[Any]:
            rows = cast(gathered(array(*query.selected_columns)), Text)
            return query.with_only_columns(rows, maintain_column_froms=True).scalar_subquery()

        held = select(Assignment.role, Assignment.project_id, Assignment.form_id)
        return (
            select(
                Phone.actor_id,
                Phone.project_id,
                case((Phone.last_seen_at > bindparam("since"), 1), else_=0),
                Phone.language,
                Actor.display_name,
                many(held.where(Assignment.actor_id == Phone.actor_id)),
                many(select(ActorArea.area_id).where(ActorArea.actor_id == Phone.actor_id)),
                *(one(many) for one in more),
            )
            .join(Actor, Actor.id == Phone.actor_id)
            .where(Phone.token_mac == bindparam("mac"), Actor.deleted_at.is_(None), in_use())
        )

    return PerDialect(made)


def rows_of(gathered: str | None) -> list[list[Any]]:
    """The rows that a column of `Many` holds; PostgreSQL gives null where there are none."""
    return json.loads(gathered) if gathered else []


_CALL = asking()


def call(connection: Connection, services: Services, token: str) -> Call:
    """The phone whose token this is. Raises `PHONE_UNKNOWN` (403, never 401: the app would ask for a password)."""
    return call_of(find(connection, _CALL, services, token))


def find(connection: Connection, statement: PerDialect, services: Services, token: str, **more: Any) -> Found:
    """What a statement of `asking` finds for a token; `more` are parameters of the door's. Raises `PHONE_UNKNOWN`."""
    if not is_well_formed(token):
        raise problems.PHONE_UNKNOWN()
    asked = {"mac": token_mac(services.keys, PHONE, token), "since": utcnow() - SEEN_EVERY, **more}
    found = statement.on(connection).first(connection, asked)
    if found is None:
        raise problems.PHONE_UNKNOWN()
    return found


def call_of(found: Sequence[Any]) -> Call:
    """Who calls."""
    actor_id, project_id, lately, language, display_name, held, areas = found[:OWN]
    verbs: dict[Place, frozenset[Verb]] = {}
    for role, role_project, form_id in rows_of(held):
        place = (role_project, form_id)
        verbs[place] = verbs.get(place, frozenset()) | _verbs(role)
    its_areas = tuple(sorted(area for (area,) in rows_of(areas)))
    access = Access(actor_id, "field_key", display_name, its_areas, language, verbs)
    return Call(access, project_id, language, bool(lately))


@cache
def _verbs(role: str) -> frozenset[Verb]:
    """What a role allows; roles are data that changes with the program alone."""
    return expanded(BY_SYSTEM[role].verbs) if role in BY_SYSTEM else frozenset()
