"""Opening what is protected: who may, the reason that they give, and the row of the audit log that keeps both. One for all doors.

decisions.md, 'Protected answers'. Knows no request and nothing of what is opened: a door says where that lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from server import problems
from server.accounts import audit
from server.accounts.access import Access
from server.accounts.roles import Verb
from server.services import Services

ACTION = "protected.read"

LONGEST_REASON = 500
"""Characters of a reason that are kept."""


@dataclass(frozen=True, slots=True)
class Protected:
    """What somebody asks to see whole: its name in the audit log (`submission:12`), where it lies, what else is kept.

    `form_id` where it is of one form: the right may be held there alone. What is of many forms (a household, a table)
    needs it on the project."""

    actee: str
    project_id: int | None
    form_id: int | None = None
    area_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def may_open(access: Access, project_id: int | None, form_id: int | None = None) -> bool:
    """Whether somebody may open what lies there, once they say why."""
    return access.may(Verb.PROTECTED_READ, project_id, form_id)


def opens(services: Services, access: Access, reason: str, what: Protected) -> bool:
    """Whether it is opened now: False where no reason is given; True when the audit log holds who and why, durably.

    Raises PROTECTED where a reason is given by who lacks the right.
    """
    kept = reason.strip()[:LONGEST_REASON]
    if not kept:
        return False
    if not may_open(access, what.project_id, what.form_id):
        raise problems.PROTECTED()

    def write(session: Session) -> None:
        audit.record(
            session,
            ACTION,
            actor_id=access.actor_id,
            actee=what.actee,
            project_id=what.project_id,
            area_id=what.area_id,
            details={"reason": kept, **what.details},
        )

    services.committer.run(write)
    return True
