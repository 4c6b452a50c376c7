"""Writing the audit log: one function, called in the transaction of the act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from server.accounts.models import Audit
from server.db import utcnow
from server.hot import table_insert, wire

_RECORD = table_insert(Audit, leave_out=["id"])


def record(
    session: Session,
    action: str,
    *,
    actor_id: int | None,
    actee: str | None = None,
    project_id: int | None = None,
    area_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one act. `actee` is `table:id`; `details` hold references and reasons, never answers."""
    row: dict[str, Any] = {
        "at": utcnow(),
        "actor_id": actor_id,
        "action": action,
        "actee": actee,
        "project_id": project_id,
    }
    row |= {"area_id": area_id, "details": None if details is None else dict(details)}
    _RECORD.later(wire(session), row)
