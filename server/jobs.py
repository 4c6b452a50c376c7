"""What runs later: rows written in the transaction of the work that wants them, and a worker that takes them.

Knows no room: `create_app()` registers the functions. A job is taken by one worker, run in a transaction of its own, deleted
when done; one that fails is tried until it goes through, after a longer wait each time, a day at most.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, String, Text, case, delete, func, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session

from server.db import Base, BigId, column, reading, utcnow
from server.hot import table_insert, wire
from server.traces import says, trace

LEASE = timedelta(minutes=10)
"""How long a taken job is left alone at least: past it the worker that took it is taken for dead."""

LONGEST = timedelta(days=1)
"""The longest wait before a job that failed is tried again: what stood in its way may be mended any day."""

LATE = 300.0
"""Seconds that a job may be due before the worker is taken for stopped."""

AWAY = 5.0
"""Seconds until the worker looks again for a database that does not answer."""

log = logging.getLogger("fieldfare.jobs")

JobFunction = Callable[[Session, str], None]


class Job(Base):
    """A piece of work that waits."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "run_at", "id"),
        {"comment": "Work that runs later, written in the transaction that wants it."},
    )
    id: Mapped[int] = column("Order of arrival", BigId, primary_key=True, autoincrement=True)
    kind: Mapped[str] = column("Which registered function runs it", String(40))
    ref: Mapped[str] = column("What it is about: the function's argument", String(200))
    run_at: Mapped[datetime] = column("Not before; also the lease of a worker that has taken it")
    attempts: Mapped[int] = column("How often it was tried", default=0)
    error: Mapped[str | None] = column("What went wrong at the last try", Text)


_ENQUEUE = table_insert(Job, leave_out=["id", "error"])


_FAILING = or_(Job.error.is_not(None), Job.attempts > 1)
"""Failed at the last try, or tried again because its worker died of it or with it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the jobs are doing: how many there are, are due and fail, and for how many seconds the oldest has been due."""

    waiting: int
    due: int
    failing: int
    late: float

    @property
    def is_late(self) -> bool:
        """Whether the worker seems to have stopped."""
        return self.late > LATE


@dataclass(frozen=True, slots=True)
class Later:
    """A job to be written: kind, argument, and how long it waits."""

    kind: str
    ref: str
    delay: timedelta = timedelta(0)


def enqueue(session: Session, jobs: Iterable[Later]) -> None:
    """Write jobs in the caller's transaction."""
    now = utcnow()
    rows = [{"kind": j.kind, "ref": j.ref, "run_at": now + j.delay, "attempts": 0} for j in jobs]
    if rows:
        _ENQUEUE.many_later(wire(session), rows)


def ensure(session: Session, kinds: Iterable[str]) -> None:
    """Write the first of each job that comes again by itself, where none waits. Commits."""
    there = set(session.scalars(select(Job.kind).distinct()))
    enqueue(session, [Later(kind, "") for kind in kinds if kind not in there])
    session.commit()


def take(session: Session) -> tuple[int, str, str, int] | None:
    """Take the next due job under a lease (id, kind, ref, attempts), or None. Commits."""
    now = utcnow()
    query = select(Job).where(Job.run_at <= now).order_by(Job.run_at, Job.id).limit(1)
    with reading(session):  # an idle worker must not take the write lock each second
        if session.execute(query.with_only_columns(Job.id)).first() is None:
            return None
    job = session.scalars(query.with_for_update(skip_locked=True)).first()
    if job is None:
        session.rollback()
        return None
    job.attempts += 1
    job.run_at = now + max(LEASE, _wait(job.attempts))  # one that kills its workers: ever longer, too
    taken = (job.id, job.kind, job.ref, job.attempts)
    session.commit()
    return taken


def run_one(session: Session, functions: Mapping[str, JobFunction]) -> bool:
    """Run one due job; False where none is due. The job's own work and its deletion commit together: where another worker,
    after the lease, was done with it first, this one's work is undone."""
    taken = take(session)
    if taken is None:
        return False
    job_id, kind, ref, attempts = taken
    try:
        functions[kind](session, ref)
        if session.execute(delete(Job).where(Job.id == job_id).returning(Job.id)).first() is None:
            session.rollback()
        session.commit()
    except Exception as error:
        session.rollback()
        again = {"run_at": utcnow() + _wait(attempts), "error": trace(error)}
        session.execute(update(Job).where(Job.id == job_id).values(again))
        session.commit()
    finally:
        session.expunge_all()
    return True


def _wait(attempts: int) -> timedelta:
    """How long a job that failed so often waits: 10 s, twice as long each time."""
    return min(LONGEST, timedelta(seconds=5 * 2 ** min(attempts, 20)))


def run_due(
    session: Session, functions: Mapping[str, JobFunction], stop: threading.Event | None = None
) -> int:
    """Run every job that is due now, or those until told to stop; returns how many."""
    count = 0
    while not (stop is not None and stop.is_set()) and run_one(session, functions):
        count += 1
    return count


def work(
    session: Session, functions: Mapping[str, JobFunction], stop: threading.Event, *, idle: float = 1.0
) -> None:
    """The worker's life: run what is due, then wait `idle` seconds, until told to stop: the job under way is finished.

    A database that is away, or being rebuilt, is waited for: the jobs are still there when it comes back.
    """
    while not stop.is_set():
        try:
            ran = run_due(session, functions, stop)
        except DBAPIError as error:
            log.warning("the database does not answer: %s", says(error))
            session.close()
            ran = 0
            stop.wait(AWAY)
        if not ran:
            stop.wait(idle)


def standing(session: Session) -> Standing:
    """How the jobs are doing now."""
    now = utcnow()
    due, fails = (
        func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in (Job.run_at <= now, _FAILING)
    )
    waiting, is_due, failing, oldest = session.execute(
        select(func.count(), due, fails, func.min(Job.run_at))
    ).one()
    late = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
    return Standing(waiting, is_due, failing, late)


def failing(session: Session, most: int | None = None) -> list[Job]:
    """Jobs that fail, the newest first."""
    return list(session.scalars(select(Job).where(_FAILING).order_by(Job.id.desc()).limit(most)))


def retry(session: Session, ids: Iterable[int] | None = None) -> list[int]:
    """Have jobs that fail tried again at once, those of `ids` or all of them; returns which. The caller commits."""
    which = _FAILING if ids is None else _FAILING & Job.id.in_(list(ids))
    again = update(Job).where(which).values(run_at=utcnow(), attempts=0).returning(Job.id)
    return sorted(session.scalars(again.execution_options(synchronize_session=False)))
