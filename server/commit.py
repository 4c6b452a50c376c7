"""Units of work that must be durable before an answer goes out.

One writer thread a process takes whatever waits and commits it together: the disk is waited for once for many, and on
SQLite nothing contends for the only write lock. Knows no room.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from server.hot import do_last, in_trouble, may_pass, put_off, send_what_waits

T = TypeVar("T")

MOST_TOGETHER = 64
"""Units in one commit: bounds how long the first of them waits for the last."""

TRIES = 4
"""How often a unit is tried where PostgreSQL found a deadlock or a lost connection before the commit."""

LAST = "~"
"""Sorts after every UUID."""


class _Unit(NamedTuple):
    order: str
    work: Callable[[Session], Any]
    future: Future[Any]


class Committer:
    """`run(work)` gives `work` a session, commits, and returns its result only when it is durable.

    A unit may be run more than once before it is committed: it works from what it was given, and nothing outside the
    session shows that it ran.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[_Unit] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        if engine.dialect.name == "postgresql":
            event.listen(engine, "before_cursor_execute", _send_before)

    def run(self, work: Callable[[Session], T], *, order: str | None = None) -> T:
        """Run one unit. Whatever it raises undoes that unit alone and is raised here; so is a commit that fails.

        `order`: the UUID that it locks first, if any. Units of one commit run in that order, in every process, so that
        commits hardly ever wait for each other; where two do, the one that is undone is run again.
        """
        future: Future[T] = Future()
        with self._wake:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="fieldfare-writer", daemon=True)
                self._thread.start()
            self._waiting.append(_Unit(LAST if order is None else order, work, future))
            self._wake.notify()
        return future.result()

    @property
    def waiting(self) -> int:
        """How many units wait for the next commit."""
        return len(self._waiting)

    def _write(self) -> None:
        session = Session(self._engine, expire_on_commit=False)
        while True:
            with self._wake:
                while not self._waiting:
                    self._wake.wait()
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
            batch.sort(key=lambda unit: unit.order)
            try:
                self._commit(session, batch)
            except BaseException as error:  # the thread must outlive any fault: each waiter gets it instead
                session.close()
                for unit in batch:
                    if not unit.future.done():
                        unit.future.set_exception(error)

    def _commit(self, session: Session, batch: list[_Unit], tries: int = TRIES) -> None:
        """Commit a batch in one transaction. Units hardly ever fail, so none is fenced off: where one does, all is undone
        and each is run again in a transaction of its own."""
        try:
            session.info["at_last"] = {}
            session.info["wire"] = connection = put_off(session)
            results = [unit.work(session) for unit in batch]
            do_last(session)
            session.flush()
            send_what_waits(connection)
            session.commit()
        except Exception as error:
            # Where the commit had gone through after all, the unit finds its instanceID taken, and says so.
            again = may_pass(error)
            if in_trouble(error) and not again:
                raise  # the database itself is in trouble: none of the batch may pass for stored
            session.rollback()
            session.expunge_all()
            if len(batch) > 1:
                for unit in batch:
                    self._commit(session, [unit])
            elif again and tries > 1:
                self._commit(session, batch, tries - 1)
            else:
                batch[0].future.set_exception(error)
            return
        session.expunge_all()
        for unit, result in zip(batch, results, strict=True):
            unit.future.set_result(result)


def _send_before(connection: Connection, *_: Any) -> None:
    """What was put off comes before a statement of SQLAlchemy's own."""
    send_what_waits(connection)
