"""From a submission to the monitoring tables and entities: ingest's side of that seam.

`prepare` reads before the lock, `determine` fixes what an outcome rests on (area, code, time, entity versions) under it, `apply` writes
rows in a SAVEPOINT. Rebuild calls `apply` with the determinations that the ledger holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from server.ingest.identify import Target
from server.ingest.models import Submission
from server.ingest.parcel import Sender
from server.ingest.plan import Plan
from server.services import Services
from server.xforms import Instance


@dataclass(frozen=True, slots=True)
class Determination:
    """What was fixed at receipt and stands in the ledger."""

    area_id: int | None = None
    subject: str | None = None
    observed_at: datetime | None = None
    code: str | None = None

    def as_payload(self) -> dict[str, Any]:
        """As it stands in the ledger."""
        return {
            "area": self.area_id,
            "subject": self.subject,
            "observed_at": None if self.observed_at is None else self.observed_at.isoformat(),
            "code": self.code,
        }


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to project."""

    plan: Plan
    writes: bool
    areas: tuple[int, ...]


def prepare(session: Session, plan: Plan, instance: Instance, answers: dict[str, Any], to: Target, sender: Sender, now: datetime) -> Work:
    """Read what projecting needs, before the lock."""
    return Work(plan, plan.mapping is not None, sender.areas)


def determine(session: Session, services: Services, work: Work) -> Determination:
    """Fix area, subject, time and code."""
    return Determination(area_id=work.areas[0] if len(work.areas) == 1 else None)


def apply(session: Session, services: Services, work: Work, determined: Determination, *, submission_id: int, seq: int, held: bool) -> None:
    """Write rows and entities."""


def code_of(session: Session, subject: str | None) -> str | None:
    """The household's code of a subject."""
    return None


def files_came(session: Session, submission_id: int, version_id: int, names: Sequence[str], added: int) -> None:
    """Files that were missing are there: counts and findings follow."""
    session.execute(
        update(Submission).where(Submission.id == submission_id, Submission.version_id == version_id).values(photos=Submission.photos + added)
    )
