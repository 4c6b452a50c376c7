"""The rooms on an empty database, without any door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from media import open_store
from server import bare_app
from server.commit import Committer
from server.db import db, utcnow
from server.forms.models import Form, Project
from server.keys import open_keyring
from server.services import Services
from server.settings import Settings
from server.wiring import create_schema


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = bare_app(Settings.load({}, data=tmp_path, sample=False))
    with app.app_context():
        create_schema()
    return app


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()
        db.session.rollback()


@pytest.fixture
def services(session: Session, tmp_path: Path) -> Services:
    settings = Settings.load({}, data=tmp_path, sample=False)
    keys = open_keyring(session, settings.key_path)
    return Services(
        settings, keys, open_store(settings.media_url, data=tmp_path), Committer(db.engines[None])
    )


@pytest.fixture
def project(session: Session) -> Project:
    project = Project(name="Aldermere", timezone="UTC", created_at=utcnow())
    session.add(project)
    session.flush()
    return project


@pytest.fixture
def form(session: Session, project: Project) -> Form:
    form = Form(project=project, xml_form_id="household_visit", created_at=utcnow())
    session.add(form)
    session.flush()
    return form
