"""Writing the audit log: one function, called in the transaction of the act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.orm import Session

from server.accounts.models import Audit
from server.db import utcnow


def record(
    session: Session | Connection,
    action: str,
    *,
    actor_id: int | None,
    actee: str | None = None,
    project_id: int | None = None,
    area_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one act. `actee` is `table:id`; `details` hold references and reasons, never answers."""
    row = {"at": utcnow(), "actor_id": actor_id, "action": action, "actee": actee, "project_id": project_id}
    session.execute(
        insert(Audit), {**row, "area_id": area_id, "details": None if details is None else dict(details)}
    )
