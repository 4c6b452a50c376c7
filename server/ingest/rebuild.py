"""Making the derived tables again from the ledger: every event in its order, with the determinations made when it happened.

Nothing is decided anew: a rebuild gives the same values (ids of rows and nonces differ). It runs in one transaction, so that readers
see the old rows until the new ones are whole, and a stop at any instant changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server import ledger
from server.db import Base
from server.entities.models import Entity, EntityBacklog, EntityVersion
from server.entities.versions import Moment
from server.households import merge
from server.households.determine import Determined
from server.households.tables import TABLES, Facility, Household, Observation
from server.ingest import project
from server.ingest.models import Submission, SubmissionVersion
from server.ingest.states import Wanted, wanted
from server.ledger import Event, Kind
from server.services import Services

ENTITIES: tuple[type[Base], ...] = (EntityBacklog, EntityVersion, Entity)
ACTS = (Kind.REVIEW, Kind.ACCEPT, Kind.RECHECK, Kind.DELETE, Kind.RESTORE, Kind.RETRY)
"""What happens to a stored submission."""

SUBJECTS: tuple[type[Base], ...] = (Observation, Household, Facility)


@dataclass(slots=True)
class _State:
    """A submission as the events so far have left it."""

    version_id: int
    held: bool
    review: str | None = None
    deleted: bool = False
    stands: bool = False

    @property
    def wanted(self) -> Wanted:
        """What should stand of it."""
        return wanted(review_state=self.review, deleted=self.deleted, held=self.held)


def rebuild(session: Session, services: Services, *, tell: Callable[[int], None] = lambda count: None) -> int:
    """Empty the derived tables and replay; returns the number of events. The caller commits."""
    for model in ENTITIES:
        session.execute(delete(model))
    for pair in TABLES.values():
        session.execute(delete(pair.history))
        session.execute(delete(pair.current))
    for model in SUBJECTS:
        session.execute(delete(model))
    failed = {
        event.payload["version"] for event in ledger.read(session, services.keys, kinds=(Kind.PENDING,))
    }
    states: dict[int, _State] = {}
    count = 0
    for event in ledger.read(session, services.keys):
        _replay(session, services, event, states, failed)
        count += 1
        if count % 500 == 0:
            tell(count)
            session.expunge_all()
    return count


def _replay(
    session: Session, services: Services, event: Event, states: dict[int, _State], failed: Set[int]
) -> None:
    """`failed`: versions that were not written when they came; what wrote them later is an event of its own."""
    if event.kind is Kind.SUBMISSION:
        _submission(session, services, event, states, written=event.seq not in failed)
    elif event.kind is Kind.MERGE:
        merge.replay(session, services, event)
    elif event.kind in ACTS:
        submission_id = int(event.ref.removeprefix("submission:"))
        state = states.get(submission_id)
        if state is None:
            return  # sent to a draft: it never wrote
        before = state.wanted
        if event.kind is Kind.REVIEW:
            state.review = event.payload["after"]
        elif event.kind in (Kind.ACCEPT, Kind.RECHECK):
            state.held = event.payload["held"]
            if state.wanted is before:
                return  # another finding holds it back yet, or none did
        elif event.kind is not Kind.RETRY:
            state.deleted = event.kind is Kind.DELETE
        _bring(session, services, submission_id, state, event)


def _submission(
    session: Session, services: Services, event: Event, states: dict[int, _State], *, written: bool
) -> None:
    if event.payload["draft"]:
        return
    edited = event.ref.removeprefix("submission").removeprefix(":")
    submission_id = int(edited) if edited else event.seq
    state = states[submission_id] = _State(
        event.seq, event.payload["held"], review="edited" if edited else None
    )
    work = _work(session, services, submission_id, event.seq, event.seq) if written else None
    if work is None:
        return
    place = project.Place(submission_id, event.seq, _moment(event))
    project.write(session, services, work[0], work[1], place, held=state.held)
    state.stands = not state.held and work[1].writes


def _bring(session: Session, services: Services, submission_id: int, state: _State, event: Event) -> None:
    work = _work(session, services, submission_id, state.version_id, event.seq)
    if work is None:
        return
    place = project.Place(submission_id, state.version_id, _moment(event))
    project.bring(session, services, work[0], work[1], place, state.wanted, stands=state.stands)
    state.stands = state.wanted is Wanted.ALL and work[1].writes


def _moment(event: Event) -> Moment:
    return Moment(event.seq, event.at, event.payload.get("versions", {}))


def _work(
    session: Session, services: Services, submission_id: int, version_id: int, until: int
) -> tuple[project.Work, Determined] | None:
    """The work of a version as the event `until` left it; None where it was erased or writes nothing."""
    submission = session.get(Submission, submission_id)
    version = session.get(SubmissionVersion, version_id)
    if submission is None or version is None:
        return None
    stored = project.stored_work(session, services, version, submission, until=until)
    return stored if stored is not None and stored[0].writes else None
