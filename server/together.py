"""Who works on an installation at the same time: servers, workers and commands together, a rebuild alone.

Every connection that may write holds a lock of the database's with all others (PostgreSQL: an advisory one; SQLite: on a file
beside the database) from its first moment to its last, so that none has to be remembered. Knows no table.
"""

from __future__ import annotations

import fcntl
import os
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

_KEY = 0x6669656C64  # "field": any number that nothing else in the database locks
_SHARE = f"SELECT pg_try_advisory_lock_shared({_KEY})"
_ALONE = text(f"SELECT pg_try_advisory_xact_lock({_KEY})")
_HELD = "fieldfare.together"


REBUILDING = "This installation is being rebuilt. Try again when that has ended."
"""What the driver's error says that a connection meets while somebody works alone."""


MOMENT = 1.0
"""Seconds for which PostgreSQL is asked again: it lets go of a closed connection's lock a moment later. Nobody is asked to
wait meanwhile, as behind a lock that is queued for."""


class NotAloneError(Exception):
    """Something else works on the installation."""


def share(engine: Engine) -> None:
    """Let connections of a writing engine be made only while nobody works alone: else it is as if the database were away
    (`OperationalError`, saying `REBUILDING`)."""

    def connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        if engine.dialect.name == "postgresql":
            cursor = connection.cursor()
            cursor.execute(_SHARE)
            granted = cursor.fetchone() == (True,)
            cursor.close()
            connection.rollback()
        else:
            fd = os.open(f"{engine.url.database}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            record.info[_HELD] = fd, weakref.finalize(record, os.close, fd)
            granted = _locked(fd, fcntl.LOCK_SH)
        if not granted:
            let_go(connection, record)
            raise cast(Any, engine.dialect).loaded_dbapi.OperationalError(REBUILDING)

    def let_go(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        if _HELD in record.info:
            record.info.pop(_HELD)[1]()

    event.listen(engine, "connect", connect)
    event.listen(engine, "close", let_go)


@contextmanager
def alone(session: Session) -> Iterator[None]:
    """Work alone until this session's transaction ends: raises `NotAloneError` where another connection may write."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        late = time.monotonic() + MOMENT
        while not session.scalar(_ALONE):
            if time.monotonic() > late:
                raise NotAloneError
            time.sleep(0.02)
        yield
        return
    fd, _ = connection.info[_HELD]
    try:
        if not _locked(fd, fcntl.LOCK_EX):
            raise NotAloneError
        yield
    finally:
        _locked(fd, fcntl.LOCK_SH)


def _locked(fd: int, how: int) -> bool:
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
