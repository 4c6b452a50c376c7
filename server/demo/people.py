"""Who works in Aldermere: phones with their areas, supervisors of the districts, and the programme's staff.

Titles, no names of persons. Knows nothing of what they do there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts import assignments, phones, users, whose_areas
from server.accounts.roles import Verb, role_named
from server.areas.models import Area
from server.demo.region import Region
from server.demo.year import Team
from server.forms.models import Form
from server.services import Services

STAFF = (
    ("manager@aldermere.example", "Programme office", "manager"),
    ("analyst@aldermere.example", "Analysis desk", "viewer"),
    ("forms@aldermere.example", "Forms desk", "designer"),
)


@dataclass(frozen=True, slots=True)
class Device:
    """A phone: its actor, and the ids of its areas."""

    actor_id: int
    areas: tuple[int, ...]


def make_phones(
    session: Session,
    services: Services,
    project_id: int,
    region: Region,
    team: Team,
    forms: Sequence[Form],
    *,
    by: int | None,
) -> dict[int, Device]:
    """The phones by their number, each with the forms it needs and the areas it works in."""
    ids = area_ids(session)
    made: dict[int, Device] = {}
    for places, kind in ((team.enumerator, "household"), (team.inspector, "facility")):
        for number in sorted(set(places.values())):
            areas = tuple(ids[code] for code, of in places.items() if of == number)
            phone, _ = phones.create(
                session,
                services,
                project_id,
                f"Phone {number}",
                forms=[form.id for form in forms if form.xml_form_id.startswith(kind)],
                areas=areas,
                language="zh" if number % 3 == 0 else "en",
                by=by,
            )
            made[number] = Device(phone.actor_id, areas)
    return made


def make_staff(
    session: Session, project_id: int, region: Region, password: str, *, by: int | None
) -> dict[str, int]:
    """The staff, and a supervisor for each district: those are returned, actor id by the district's code."""
    for address, title, role in STAFF:
        _person(session, project_id, address, title, role, password, by=by)
    ids = area_ids(session)
    supervisors = {}
    for district in region.at("district"):
        address = f"supervisor.{district.code.lower()}@aldermere.example"
        actor_id = _person(
            session, project_id, address, f"Supervisor, {district.name}", "supervisor", password, by=by
        )
        whose_areas.set_areas(session, actor_id, [ids[district.code]], by=by)
        supervisors[district.code] = actor_id
    assignments.grant(
        session,
        users.get(session, next(iter(supervisors.values()))).actor,
        Verb.PROTECTED_READ,
        project_id,
        given=True,
        by=by,
    )
    return supervisors


def area_ids(session: Session) -> dict[str, int]:
    """Every area's id by its code."""
    return {area.code: area.id for area in session.scalars(select(Area))}


def _person(
    session: Session, project_id: int, address: str, title: str, role: str, password: str, *, by: int | None
) -> int:
    made = users.create(session, email=address, password=password, display_name=title, by=by)
    given = role_named(role)
    assert given is not None  # a role of ours
    assignments.give(session, made.actor, given, project_id, by=by)
    return made.actor_id
