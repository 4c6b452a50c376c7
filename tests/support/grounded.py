"""Fixtures of rooms on an empty database of either kind, without any door. Import them in a folder's `conftest.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from server.db import db
from server.services import Services
from tests.support.closing import close
from tests.support.ground import clear, lay
from tests.tools.postgres import Postgres


@pytest.fixture(scope="session")
def doors() -> Callable[[Flask], None]:
    """What a folder's tests open on the application; a folder with a door has a fixture of this name."""
    return lambda app: None


@pytest.fixture(scope="session")
def on_postgresql(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory, doors: Callable[[Flask], None]
) -> Iterator[Flask]:
    """The one application on PostgreSQL of this folder's tests."""
    url = postgres.fresh()
    app = lay(tmp_path_factory.mktemp("ground"), url)
    doors(app)
    yield app
    close(app)
    postgres.drop(url)


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory, doors: Callable[[Flask], None]) -> Iterator[Flask]:
    """The one application on SQLite of this folder's tests."""
    app = lay(tmp_path_factory.mktemp("ground"))
    doors(app)
    yield app
    close(app)


@pytest.fixture
def app(database: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application of one test, empty, on either database."""
    app: Flask = request.getfixturevalue(f"on_{database}")
    yield app
    clear(app)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()
        db.session.rollback()


@pytest.fixture
def services(app: Flask) -> Services:
    return app.extensions["fieldfare"]
