"""What a submission's state means for its rows: the one place where a verdict and people's decisions meet."""

from __future__ import annotations

from enum import Enum

from sqlalchemy import ColumnElement, and_, func

from server.ingest.models import Submission


class Wanted(Enum):
    """What should stand of a submission in the monitoring tables."""

    ALL = "all"
    WAITS = "waits"  # held back: what it created is there, unconfirmed, and nothing else
    NOTHING = "nothing"  # rejected, or in the bin


def wanted(*, review_state: str | None, deleted: bool, held: bool) -> Wanted:
    """What a submission's state means for its rows (decisions.md, 'Findings'): the one place where this is decided."""
    if deleted or review_state == "rejected":
        return Wanted.NOTHING
    return Wanted.WAITS if held and review_state != "approved" else Wanted.ALL


def holds(submission: Submission) -> bool:
    """Whether findings hold a submission back yet: nobody has approved or rejected it since."""
    return holds_in(submission.blocking, submission.review_state)


def holds_in(blocking: int, review_state: str | None) -> bool:
    """The same by its blocking findings and its review state."""
    return wanted(review_state=review_state, deleted=False, held=blocking > 0) is Wanted.WAITS


def held_back() -> ColumnElement[bool]:
    """The same as a condition on submissions."""
    return and_(
        Submission.blocking > 0, func.coalesce(Submission.review_state, "").not_in(("approved", "rejected"))
    )


def wanted_of(submission: Submission) -> Wanted:
    """The same of a submission as it is."""
    deleted = submission.deleted_at is not None
    return wanted(review_state=submission.review_state, deleted=deleted, held=submission.blocking > 0)
