"""Fixtures of the tests that act through an installation's doors; each such folder's conftest.py takes them from here."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.support.town import Town, build, close, open_copy
from tests.tools.postgres import Postgres

DATABASES = ("sqlite", "postgresql")

MakeTown = Callable[..., Town]
"""`make_town(**settings)`: a town of its own, on the database that the test runs on."""


@cache
def sqlite_template(root: Path) -> Path:
    """The data folder that towns on SQLite are copied from."""
    folder = root / "town-sqlite"
    build(folder)
    return folder


@cache
def postgres_template(root: Path) -> tuple[Path, Callable[[str], None]]:
    """The data folder (keys, photos) that goes with the template database, and what makes both."""
    folder = root / "town-postgresql"
    return folder, lambda url: build(folder, url)


@contextmanager
def towns(root: Path, folder: Path, postgres: Postgres | None) -> Iterator[MakeTown]:
    """Makes towns in `folder`, on SQLite where no PostgreSQL is given; they and their databases are gone at the end."""
    made: list[tuple[Town, str]] = []

    def make(**settings: object) -> Town:
        data = folder / f"data{len(made)}"
        if postgres is None:
            town, url = open_copy(sqlite_template(root), data, **settings), ""
        else:
            template, prepare = postgres_template(root)
            url = postgres.fresh(prepare)
            town = open_copy(template, data, database_url=url, **settings)
        made.append((town, url))
        return town

    yield make
    for town, url in made:
        close(town)
        if postgres is not None:
            postgres.drop(url)
        shutil.rmtree(town.services.settings.data, ignore_errors=True)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on: each test once on either."""
    return str(request.param)


@pytest.fixture
def make_town(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeTown]:
    """Makes towns on this test's database, with settings of their own."""
    postgres = request.getfixturevalue("postgres") if database == "postgresql" else None
    with towns(tmp_path_factory.getbasetemp(), tmp_path, postgres) as make:
        yield make


@pytest.fixture
def house(make_town: MakeTown) -> Town:
    """A town of this test's own, on either database."""
    return make_town()


@pytest.fixture(scope="module", params=DATABASES)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One town for a whole file, for tests that leave nothing behind or look at what they sent alone: quicker."""
    postgres = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    with towns(tmp_path_factory.getbasetemp(), tmp_path_factory.mktemp("shared"), postgres) as make:
        yield make()
