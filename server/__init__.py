"""Fieldfare's server. `create_app()` is wiring and nothing else: settings, database, keys, photo store, doors, jobs."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from media import open_store
from server import models, together, wiring
from server.commit import Committer
from server.db import db, engine_options, prepare_sqlite
from server.edge import harden
from server.keys import open_keyring
from server.services import Services
from server.settings import Settings

__all__ = ["create_app"]


def create_app(settings: Settings | None = None) -> Flask:
    """The application on a migrated database (`fieldfare migrate` makes one).

    Raises `SettingError` or `KeyTrouble`, with words for the person who starts it, where it cannot run as set.
    """
    settings = settings or Settings.load()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    app = bare_app(settings)
    with app.app_context():
        keys = open_keyring(db.session(), settings.key_path)
        committer = Committer(db.engines[None])
        db.session.remove()
    app.config["SECRET_KEY"] = wiring.secret_key(settings)  # made only once the key file fits
    store = open_store(settings.media_url, data=settings.data, s3_endpoint=settings.s3_endpoint or None)
    app.extensions["fieldfare"] = Services(settings, keys, store, committer)
    harden(app)
    wiring.register_doors(app)
    wiring.register_jobs(app)
    return app


def bare_app(settings: Settings) -> Flask:
    """The application with its database only: what migrations and first starts need."""
    models.load()
    app = Flask("server", root_path=str(Path(__file__).parent), static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=None,  # bounded part by part: a visit has many photos
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database, readers=settings.threads),
        SQLALCHEMY_BINDS={"read": engine_options(settings.database, readers=settings.threads)},
    )
    db.init_app(app)
    with app.app_context():
        if settings.is_sqlite:
            prepare_sqlite(db.engines[None], immediate=True)
            prepare_sqlite(db.engines["read"], immediate=False)
        together.share(db.engines[None])
    return app
