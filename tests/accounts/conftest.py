"""The rooms on an empty database of either kind, without any door."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from server.db import utcnow
from server.forms.models import Form, Project
from tests.support.fixtures import database
from tests.support.grounded import app, doors, on_postgresql, on_sqlite, services, session

__all__ = ["app", "database", "doors", "on_postgresql", "on_sqlite", "services", "session"]


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
