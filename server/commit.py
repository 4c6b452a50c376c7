"""Units of work that must be durable before an answer goes out.

On SQLite one writer thread a process takes whatever waits and commits it together: the disk is waited for once for many, and
nothing contends for the only write lock. On PostgreSQL each unit is a transaction of its own, in the caller's thread.
Knows no room.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

T = TypeVar("T")

MOST_TOGETHER = 64
"""Units in one commit: bounds how long the first of them waits for the last."""

TRIES = 4
"""How often a unit is tried again where PostgreSQL found a deadlock or a lost connection before the commit."""


class Committer:
    """`run(work)` gives `work` a session, commits, and returns its result only when it is durable.

    A unit may be run more than once before it is committed: it works from what it was given, and nothing outside the
    session shows that it ran.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._together = engine.dialect.name == "sqlite"
        self._waiting: deque[tuple[Callable[[Session], Any], Future[Any]]] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def run(self, work: Callable[[Session], T]) -> T:
        """Run one unit. Whatever it raises undoes that unit alone and is raised here; so is a commit that fails."""
        if not self._together:
            return self._alone(work)
        future: Future[T] = Future()
        with self._wake:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="fieldfare-writer", daemon=True)
                self._thread.start()
            self._waiting.append((work, future))
            self._wake.notify()
        return future.result()

    def _alone(self, work: Callable[[Session], T]) -> T:
        for attempt in range(TRIES):
            with Session(self._engine, expire_on_commit=False) as session:
                try:
                    session.info["wire"] = session.connection()
                    result = work(session)
                    session.commit()
                    return result
                except DBAPIError as error:
                    session.rollback()
                    deadlock = getattr(error.orig, "sqlstate", None) in {"40P01", "40001"}
                    # A lost connection is tried again too: where its commit had gone through after all, the unit
                    # finds what it wrote (an instanceID that is taken) and says so.
                    if not (deadlock or error.connection_invalidated) or attempt == TRIES - 1:
                        raise
        raise AssertionError("unreachable")

    def _write(self) -> None:
        session = Session(self._engine, expire_on_commit=False)
        while True:
            with self._wake:
                while not self._waiting:
                    self._wake.wait()
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
            try:
                self._commit(session, batch)
            except BaseException as error:  # the thread must outlive any fault: each waiter gets it instead
                session.close()
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)

    def _commit(self, session: Session, batch: list[tuple[Callable[[Session], Any], Future[Any]]]) -> None:
        """Commit a batch in one transaction. Units hardly ever fail, so none is fenced off: where one does, all is undone
        and each is run again in a transaction of its own."""
        try:
            session.info["wire"] = session.connection()
            results = [work(session) for work, _ in batch]
            session.commit()
        except OperationalError:
            raise  # the database itself is in trouble: none of the batch may pass for stored
        except Exception as error:
            session.rollback()
            session.expunge_all()
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            for unit in batch:
                self._commit(session, [unit])
            return
        session.expunge_all()
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)
