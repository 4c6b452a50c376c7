"""What runs later: rows written in the transaction of the work that wants them, and a worker that takes them.

Knows no room: `create_app()` registers the functions. A job is taken by one worker, run in a transaction of its own, deleted
when done; a failed one waits longer each time and is kept with its error after the last try.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, String, Text, delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session

from server.db import Base, BigId, column, reading, utcnow
from server.hot import table_insert, wire
from server.traces import says, trace

MAX_ATTEMPTS = 8
LEASE = timedelta(minutes=10)
"""How long a taken job is left alone: past it the worker that took it is taken for dead."""

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
    query = (
        select(Job)
        .where(Job.run_at <= now, Job.attempts < MAX_ATTEMPTS)
        .order_by(Job.run_at, Job.id)
        .limit(1)
    )
    with reading(session):  # an idle worker must not take the write lock each second
        if session.execute(query.with_only_columns(Job.id)).first() is None:
            return None
    job = session.scalars(query.with_for_update(skip_locked=True)).first()
    if job is None:
        session.rollback()
        return None
    job.run_at, job.attempts = now + LEASE, job.attempts + 1
    taken = (job.id, job.kind, job.ref, job.attempts)
    session.commit()
    return taken


def run_one(session: Session, functions: Mapping[str, JobFunction]) -> bool:
    """Run one due job; False where none is due. The job's own work and its deletion commit together."""
    taken = take(session)
    if taken is None:
        return False
    job_id, kind, ref, attempts = taken
    try:
        functions[kind](session, ref)
        session.execute(delete(Job).where(Job.id == job_id))
        session.commit()
    except Exception as error:
        session.rollback()
        wait = timedelta(seconds=min(3600, 5 * 2**attempts))
        session.execute(
            update(Job).where(Job.id == job_id).values(run_at=utcnow() + wait, error=trace(error))
        )
        session.commit()
    finally:
        session.expunge_all()
    return True


def run_due(session: Session, functions: Mapping[str, JobFunction]) -> int:
    """Run every job that is due now; returns how many."""
    count = 0
    while run_one(session, functions):
        count += 1
    return count


def work(
    session: Session, functions: Mapping[str, JobFunction], stop: threading.Event, *, idle: float = 1.0
) -> None:
    """The worker's life: run what is due, then wait `idle` seconds, until told to stop.

    A database that is away for a while is waited for: the jobs are still there when it comes back.
    """
    while not stop.is_set():
        try:
            ran = run_due(session, functions)
        except DBAPIError as error:
            log.warning("the database does not answer: %s", says(error))
            session.close()
            ran = 0
            stop.wait(AWAY)
        if not ran:
            stop.wait(idle)
