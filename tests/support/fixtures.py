"""Fixtures of the tests that act through an installation's doors; each such folder's conftest.py takes them from here."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.town import Town, build, close, open_copy
from tests.tools.postgres import Postgres

DATABASES = ("sqlite", "postgresql")

MakeTown = Callable[..., Town]
"""`make_town(**settings)`: a town of its own, on the database that the test runs on."""


@cache
def _sqlite_template(root: Path) -> Path:
    folder = root / "town-sqlite"
    build(folder)
    return folder


@cache
def _postgres_template(root: Path) -> tuple[Path, Callable[[str], None]]:
    """The data folder (keys, photos) that goes with the template database, and what makes both."""
    folder = root / "town-postgresql"
    return folder, lambda url: build(folder, url)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on: each test once on either."""
    return str(request.param)


@pytest.fixture
def make_town(
    request: pytest.FixtureRequest,
    database: str,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[MakeTown]:
    """Makes towns on this test's database; they and their databases are gone after it."""
    made: list[tuple[Town, str]] = []
    root = tmp_path_factory.getbasetemp()
    postgres: Postgres | None = None
    if database == "postgresql":
        postgres = request.getfixturevalue("postgres")

    def make(**settings: object) -> Town:
        data = tmp_path / f"data{len(made)}"
        if postgres is None:
            town, url = open_copy(_sqlite_template(root), data, **settings), ""
        else:
            folder, prepare = _postgres_template(root)
            url = postgres.fresh(prepare)
            town = open_copy(folder, data, database_url=url, **settings)
        made.append((town, url))
        return town

    yield make
    for town, url in made:
        close(town)
        if postgres is not None:
            postgres.drop(url)
        shutil.rmtree(town.services.settings.data, ignore_errors=True)


@pytest.fixture
def house(make_town: MakeTown) -> Town:
    """A town of this test's own, on either database."""
    return make_town()
