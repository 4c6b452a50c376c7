"""Writes a migration from what the models say against an empty or migrated SQLite database: `make migration M="what it does"`.

Read what it wrote before you commit it: Alembic sees tables and columns, not meanings.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from server import bare_app
from server.db import db
from server.settings import Settings
from server.upgrade import alembic_config, migrate


def main(message: str) -> None:
    """Bring a throw-away database to the newest revision, then write the next one."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load(environ={}, data=Path(folder))
        app = bare_app(settings)
        migrate(app, settings)
        config = alembic_config()
        with app.app_context(), db.engines[None].connect() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message=message, autogenerate=True)


if __name__ == "__main__":
    main(sys.argv[1])
