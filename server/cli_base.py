"""What every command needs: an application on a database that is up to date, begun anew only by commands that may."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import NullPool, create_engine, make_url, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server import bare_app, create_app, upgrade
from server.db import db
from server.keys import DataKey, open_keyring
from server.services import Services
from server.settings import SettingError, Settings


@contextmanager
def running(settings: Settings) -> Iterator[tuple[Flask, Services]]:
    """An application on a migrated database, within its context; made where there is none.

    Raises `KeyTrouble`, having changed nothing, where the key file does not open the database that is there.
    """
    if revision(settings) is not None:
        _must_open(settings)
    prepare(settings)
    app = create_app(settings)
    with app.app_context():
        try:
            yield app, app.extensions["fieldfare"]
        finally:
            _let_go()


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Flask, Services]]:
    """The same on an installation that is there. Raises `SettingError` as `must_exist`."""
    must_exist(settings)
    with running(settings) as made:
        yield made


def prepare(settings: Settings) -> None:
    """Data folder and schema, made or brought up to date. Raises `SettingError` where they cannot be."""
    before = revision(settings)
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (
            settings.is_sqlite and not settings.database_url
        ):  # SQLite itself would let the whole machine read it
            os.close(os.open(database_file(settings), os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        raise SettingError(f"FIELDFARE_DATA: {settings.data} cannot be used: {error.strerror}.") from error
    app = bare_app(settings)
    try:
        copy = upgrade.migrate(app, settings)
    finally:
        with app.app_context():
            _let_go()
    if copy:
        click.echo(f"Database brought up to date; a copy of it as it was: {copy}")
    if upgrade.wants_rebuild(before):
        click.echo(
            "Run `fieldfare rebuild` once now: tables and lists made by an older version follow its rules."
        )


def _let_go() -> None:
    """Close what is open, so that this process is taken for none that works on the database any more."""
    db.session.remove()
    for engine in db.engines.values():
        engine.dispose()


def must_exist(settings: Settings) -> None:
    """Raises `SettingError` where no installation is: a command that only looks after one must not begin another."""
    if revision(settings) is None:
        place = "The database of FIELDFARE_DATABASE_URL" if settings.database_url else str(settings.data)
        raise SettingError(
            f"{place} holds no Fieldfare: name the right folder with --data (or FIELDFARE_DATA), or begin a new one "
            "with `fieldfare serve`."
        )


def _must_open(settings: Settings) -> None:
    """Raises `KeyTrouble` where the database is in use and the key file does not open it."""
    engine = create_engine(settings.database, poolclass=NullPool, hide_parameters=True)
    with Session(engine) as session:
        if session.scalar(select(DataKey.id).limit(1)) is not None:
            open_keyring(session, settings.key_path)


def revision(settings: Settings) -> str | None:
    """Which schema the database has, None where it has none; makes nothing. Raises `SettingError` where it does not open."""
    if settings.is_sqlite and not database_file(settings).exists():
        return None
    engine = create_engine(settings.database, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        place = "FIELDFARE_DATABASE_URL" if settings.database_url else str(database_file(settings))
        raise SettingError(
            f"{place}: the database does not open: {' '.join(str(error.orig).split())}."
        ) from error


def database_file(settings: Settings) -> Path:
    """Where the SQLite database lies."""
    return Path(make_url(settings.database).database or "")
