"""Where a visit stands in the reader's filter: the 12th of 47, and the ones beside it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from server.ingest.models import Submission
from server.review import queue
from server.web import tallies
from server.web.frame.door import session
from server.web.visits.filters import Asked


@dataclass(frozen=True, slots=True)
class Position:
    """`number` of `all` in the filter, newest first; None where the visit does not (any more) fit it."""

    number: int | None
    all: int
    newer: int | None
    older: int | None

    @property
    def words(self) -> str:
        """`12/47`, `12/1000+`, `–/46`."""
        most = f"{tallies.MOST}+" if self.all > tallies.MOST else str(self.all)
        return f"{'–' if self.number is None else self.number}/{most}"


def position_of(one: Submission, ask: Asked) -> Position:
    """Counts stop at tallies.MOST: beyond it the number is left out."""
    where = queue.conditions(session(), ask.wanted)
    newer, older = queue.neighbours(session(), ask.wanted, one.id)
    fits = session().scalar(select(Submission.id).where(where, Submission.id == one.id)) is not None
    number = None
    if fits:
        above = select(Submission.id).where(where, Submission.id > one.id).limit(tallies.MOST + 1).subquery()
        before = session().scalar(select(func.count()).select_from(above)) or 0
        number = before + 1 if before <= tallies.MOST else None
    return Position(number, tallies.counted(ask.wanted), newer, older)
