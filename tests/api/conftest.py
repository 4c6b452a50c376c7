"""The REST door on an empty database, and callers of each kind who act through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server import api
from server.accounts import users
from server.accounts.models import ActorArea, Assignment
from server.db import db
from server.edge import harden
from tests.support.fixtures import database, house, make_town
from tests.support.grounded import app, on_postgresql, on_sqlite, services

__all__ = [
    "PASSWORD",
    "Join",
    "Person",
    "app",
    "database",
    "house",
    "make_town",
    "on_postgresql",
    "on_sqlite",
    "refused",
    "services",
]

PASSWORD = "a long password"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a Bearer token (or none, or a phone's token in the path)."""

    client: FlaskClient
    id: int = 0
    token: str | None = None
    key: str | None = None

    def request(self, method: str, path: str, *, extended: bool = False, **kwargs: Any) -> TestResponse:
        headers = dict(kwargs.pop("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if extended:
            headers["X-Extended-Metadata"] = "true"
        prefix = f"/v1/key/{self.key}" if self.key else "/v1"
        return self.client.open(prefix + path, method=method, headers=headers, **kwargs)

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.request("GET", path, **kwargs)

    def post(self, path: str, json: Any = None, **kwargs: Any) -> TestResponse:
        return self.request("POST", path, json=json, **kwargs)

    def patch(self, path: str, json: Any = None, **kwargs: Any) -> TestResponse:
        return self.request("PATCH", path, json=json, **kwargs)

    def put(self, path: str, json: Any = None, **kwargs: Any) -> TestResponse:
        return self.request("PUT", path, json=json, **kwargs)

    def delete(self, path: str, **kwargs: Any) -> TestResponse:
        return self.request("DELETE", path, **kwargs)


Join = Callable[..., Person]


@pytest.fixture(scope="session")
def doors() -> Callable[[Flask], None]:
    """The REST door, with the edge before it."""

    def open_doors(app: Flask) -> None:
        harden(app)
        api.register(app)

    return open_doors


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session of the test's own, beside those of the requests: commit before asking the server."""
    with app.app_context():
        engine = db.engines[None]
    with Session(engine, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def join(app: Flask) -> Join:
    """Make a person with a role, on the site or in a project, and sign them in."""

    def make(
        name: str,
        role: str | None = None,
        project_id: int | None = None,
        *,
        form_id: int | None = None,
        areas: tuple[int, ...] = (),
    ) -> Person:
        client = app.test_client(use_cookies=False)
        with app.app_context():
            user = users.create(
                db.session(), email=f"{name}@example.org", password=PASSWORD, display_name=name, by=None
            )
            if role is not None:
                db.session.add(
                    Assignment(actor_id=user.actor_id, role=role, project_id=project_id, form_id=form_id)
                )
            db.session.add_all([ActorArea(actor_id=user.actor_id, area_id=area) for area in areas])
            db.session.commit()
            actor_id = user.actor_id
        answer = client.post("/v1/sessions", json={"email": f"{name}@example.org", "password": PASSWORD})
        assert answer.status_code == 200
        return Person(client, actor_id, answer.get_json()["token"])

    return make


@pytest.fixture
def admin(join: Join) -> Person:
    return join("alice", "admin")


@pytest.fixture
def nobody(app: Flask) -> Person:
    """A caller without any token."""
    return Person(app.test_client(use_cookies=False))


@pytest.fixture
def project(admin: Person) -> int:
    answer = admin.post("/projects", {"name": "Aldermere"})
    assert answer.status_code == 200
    return int(answer.get_json()["id"])


def refused(answer: TestResponse, code: str) -> dict[str, Any]:
    """The body of a refusal with that code, to the letter (403.60 keeps its nought)."""
    assert answer.status_code == int(code.split(".")[0]), answer.get_data(as_text=True)
    assert f'"code":{code},' in answer.get_data(as_text=True)
    body = answer.get_json()
    assert set(body) == {"message", "code", "details"}
    assert body["message"]
    return dict(body)
