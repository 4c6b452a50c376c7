"""What every command needs: an application on a database that is up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

from server import bare_app, create_app, upgrade
from server.services import Services
from server.settings import Settings


@contextmanager
def running(settings: Settings) -> Iterator[tuple[Flask, Services]]:
    """An application on a migrated database, within its context."""
    prepare(settings)
    app = create_app(settings)
    with app.app_context():
        yield app, app.extensions["fieldfare"]


def prepare(settings: Settings) -> None:
    """Data folder and schema, made or brought up to date."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy = upgrade.migrate(bare_app(settings), settings)
    if copy:
        click.echo(f"Database brought up to date; a copy of it as it was: {copy}")
