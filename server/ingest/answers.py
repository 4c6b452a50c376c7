"""Reading a stored submission: its answers with or without the protected ones, its raw XML."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems
from server.ingest.models import SubmissionVersion
from server.ingest.plan import Plan, plan_of
from server.ingest.redact import redact_record
from server.services import Services
from server.xforms import Record, merge


@dataclass(frozen=True, slots=True)
class Opened:
    """A version's answers. `record` holds the protected ones where they were asked for, else what everybody sees of them
    (points rounded); `hidden` are the protected ones themselves, None where there are none."""

    plan: Plan
    record: Record
    hidden: Record | None


def open_answers(session: Session, services: Services, version_id: int, *, protected: bool = False) -> Opened:
    """The answers of a version; with `protected` whole. Who may ask for that, and why, is the caller's to see and to log.

    Raises NOT_FOUND.
    """
    row = session.execute(
        select(
            SubmissionVersion.form_version_id, SubmissionVersion.answers, SubmissionVersion.protected
        ).where(SubmissionVersion.id == version_id)
    ).first()
    if row is None:
        raise problems.NOT_FOUND()
    plan = plan_of(session, row.form_version_id)
    hidden = (
        json.loads(services.keys.open(row.protected, "submission_version.protected"))
        if row.protected
        else None
    )
    if not hidden:
        return Opened(plan, row.answers, None)
    return Opened(
        plan, merge(plan.model, row.answers, hidden if protected else redact_record(plan, hidden)), hidden
    )


def raw_xml(session: Session, services: Services, version_id: int) -> bytes:
    """The XML exactly as it came. Raises NOT_FOUND."""
    sealed = session.execute(select(SubmissionVersion.xml).where(SubmissionVersion.id == version_id)).scalar()
    if sealed is None:
        raise problems.NOT_FOUND()
    return services.keys.open(sealed, "submission_version.xml")
