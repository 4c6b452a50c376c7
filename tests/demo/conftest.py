"""A small demo, made once on each database, to be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from server.db import db
from server.demo.make import Made, Size, make
from server.services import Services
from tests.support.closing import close
from tests.support.house import make_app
from tests.tools.postgres import Postgres

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
"""The demo's today, so that its year is the same whenever the tests run."""

SIZE = Size(households=6, visits=10, seed=3)


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made, and where."""

    app: Flask
    made: Made
    lines: tuple[str, ...]
    session: Session

    @property
    def services(self) -> Services:
        return cast(Services, self.app.extensions["fieldfare"])


def make_demo(data: Path, size: Size = SIZE, database_url: str = "") -> Demo:
    """A demo in an empty folder and database."""
    app = make_app(data, database_url=database_url)
    lines: list[str] = []
    with app.app_context():
        made = make(
            db.session(),
            app.extensions["fieldfare"],
            size,
            password="a long invented password",
            admin_id=None,
            say=lines.append,
            now=NOW,
        )
        assert not db.session().in_transaction()  # nothing is left locked
        session = Session(db.engines["read"], expire_on_commit=False)
    return Demo(app, made, tuple(lines), session)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The small demo, for tests that only look."""
    folder = tmp_path_factory.mktemp("demo")
    if request.param == "sqlite":
        made = make_demo(folder)
        yield made
        made.session.close()
        close(made.app)
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.fresh()
        made = make_demo(folder, database_url=url)
        yield made
        made.session.close()
        close(made.app)
        server.drop(url)
