"""Roles as data: what each may do, by verb. Names, ids and verbs are ODK Central's where it has them; ours are marked.

Knows no actor and no database: who holds a role where is `access.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """An act that a role allows. `form.x` includes Central's `open_form.x` (published, open forms only)."""

    ACTOR_PROPERTY_LIST = "actor_property.list"
    ACTOR_PROPERTY_UPDATE = "actor_property.update"
    ASSIGNMENT_CREATE = "assignment.create"
    ASSIGNMENT_DELETE = "assignment.delete"
    ASSIGNMENT_LIST = "assignment.list"
    AUDIT_READ = "audit.read"
    CONFIG_READ = "config.read"
    CONFIG_SET = "config.set"
    DATASET_CREATE = "dataset.create"
    DATASET_DELETE = "dataset.delete"
    DATASET_LIST = "dataset.list"
    DATASET_READ = "dataset.read"
    DATASET_UPDATE = "dataset.update"
    ENTITY_CREATE = "entity.create"
    ENTITY_DELETE = "entity.delete"
    ENTITY_LIST = "entity.list"
    ENTITY_READ = "entity.read"
    ENTITY_RESTORE = "entity.restore"
    ENTITY_UPDATE = "entity.update"
    FIELD_KEY_CREATE = "field_key.create"
    FIELD_KEY_DELETE = "field_key.delete"
    FIELD_KEY_LIST = "field_key.list"
    FIELD_KEY_UPDATE = "field_key.update"
    FORM_CREATE = "form.create"
    FORM_DELETE = "form.delete"
    FORM_LIST = "form.list"
    FORM_READ = "form.read"
    FORM_RESTORE = "form.restore"
    FORM_UPDATE = "form.update"
    OPEN_FORM_LIST = "open_form.list"
    OPEN_FORM_READ = "open_form.read"
    PROJECT_CREATE = "project.create"
    PROJECT_DELETE = "project.delete"
    PROJECT_READ = "project.read"
    PROJECT_UPDATE = "project.update"
    PUBLIC_LINK_CREATE = "public_link.create"
    PUBLIC_LINK_DELETE = "public_link.delete"
    PUBLIC_LINK_LIST = "public_link.list"
    PUBLIC_LINK_READ = "public_link.read"
    PUBLIC_LINK_UPDATE = "public_link.update"
    SESSION_END = "session.end"
    SUBMISSION_CREATE = "submission.create"
    SUBMISSION_DELETE = "submission.delete"
    SUBMISSION_LIST = "submission.list"
    SUBMISSION_READ = "submission.read"
    SUBMISSION_RESTORE = "submission.restore"
    SUBMISSION_UPDATE = "submission.update"
    SUBMISSION_REVIEW = "submission.update"  # Central's one verb for deciding and editing, by our word
    USER_CREATE = "user.create"
    USER_DELETE = "user.delete"
    USER_LIST = "user.list"
    USER_PASSWORD_INVALIDATE = "user.password.invalidate"  # noqa: S105  # a verb, not a secret
    USER_PASSWORD_RESET = "user.password.reset"  # noqa: S105  # a verb, not a secret
    USER_READ = "user.read"
    USER_UPDATE = "user.update"
    # ours
    AREA_UPDATE = "area.update"
    """Import areas: they belong to the installation, so it counts on the whole site only."""
    HOUSEHOLD_MERGE = "household.merge"
    MONITORING_READ = "monitoring.read"
    PROTECTED_READ = "protected.read"
    """Open exact points, contacts and other protected answers, with a reason. Can be granted beside a role."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role. `system` is its name in addresses and in the table `assignment`."""

    id: int
    system: str
    name: str
    verbs: frozenset[Verb]


