"""Units of work that must be durable before an answer goes out.

On SQLite one writer thread a process takes whatever waits and commits it together, a SAVEPOINT each: the disk is waited for once
for many, and nothing contends for the only write lock. On PostgreSQL each unit is a transaction of its own, in the caller's thread.
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
    """`run(work)` gives `work` a session, commits, and returns its result only when it is durable."""

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
                    result = work(session)
                    session.commit()
                    return result
                except DBAPIError as error:
                    session.rollback()
                    deadlock = getattr(error.orig, "sqlstate", None) in {"40P01", "40001"}
                    if not deadlock or attempt == TRIES - 1:
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
        done: list[tuple[Future[Any], Any]] = []
        for work, future in batch:
            try:
                with session.begin_nested():
                    result = work(session)
            except OperationalError:
                raise  # the database itself is in trouble: none of the batch may pass for stored
            except Exception as error:
                future.set_exception(error)
            else:
                done.append((future, result))
            finally:
                session.expunge_all()
        session.commit()
        for future, result in done:
            future.set_result(result)
