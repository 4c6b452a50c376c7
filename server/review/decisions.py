"""A person's decision about a visit: approve, has issues, reject, back to not yet seen; and its undoing.

Decisions are written at once; undo is a second, compensating decision (decisions.md, 'Undo'). What stands in the monitoring tables follows
from the state: nothing while rejected or in the bin; a held visit only once it was approved.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import ledger, problems
from server.accounts import audit
from server.db import utcnow
from server.ingest import counts, project
from server.ingest.models import Submission
from server.review.models import Comment
from server.services import Services

STATES = (None, "hasIssues", "edited", "approved", "rejected")


def decide(
    session: Session,
    services: Services,
    submission: Submission,
    state: str | None,
    *,
    actor_id: int,
    comment: str | None = None,
    seen: str | None = "*",
) -> None:
    """Give a visit a review state. `seen` is the state that the decider saw (`*`: whatever it is).

    Raises UNEXPECTED_VALUE, STALE where somebody decided meanwhile, MISSING_PARAMETER where issues or a rejection lack words
    on pages (the doors ask for them; the API, like Central's, does not).
    """
    if state not in STATES:
        raise problems.UNEXPECTED_VALUE(
            field="reviewState", value=state, reason="it is approved, hasIssues, rejected, edited or null"
        )
    locked = session.scalars(
        select(Submission)
        .where(Submission.id == submission.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if seen != "*" and locked.review_state != seen:
        raise problems.STALE()
    before = locked.review_state
    if comment:
        add_comment(session, locked, comment, actor_id=actor_id)
    if before == state:
        return
    now = utcnow()
    payload = {"version": locked.version_id, "before": before, "after": state}
    seq = ledger.append(
        session, services.keys, ledger.Kind.REVIEW, f"submission:{locked.id}", actor_id, payload, at=now
    )
    locked.review_state, locked.updated_at = state, now
    counts.moved(session, locked.form_id, locked.draft, before=before, after=state)
    settle(session, services, locked, seq)
    audit.record(
        session,
        "submission.update",
        actor_id=actor_id,
        actee=f"submission:{locked.id}",
        project_id=locked.project_id,
        area_id=locked.area_id,
        details={"reviewState": state, "before": before, "instanceId": locked.instance_id},
    )
    session.flush()


def add_comment(session: Session, submission: Submission, body: str, *, actor_id: int) -> Comment:
    """Write a comment. Raises MISSING_PARAMETER where it is empty."""
    if not body.strip():
        raise problems.MISSING_PARAMETER(field="body")
    comment = Comment(submission_id=submission.id, actor_id=actor_id, body=body.strip(), created_at=utcnow())
    session.add(comment)
    session.flush()
    audit.record(
        session,
        "submission.comment.create",
        actor_id=actor_id,
        actee=f"submission:{submission.id}",
        project_id=submission.project_id,
        area_id=submission.area_id,
    )
    return comment


def comments_of(session: Session, submission: Submission) -> Sequence[Comment]:
    """Comments, newest first, as Central gives them."""
    return session.scalars(
        select(Comment).where(Comment.submission_id == submission.id).order_by(Comment.id.desc())
    ).all()


def put_away(session: Session, services: Services, submission: Submission, *, actor_id: int) -> None:
    """Put a submission into the bin: its rows leave the tables, its identity stays taken."""
    seq = ledger.append(
        session,
        services.keys,
        ledger.Kind.DELETE,
        f"submission:{submission.id}",
        actor_id,
        {"version": submission.version_id},
    )
    submission.deleted_at = utcnow()
    held = submission.blocking > 0
    counts.removed(session, submission.form_id, submission.draft, state=submission.review_state, held=held)
    settle(session, services, submission, seq)
    _audit_bin(session, "submission.delete", submission, actor_id)


def bring_back(session: Session, services: Services, submission: Submission, *, actor_id: int) -> None:
    """Take a submission out of the bin."""
    seq = ledger.append(
        session,
        services.keys,
        ledger.Kind.RESTORE,
        f"submission:{submission.id}",
        actor_id,
        {"version": submission.version_id},
    )
    submission.deleted_at = None
    held = submission.blocking > 0
    counts.removed(
        session, submission.form_id, submission.draft, state=submission.review_state, held=held, back=True
    )
    settle(session, services, submission, seq)
    _audit_bin(session, "submission.restore", submission, actor_id)


def settle(session: Session, services: Services, submission: Submission, seq: int) -> None:
    """Make the tables agree with the submission's state."""
    if submission.draft:
        return
    project.settle(session, services, submission, seq, utcnow())
    session.flush()


def _audit_bin(session: Session, action: str, submission: Submission, actor_id: int) -> None:
    audit.record(
        session,
        action,
        actor_id=actor_id,
        actee=f"submission:{submission.id}",
        project_id=submission.project_id,
        area_id=submission.area_id,
        details={"instanceId": submission.instance_id},
    )
    session.flush()