_DATA_READ = frozenset({Verb.DATASET_LIST, Verb.DATASET_READ, Verb.ENTITY_LIST, Verb.ENTITY_READ})
_FORM_WRITE = frozenset({Verb.FORM_CREATE, Verb.FORM_DELETE, Verb.FORM_UPDATE, Verb.FORM_RESTORE})
_VIEWER = _DATA_READ | {
    Verb.PROJECT_READ,
    Verb.FORM_LIST,
    Verb.FORM_READ,
    Verb.SUBMISSION_LIST,
    Verb.SUBMISSION_READ,
    Verb.ACTOR_PROPERTY_LIST,
    Verb.MONITORING_READ,
}
_SUPERVISOR = _VIEWER | {Verb.SUBMISSION_UPDATE, Verb.FIELD_KEY_LIST, Verb.HOUSEHOLD_MERGE}
_DESIGNER = _FORM_WRITE | {
    Verb.PROJECT_READ,
    Verb.FORM_LIST,
    Verb.FORM_READ,
    Verb.DATASET_LIST,
    Verb.DATASET_READ,
    Verb.DATASET_CREATE,
    Verb.DATASET_UPDATE,
    Verb.ACTOR_PROPERTY_LIST,
}
_SITE_ONLY = frozenset(
    {
        Verb.PROJECT_CREATE,
        Verb.CONFIG_READ,
        Verb.CONFIG_SET,
        Verb.AREA_UPDATE,
        Verb.USER_CREATE,
        Verb.USER_DELETE,
        Verb.USER_LIST,
        Verb.USER_PASSWORD_INVALIDATE,
        Verb.USER_READ,
        Verb.USER_UPDATE,
    }
)
_COLLECTED = frozenset({Verb.OPEN_FORM_LIST, Verb.OPEN_FORM_READ, Verb.USER_PASSWORD_RESET})
_MANAGER = frozenset(Verb) - _SITE_ONLY - _COLLECTED

ROLES: tuple[Role, ...] = (
    Role(1, "admin", "Administrator", frozenset(Verb) - _COLLECTED),
    Role(2, "app-user", "App User", frozenset({Verb.OPEN_FORM_READ, Verb.SUBMISSION_CREATE})),
    Role(3, "pwreset", "Password Reset Token", frozenset({Verb.USER_PASSWORD_RESET})),
    Role(5, "manager", "Project Manager", _MANAGER),
    Role(6, "viewer", "Project Viewer", frozenset(_VIEWER)),
    Role(7, "formview", "Form Viewer (system internal)", frozenset({Verb.OPEN_FORM_READ})),
    Role(
        8,
        "formfill",
        "Data Collector",
        frozenset({Verb.PROJECT_READ, Verb.OPEN_FORM_LIST, Verb.OPEN_FORM_READ, Verb.SUBMISSION_CREATE}),
    ),
    Role(9, "pub-link", "Public Link", frozenset({Verb.OPEN_FORM_READ, Verb.SUBMISSION_CREATE})),
    Role(60, "supervisor", "Supervisor", frozenset(_SUPERVISOR)),
    Role(61, "designer", "Form Designer", frozenset(_DESIGNER)),
)
"""Every role, ordered by id: below 60 as ODK Central numbers them, ours from 60."""

BY_SYSTEM = {role.system: role for role in ROLES}
BY_ID = {role.id: role for role in ROLES}

GRANTABLE = frozenset({Verb.PROTECTED_READ})
"""Verbs that may be given to one person in one project beside a role."""


def role_named(name_or_id: str) -> Role | None:
    """A role by its system name or its number: addresses have either (`/assignments/admin/7`, `/assignments/1/7`)."""
    return (
        BY_ID.get(int(name_or_id))
        if name_or_id.isascii() and name_or_id.isdigit()
        else BY_SYSTEM.get(name_or_id)
    )


def expanded(verbs: frozenset[Verb]) -> frozenset[Verb]:
    """Verbs with what they include: who may list or read all forms may list or read the open ones."""
    more = set(verbs)
    if Verb.FORM_LIST in verbs:
        more.add(Verb.OPEN_FORM_LIST)
    if Verb.FORM_READ in verbs:
        more.add(Verb.OPEN_FORM_READ)
    return frozenset(more)
