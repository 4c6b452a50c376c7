"""What an actor may do and see, as one frozen value made by few queries at the beginning of a request.

Knows roles and assignments; what a verb means is the business of the door or room that asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems
from server.accounts.models import Actor, ActorArea, Assignment, Grant, Phone, WebUser
from server.accounts.roles import BY_SYSTEM, ROLES, Role, Verb, expanded

Place = tuple[int | None, int | None]
"""Where a role is held: (None, None) the whole site, (project, None), or (project, form)."""

SITE: Place = (None, None)


@dataclass(frozen=True, slots=True)
class Access:
    """Who acts, in what language, where, and with which verbs. `areas` empty: unscoped (decisions.md)."""

    actor_id: int
    actor_type: str
    display_name: str
    areas: tuple[int, ...]
    language: str | None
    verbs: Mapping[Place, frozenset[Verb]]

    def verbs_on(self, project_id: int | None = None, form_id: int | None = None) -> frozenset[Verb]:
        """Every verb held at a place: on the site, the project around it, and the form itself."""
        held = set(self.verbs.get(SITE, frozenset()))
        if project_id is not None:
            held |= self.verbs.get((project_id, None), frozenset())
            if form_id is not None:
                held |= self.verbs.get((project_id, form_id), frozenset())
        return frozenset(held)

    def may(self, verb: Verb | str, project_id: int | None = None, form_id: int | None = None) -> bool:
        """Whether the actor may do this there."""
        return verb in self.verbs_on(project_id, form_id)

    def require(self, verb: Verb | str, project_id: int | None = None, form_id: int | None = None) -> None:
        """Raise `FORBIDDEN` (403.1) where the actor may not, as ODK Central does for projects and forms.

        What lies outside the actor's *areas* is another matter: it answers NOT_FOUND, and `areas.scope` sees to it.
        """
        if not self.may(verb, project_id, form_id):
            raise problems.FORBIDDEN()

    def sees_rows(self, project_id: int, form_id: int) -> bool:
        """Whether the entity lists of a form show this actor their rows: who reads entities, and who fills the form in
        (docs/decisions/who-sees-lists.md)."""
        return self.may(Verb.ENTITY_LIST, project_id) or self.may(Verb.SUBMISSION_CREATE, project_id, form_id)

    def may_assign(self, role: Role, project_id: int | None = None, form_id: int | None = None) -> bool:
        """Whether the actor holds all that the role would give: nobody gives away more than they have."""
        return role.verbs <= self.verbs_on(project_id, form_id)

    def projects(self, verb: Verb | str) -> frozenset[int] | None:
        """Projects in which the actor holds the verb on the whole project; None: in all of them."""
        if self.may(verb):
            return None
        return frozenset(
            p for (p, form), verbs in self.verbs.items() if p is not None and form is None and verb in verbs
        )

    def forms(self, verb: Verb | str, project_id: int) -> frozenset[int] | None:
        """Forms of a project for which the actor holds the verb (a phone: those it was given); None: all of them."""
        if self.may(verb, project_id):
            return None
        return frozenset(
            f for (p, f), verbs in self.verbs.items() if p == project_id and f is not None and verb in verbs
        )

    @property
    def is_phone(self) -> bool:
        """Whether a phone (app user) acts."""
        return self.actor_type == "field_key"


def access_of(session: Session, actor_id: int) -> Access | None:
    """The access of an actor, in four small queries; None where it is not there or was removed."""
    row = session.execute(
        select(Actor.type, Actor.display_name, WebUser.language, Phone.language, Phone.revoked_at)
        .outerjoin(WebUser, WebUser.actor_id == Actor.id)
        .outerjoin(Phone, Phone.actor_id == Actor.id)
        .where(Actor.id == actor_id, Actor.deleted_at.is_(None))
    ).first()
    if row is None or row[4] is not None:
        return None
    held: dict[Place, set[Verb]] = {}
    assigned = select(Assignment.role, Assignment.project_id, Assignment.form_id)
    for role, project_id, form_id in session.execute(assigned.where(Assignment.actor_id == actor_id)):
        if role in BY_SYSTEM:
            held.setdefault((project_id, form_id), set()).update(BY_SYSTEM[role].verbs)
    for project_id, verb in session.execute(
        select(Grant.project_id, Grant.verb).where(Grant.actor_id == actor_id)
    ):
        held.setdefault((project_id, None), set()).add(Verb(verb))
    return Access(
        actor_id=actor_id,
        actor_type=row[0],
        display_name=row[1],
        areas=area_ids(session, actor_id),
        language=row[2] or row[3],
        verbs={place: expanded(frozenset(verbs)) for place, verbs in held.items()},
    )


def area_ids(session: Session, actor_id: int | None) -> tuple[int, ...]:
    """The areas of an actor, in order; none: unscoped, or nobody."""
    query = select(ActorArea.area_id).where(ActorArea.actor_id == actor_id).order_by(ActorArea.area_id)
    return tuple(session.scalars(query))


def everything(actor_id: int, name: str = "Fieldfare") -> Access:
    """The access of an administrator, for commands that act in a person's name on the server itself."""
    verbs = expanded(next(role.verbs for role in ROLES if role.system == "admin"))
    return Access(actor_id, "user", name, (), None, {SITE: verbs})
