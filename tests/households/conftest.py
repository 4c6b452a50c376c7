"""The room's tests run on SQLite and on PostgreSQL, on databases laid out once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.households.world import World, empty, lay_out
from tests.support.fixtures import database, house, make_town, shared

if TYPE_CHECKING:
    from tests.tools.postgres import Postgres

__all__ = ["database", "house", "laid_out", "laid_out_postgres", "make_town", "shared", "world"]


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the schema and the small installation in it."""
    file = tmp_path_factory.mktemp("template") / "fieldfare.sqlite3"
    lay_out(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def laid_out_postgres(postgres: Postgres) -> Iterator[str]:
    """A PostgreSQL database of this room's tests, emptied between them."""
    url = postgres.fresh(lay_out)
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path, laid_out: Path) -> Iterator[World]:
    """A small installation on a database of its own."""
    if request.param == "sqlite":
        file = tmp_path / "fieldfare.sqlite3"
        shutil.copy(laid_out, file)
        url = f"sqlite:///{file}"
    else:
        url = request.getfixturevalue("laid_out_postgres")
    made = World.open(url, tmp_path)
    yield made
    made.close()
    if request.param == "postgresql":
        empty(url)
