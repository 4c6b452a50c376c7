"""What runs later for entity lists: old copies are swept."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import delete, exists
from sqlalchemy.orm import Session, aliased

from server.db import utcnow
from server.entities.lists import READABLE, SWEEP
from server.entities.models import ListCopy
from server.services import Services


def sweep(session: Session, services: Services, ref: str) -> None:
    """Job `lists.sweep` for the list with id `ref`: remove copies that a newer one followed more than a day ago."""
    newer = aliased(ListCopy)
    followed = exists().where(
        newer.dataset_id == ListCopy.dataset_id,
        newer.scope == ListCopy.scope,
        newer.generation > ListCopy.generation,
        newer.made_at < utcnow() - READABLE,
    )
    old = delete(ListCopy).where(ListCopy.dataset_id == int(ref), followed)
    session.execute(old.execution_options(synchronize_session=False))


JOBS: Mapping[str, Callable[[Session, Services, str], None]] = {SWEEP: sweep}
"""Job functions by kind."""
