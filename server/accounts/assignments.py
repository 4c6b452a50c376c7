"""Roles given and taken away: on the whole site, in a project, on one form.

Whoever gives has what they give, and gives it to who sees no more areas than they do; both doors go through here.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from server import problems
from server.accounts import audit, whose_areas
from server.accounts.access import Access
from server.accounts.models import Actor, Assignment, Grant
from server.accounts.roles import GRANTABLE, Role, Verb
from server.areas.scope import covers


def actor(session: Session, actor_id: int) -> Actor:
    """Anybody who acts, by id. Raises `NOT_FOUND`, also for who was removed."""
    found = session.get(Actor, actor_id)
    if found is None or found.deleted_at is not None:
        raise problems.NOT_FOUND()
    return found


def at(
    session: Session, project_id: int | None = None, form_id: int | None = None, role: Role | None = None
) -> Sequence[tuple[Assignment, Actor]]:
    """The roles given exactly there (not those of the site in a project), one role or all, in order of giving."""
    query = _there(project_id, form_id).order_by(Assignment.id)
    if role is not None:
        query = query.where(Assignment.role == role.system)
    return [(row[0], row[1]) for row in session.execute(query)]


def on_forms(
    session: Session, project_id: int, role: Role | None = None
) -> Sequence[tuple[Assignment, Actor]]:
    """The roles given on single forms of a project."""
    query = (
        select(Assignment, Actor)
        .join(Actor, Actor.id == Assignment.actor_id)
        .where(
            Assignment.project_id == project_id, Assignment.form_id.is_not(None), Actor.deleted_at.is_(None)
        )
        .order_by(Assignment.id)
    )
    if role is not None:
        query = query.where(Assignment.role == role.system)
    return [(row[0], row[1]) for row in session.execute(query)]


def give(
    session: Session,
    to: Actor,
    role: Role,
    project_id: int | None = None,
    form_id: int | None = None,
    *,
    by: Access | int | None,
) -> None:
    """Give a role. Doors say `by` whose `Access`; a number or None is the server's own act (commands, sample data).

    Raises `NOT_UNIQUE` (409.3) where it is held there already, as ODK Central does, and `FORBIDDEN` where the giver lacks what
    the role gives, or has areas that the other one's do not lie in.
    """
    if isinstance(by, Access):
        if not by.may_assign(role, project_id, form_id):
            raise problems.FORBIDDEN()
        _within_areas(session, by, to)
    held = _there(project_id, form_id).where(Assignment.actor_id == to.id, Assignment.role == role.system)
    if session.execute(held).first() is not None:
        raise problems.NOT_UNIQUE(fields="actorId, roleId, acteeId", values=f"{to.id}, {role.id}")
    session.add(Assignment(actor_id=to.id, role=role.system, project_id=project_id, form_id=form_id))
    details = {"roleId": role.id, "role": role.system, "form": form_id}
    _record(session, to, "create", project_id, _id(by), details)
    session.flush()


def take(
    session: Session,
    of: Actor,
    role: Role,
    project_id: int | None = None,
    form_id: int | None = None,
    *,
    by: int | None,
) -> None:
    """Take a role away. Raises `NOT_FOUND` where it is not held there, `LAST_ADMIN`."""
    if role.system == "admin" and project_id is None:
        leave_an_admin(session, of)
    held = _there(project_id, form_id).where(Assignment.actor_id == of.id, Assignment.role == role.system)
    rows = session.execute(held).all()
    if not rows:
        raise problems.NOT_FOUND()
    session.execute(delete(Assignment).where(Assignment.id.in_([row[0].id for row in rows])))
    details = {"roleId": role.id, "role": role.system, "form": form_id}
    _record(session, of, "delete", project_id, by, details)
    session.flush()


def leave_an_admin(session: Session, without: Actor) -> None:
    """Raise `LAST_ADMIN` where nobody but this actor is administrator of the site: nobody could let anybody in again."""
    admins = (
        select(Assignment.actor_id)
        .where(Assignment.role == "admin", Assignment.project_id.is_(None))
        .order_by(Assignment.id)
        .with_for_update()  # of two who take it from each other at once, the second finds out
    )
    if set(session.scalars(admins)) == {without.id}:
        raise problems.LAST_ADMIN(name=without.display_name)


def grant(
    session: Session, to: Actor, verb: Verb, project_id: int, *, given: bool, by: Access | int | None
) -> None:
    """Give a single verb beside a role, or take it back; nothing happens where it is so already. `by` as in `give`.

    Raises `UNEXPECTED_VALUE` for a verb that only roles give, `FORBIDDEN` as `give`.
    """
    if isinstance(by, Access):
        by.require(verb, project_id)
        if given:
            _within_areas(session, by, to)
    if verb not in GRANTABLE:
        raise problems.UNEXPECTED_VALUE(
            field="verb", value=str(verb), reason=problems.Sentence("only a role gives it")
        )
    row = session.get(Grant, (to.id, project_id, str(verb)))
    if (row is not None) == given:
        return
    if row is None:
        session.add(Grant(actor_id=to.id, project_id=project_id, verb=str(verb)))
    else:
        session.delete(row)
    _record(session, to, "create" if given else "delete", project_id, _id(by), {"verb": str(verb)})
    session.flush()


def _within_areas(session: Session, giver: Access, to: Actor) -> None:
    """Who has areas gives rights to those who see no more than these: an actor without any would see all."""
    if giver.areas:
        own = whose_areas.areas_of(session, [to.id]).get(to.id, [])
        if not own or not all(covers(session, giver.areas, area.id) for area in own):
            raise problems.FORBIDDEN()


def _id(by: Access | int | None) -> int | None:
    return by.actor_id if isinstance(by, Access) else by


def _there(project_id: int | None, form_id: int | None) -> Select[Assignment, Actor]:
    return (
        select(Assignment, Actor)
        .join(Actor, Actor.id == Assignment.actor_id)
        .where(
            Assignment.project_id.is_(None) if project_id is None else Assignment.project_id == project_id,
            Assignment.form_id.is_(None) if form_id is None else Assignment.form_id == form_id,
            Actor.deleted_at.is_(None),
        )
    )


def _record(
    session: Session,
    whom: Actor,
    what: str,
    project_id: int | None,
    by: int | None,
    details: dict[str, object],
) -> None:
    action = f"{whom.type}.assignment.{what}"
    audit.record(
        session, action, actor_id=by, actee=f"actor:{whom.id}", project_id=project_id, details=details
    )
