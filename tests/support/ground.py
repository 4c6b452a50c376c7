"""Empty installations without any door, on either database: the ground of tests that need rooms, or one door alone.

Made once a session for each database and emptied after each test: many times quicker than a new one for each.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import text

from media import open_store
from server import bare_app
from server.commit import Committer
from server.db import Base, db
from server.keys import open_keyring
from server.services import Services
from server.settings import Settings
from server.wiring import create_schema

KEPT = "data_key"
"""The one table that is not emptied: the key file in the data folder belongs to it."""


def lay(data: Path, database_url: str = "") -> Flask:
    """An application with database, keys and store, on an empty schema."""
    settings = Settings.load({}, data=data, sample=False, database_url=database_url)
    app = bare_app(settings)
    with app.app_context():
        create_schema()
        keys = open_keyring(db.session(), settings.key_path)
        store = open_store(settings.media_url, data=data)
        app.extensions["fieldfare"] = Services(settings, keys, store, Committer(db.engines[None]))
    return app


def clear(app: Flask) -> None:
    """Empty every table, ids from 1 again."""
    names = [f'"{name}"' for name in Base.metadata.tables if name != KEPT]
    with app.app_context():
        engine = db.engines[None]
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
        return
    connection = engine.raw_connection()
    try:
        for statement in (
            "PRAGMA foreign_keys=OFF",
            "BEGIN",
            *(f"DELETE FROM {name}" for name in names),
            "COMMIT",
        ):
            connection.cursor().execute(statement)
        connection.cursor().execute("PRAGMA foreign_keys=ON")
    finally:
        connection.close()
