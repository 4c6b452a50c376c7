"""Bringing a database to the schema of this version: a copy first, then Alembic's migrations in one go."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from server.db import db, utcnow
from server.settings import Settings

REBUILT = "0009"
"""A database older than this holds rows and lists that were derived by rules since mended: the ledger has to be replayed."""


def alembic_config() -> Config:
    """Alembic's configuration, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def state(app: Flask) -> tuple[str | None, str | None]:
    """Revision that the database is at, and the newest there is."""
    with app.app_context(), db.engines["read"].connect() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    return at, ScriptDirectory.from_config(alembic_config()).get_current_head()


def migrate(app: Flask, settings: Settings) -> str | None:
    """Bring the database up; returns the path of the copy made first, None where nothing was there or to do."""
    at, head = state(app)
    if at == head or head is None:
        return None
    copy = copy_first(settings) if at is not None else None
    config = alembic_config()
    with app.app_context(), db.engines[None].connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return copy


def wants_rebuild(at: str | None) -> bool:
    """Whether what a database at this revision holds is to be derived anew once it is brought up; not an empty one."""
    return at is not None and at < REBUILT


def copy_first(settings: Settings) -> str | None:
    """A consistent copy of an SQLite database beside it. PostgreSQL's is its administrator's (docs/deploying.md)."""
    if not settings.is_sqlite:
        return None
    source = settings.database.removeprefix("sqlite:///")
    target = f"{source}.before-{utcnow():%Y%m%d-%H%M%S}"
    os.close(
        os.open(target, os.O_WRONLY | os.O_CREAT, 0o600)
    )  # SQLite itself would let the whole machine read it
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    return target
