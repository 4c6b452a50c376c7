"""Engines, sessions, the base model and column types that mean the same on SQLite and PostgreSQL.

Knows no room: models live with the rooms that own them. Two engines stand on one database: the writing one begins
every transaction with BEGIN IMMEDIATE on SQLite (so that no read turns into a write too late), the reading one does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import BigInteger, Connection, Dialect, Engine, Integer, MetaData, String, Text, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import DateTime, TypeDecorator

BigId = BigInteger().with_variant(Integer, "sqlite")
"""Time-ordered id of a big table: SQLite only counts up by itself in a column called INTEGER."""

Guid = String(36)
"""A UUID as its 36 characters, readable in plain SQL on both databases."""


class Utc(TypeDecorator[datetime]):
    """An instant. Stored in UTC, always aware in Python."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON value as text: order of keys kept, the same bytes on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else dump_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def dump_json(value: Any) -> str:
    """The one way in which JSON is written to the database: compact, order kept, not escaped to ASCII."""
    return _JSON.encode(value)


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Base(DeclarativeBase):
    """Base of every model."""

    registry = registry(
        type_annotation_map={datetime: Utc},
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(column_0_N_label)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
    )


def column(comment: str, *args: Any, unit: str | None = None, **kwargs: Any) -> Mapped[Any]:
    """A column that explains itself: `comment` goes to PostgreSQL and, with its unit, into `info` (SQLite keeps no comments)."""
    info = {"comment": comment, **({"unit": unit} if unit else {}), **kwargs.pop("info", {})}
    return mapped_column(*args, comment=comment, info=info, **kwargs)


class RoutedSession(FlaskSession):
    """A session that reads through the reading engine where it was told to (`reading()` below)."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any) -> Any:
        if bind is not None:
            return bind
        return db.engines["read" if self.info.get("read_only") else None]


db: SQLAlchemy = SQLAlchemy(
    model_class=Base,
    session_options={"class_": RoutedSession, "expire_on_commit": False},
    disable_autonaming=True,
)
"""Flask-SQLAlchemy's handle: engines and the request's session. Only doors, jobs and commands touch it; rooms are given a session."""


def utcnow() -> datetime:
    """The server's clock, aware, in UTC."""
    return datetime.now(UTC)


@contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """One transaction on the writing engine: committed at the end, rolled back on any error."""
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def read_only(session: Session) -> None:
    """From here on this session reads through the reading engine (pages, exports, polls)."""
    session.info["read_only"] = True


@contextmanager
def reading(session: Session) -> Iterator[Session]:
    """Read through the reading engine for a while: jobs look before they take the write lock."""
    session.info["read_only"] = True
    try:
        yield session
    finally:
        session.rollback()
        session.info.pop("read_only")


def singly(session: Session) -> None:
    """From here until its rollback, what this session reads stands each by itself (PostgreSQL).

    BEGIN and ROLLBACK are round trips, and a rollback makes the driver forget what it has prepared.
    """
    if session.get_bind().dialect.name == "postgresql" and not session.in_transaction():
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})


@contextmanager
def polling() -> Iterator[Connection]:
    """A reading connection for a single statement out of `hot`: no session, no transaction around it.

    Finding a session's connection and beginning on it cost several times what the statement of a poll does.
    """
    with db.engines["read"].connect() as connection:
        if connection.dialect.name == "postgresql":  # its driver begins by itself, and that is a round trip
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


def engine_options(url: str, *, readers: int) -> dict[str, Any]:
    """Options of one engine: enough connections for `readers` threads, SQLite's own transactions off."""
    if url.startswith("sqlite"):
        return {
            "url": url,
            "hide_parameters": True,  # what goes into a statement is answers: an error must not print them
            "pool_size": readers,
            "pool_use_lifo": True,  # few connections, their page caches warm
            "max_overflow": readers,
            "connect_args": {"timeout": 30, "isolation_level": None, "cached_statements": 512},
        }
    return {
        "url": url,
        "hide_parameters": True,
        "pool_size": readers,
        "pool_use_lifo": True,  # few connections, on which what is asked is prepared already
        "max_overflow": readers,
    }


def prepare_sqlite(engine: Engine, *, immediate: bool) -> None:
    """WAL, FULL, foreign keys, and an explicit BEGIN: without it SAVEPOINTs commit by themselves."""

    def connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "temp_store=MEMORY",
            "wal_autocheckpoint=10000",  # pages: a visit dirties some fifty, and copying them back each time is half its cost
            "cache_size=-65536",  # KiB
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)
