"""The areas of an actor, of whichever kind: given, read for many at once, never wider than the giver's own.

What they let somebody see is `areas.scope`'s.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server import problems
from server.accounts import audit
from server.accounts.models import Actor, ActorArea, Phone
from server.areas.models import Area
from server.areas.scope import covers


def set_areas(session: Session, actor_id: int, areas: Sequence[int], *, by: int | None) -> None:
    """The areas of an actor, of whichever kind, become these; none: unscoped. Recorded where they change.

    Raises `NO_SUCH_KEY`.
    """
    before = select(ActorArea.area_id).where(ActorArea.actor_id == actor_id)
    wanted = sorted(set(areas))
    if sorted(session.scalars(before)) == wanted:
        return
    give_areas(session, actor_id, wanted)
    of = session.execute(
        select(Actor.type, Phone.project_id)
        .outerjoin(Phone, Phone.actor_id == Actor.id)
        .where(Actor.id == actor_id)
    ).one()
    audit.record(
        session,
        f"{of.type}.update",
        actor_id=by,
        actee=f"actor:{actor_id}",
        project_id=of.project_id,
        details={"data": {"areas": wanted}},
    )


def give_areas(session: Session, actor_id: int, areas: Sequence[int]) -> None:
    """The areas become these, and nothing is recorded: an actor is being made, or what changes of it is. Raises `NO_SUCH_KEY`."""
    wanted = sorted(set(areas))
    known = set(session.scalars(select(Area.id).where(Area.id.in_(wanted)))) if wanted else set()
    for area_id in wanted:
        if area_id not in known:
            raise problems.NO_SUCH_KEY(field="areas", value=area_id, table="area")
    session.execute(delete(ActorArea).where(ActorArea.actor_id == actor_id))
    session.add_all([ActorArea(actor_id=actor_id, area_id=area_id) for area_id in wanted])
    session.flush()


def areas_of(session: Session, actor_ids: Sequence[int]) -> dict[int, list[Area]]:
    """The areas of many actors in one query, each in order of code; who has none is left out."""
    query = (
        select(ActorArea.actor_id, Area)
        .join(Area, Area.id == ActorArea.area_id)
        .where(ActorArea.actor_id.in_(actor_ids))
    )
    found: dict[int, list[Area]] = {}
    for actor_id, area in session.execute(query.order_by(Area.code)):
        found.setdefault(actor_id, []).append(area)
    return found


def refuse_wider(
    session: Session, areas: Sequence[int], given: Sequence[int], codes: Sequence[str] = ()
) -> None:
    """Nobody gives a phone more than they see: who has `areas` gives some of them or below. `codes`: how they were given,
    where not by number. Raises `UNEXPECTED_VALUE`, `MISSING_PARAMETER` where none is given."""
    if areas and not given:
        raise problems.MISSING_PARAMETER(field="areas")
    named = codes or [str(area_id) for area_id in given]
    wider = [
        name
        for name, area_id in zip(named, given, strict=True)
        if areas and not covers(session, areas, area_id)
    ]
    if wider:
        raise problems.UNEXPECTED_VALUE(
            field="areas",
            value=", ".join(wider[:20])[:200],
            reason=problems.Sentence("choose among your own areas"),
        )
