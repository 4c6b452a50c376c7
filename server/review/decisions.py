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
from server.ingest import counts, project, states
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

    Raises UNEXPECTED_VALUE, STALE where somebody decided meanwhile, NOT_FOUND of what is in the bin. Whether issues or a
    rejection need words is for the doors: pages ask for them; the API, like Central's, does not.
    """
    if state not in STATES:
        raise problems.UNEXPECTED_VALUE(
            field="reviewState",
            value=state,
            reason=problems.Sentence("it is approved, hasIssues, rejected, edited or null"),
        )
    locked = project.hold_row(session, submission.id)
    if locked is None or locked.deleted_at is not None:
        raise problems.NOT_FOUND()
    if seen != "*" and locked.review_state != seen:
        raise problems.STALE()
    before = locked.review_state
    if comment:
        add_comment(session, locked, comment, actor_id=actor_id)
    if before == state:
        return
    now = utcnow()
    payload = {"before": before, "after": state}
    moment = project.record(session, services, ledger.Kind.REVIEW, locked, actor_id, payload, now)
    held = states.holds(locked)
    locked.review_state, locked.updated_at = state, now
    step = int(states.holds(locked)) - int(held)
    project.settle(session, services, locked, moment)
    counts.moved(session, locked.form_id, locked.draft, before=before, after=state, held=step)
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
    """Put a submission into the bin: its rows leave the tables, its identity stays taken. Raises STALE where it is there."""
    _move(session, services, submission, actor_id=actor_id, away=True)


def bring_back(session: Session, services: Services, submission: Submission, *, actor_id: int) -> None:
    """Take a submission out of the bin. Raises STALE where it is not there."""
    _move(session, services, submission, actor_id=actor_id, away=False)


def _move(session: Session, services: Services, submission: Submission, *, actor_id: int, away: bool) -> None:
    locked = project.hold_row(session, submission.id)
    if locked is None:
        raise problems.NOT_FOUND()
    if (locked.deleted_at is not None) is away:
        raise problems.STALE()
    kind = ledger.Kind.DELETE if away else ledger.Kind.RESTORE
    now = utcnow()
    moment = project.record(session, services, kind, locked, actor_id, {}, now)
    locked.deleted_at = now if away else None
    state, held = locked.review_state, states.holds(locked)
    project.settle(session, services, locked, moment)
    counts.removed(session, locked.form_id, locked.draft, state=state, held=held, back=not away)
    audit.record(
        session,
        "submission.delete" if away else "submission.restore",
        actor_id=actor_id,
        actee=f"submission:{locked.id}",
        project_id=locked.project_id,
        area_id=locked.area_id,
        details={"instanceId": locked.instance_id},
    )
    session.flush()
