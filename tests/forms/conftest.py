"""The forms room on an empty database, without any door: SQLite, and where a test asks for both also PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from media import open_store
from server import models
from server.accounts.models import Actor
from server.commit import Committer
from server.db import Base, prepare_sqlite, utcnow
from server.forms.models import Project
from server.keys import open_keyring
from server.services import Services
from server.settings import Settings
from tests.forms.desk import Desk


def _prepare(url: str) -> None:
    models.load()
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty schema, once on each database."""
    if request.param == "sqlite":
        models.load()
        engine = create_engine(
            f"sqlite:///{tmp_path / 'forms.sqlite3'}", connect_args={"isolation_level": None}
        )
        prepare_sqlite(engine, immediate=True)
        Base.metadata.create_all(engine)
        yield engine
        engine.dispose()
        return
    server = request.getfixturevalue("postgres")
    url = server.fresh(_prepare)
    engine = create_engine(url)
    yield engine
    engine.dispose()
    server.drop(url)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.rollback()


@pytest.fixture
def services(engine: Engine, session: Session, tmp_path: Path) -> Services:
    settings = Settings.load({}, data=tmp_path, sample=False)
    keys = open_keyring(session, settings.key_path)
    return Services(settings, keys, open_store(settings.media_url, data=tmp_path), Committer(engine))


@pytest.fixture
def desk(session: Session, services: Services) -> Desk:
    """A designer at a project."""
    actor = Actor(type="user", display_name="Dora Designer", created_at=utcnow())
    project = Project(name="Aldermere", timezone="UTC", created_at=utcnow())
    session.add_all([actor, project])
    session.flush()
    return Desk(session, services, project.id, actor.id)
