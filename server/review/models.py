"""Comments on submissions. Decisions themselves stand in the ledger; a submission's state is derived from them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped

from server.db import Base, BigId, column


class Comment(Base):
    """What somebody wrote about a submission."""

    __tablename__ = "comment"
    __table_args__ = (
        Index("ix_comment_submission", "submission_id"),
        {"comment": "Comments on submissions."},
    )
    id: Mapped[int] = column("Order of time", BigId, primary_key=True, autoincrement=True)
    submission_id: Mapped[int] = column("Submission", ForeignKey("submission.id"))
    actor_id: Mapped[int] = column("Who wrote it", ForeignKey("actor.id"))
    body: Mapped[str] = column("What was written", Text)
    created_at: Mapped[datetime] = column("When")
