"""A person's word that one finding is right as it stands: it holds nothing back any more; and its undoing.

The answer is taken as it is, and what the rest of the findings say still counts. Once none of them holds the visit back, its rows are
written, as an approval would write them (docs/decisions/accepting-a-finding.md).
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import ledger, problems
from server.accounts import audit
from server.db import utcnow
from server.ingest import project, states
from server.ingest.models import FindingRow, Submission, SubmissionVersion
from server.services import Services


def accept(
    session: Session,
    services: Services,
    submission: Submission,
    finding_id: int,
    *,
    actor_id: int,
    accepted: bool = True,
) -> None:
    """Accept a finding of the version that stands, or take that back (`accepted` false).

    Raises NOT_FOUND of what is in the bin and of a finding that is not the visit's, STALE where the finding is of an earlier version
    or is already as wanted.
    """
    locked = project.hold_row(session, submission.id)
    finding = session.get(FindingRow, finding_id, populate_existing=True)
    if locked is None or locked.deleted_at is not None or finding is None:
        raise problems.NOT_FOUND()
    whose = select(SubmissionVersion.submission_id).where(SubmissionVersion.id == finding.version_id)
    if session.scalar(whose) != locked.id:
        raise problems.NOT_FOUND()
    if finding.version_id != locked.version_id or (finding.accepted_by is not None) is accepted:
        raise problems.STALE()
    step, held, now = -1 if accepted else 1, states.holds(locked), utcnow()
    blocking = locked.blocking + step * finding.blocking
    payload = {"path": finding.path, "rule": finding.rule, "accepted": accepted, "held": blocking > 0}
    moment = project.record(session, services, ledger.Kind.ACCEPT, locked, actor_id, payload, now)
    finding.accepted_by = actor_id if accepted else None
    locked.blocking, locked.warnings = blocking, locked.warnings + step * (not finding.blocking)
    locked.updated_at = now
    project.follow_verdict(session, services, locked, moment, held=held)
    audit.record(
        session,
        "submission.finding.accept" if accepted else "submission.finding.accept.undo",
        actor_id=actor_id,
        actee=f"submission:{locked.id}",
        project_id=locked.project_id,
        area_id=locked.area_id,
        details={"path": finding.path, "rule": finding.rule, "instanceId": locked.instance_id},
    )
    session.flush()


def accept_again(
    session: Session, services: Services, submission: Submission, before: int, *, actor_id: int
) -> None:
    """Accept what was accepted of the version `before`, whose answers came again by an undo."""
    query = select(FindingRow).where(FindingRow.version_id == before, FindingRow.accepted_by.is_not(None))
    taken = {(row.path, row.rule, str(row.message)) for row in session.scalars(query)}
    query = select(FindingRow).where(
        FindingRow.version_id == submission.version_id, FindingRow.accepted_by.is_(None)
    )
    for row in session.scalars(query).all():
        if (row.path, row.rule, str(row.message)) in taken:
            accept(session, services, submission, row.id, actor_id=actor_id)
