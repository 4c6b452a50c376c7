"""A whole installation for one test, driven through its doors: over HTTP, as phones, designers and supervisors do."""

from __future__ import annotations

import io
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server import create_app
from server.accounts import users
from server.db import db, transaction
from server.jobs import run_due
from server.services import Services
from server.settings import Settings
from server.wiring import create_schema
from tests.support import multipart

ADMIN = ("admin@example.org", "a long invented password")


def make_app(data: Path, **settings: Any) -> Flask:
    """An application on an empty schema in `data`; `settings` as FIELDFARE_* without the prefix, lower case."""
    from server import bare_app

    chosen = Settings.load(environ={}, data=data, sample=False, log_level="WARNING", **settings)
    data.mkdir(parents=True, exist_ok=True)
    with bare_app(chosen).app_context():
        create_schema()
        for engine in db.engines.values():
            engine.dispose()
    return create_app(chosen)


@dataclass
class House:
    """An installation with an administrator, and who acts on it."""

    app: Flask
    token: str = ""
    _lines: threading.local = field(default_factory=threading.local, repr=False)

    @property
    def client(self) -> FlaskClient:
        """A client of this thread's own: one keeps cookies, and is not made for two threads at once."""
        if not hasattr(self._lines, "client"):
            self._lines.client = self.app.test_client()
        client: FlaskClient = self._lines.client
        return client

    @property
    def services(self) -> Services:
        """Settings, keys, store."""
        return self.app.extensions["fieldfare"]

    @contextmanager
    def session(self) -> Iterator[Any]:
        """A session of its own, committed at the end: for what no door offers, and for looking at rows."""
        with self.app.app_context(), transaction(db.session()) as session:
            yield session

    def admin(self) -> House:
        """Make the administrator and sign in."""
        with self.session() as session:
            made = users.create(session, email=ADMIN[0], password=ADMIN[1], display_name="Ada Admin", by=None)
            users.make_admin(session, made)
        answer = self.client.post("/v1/sessions", json={"email": ADMIN[0], "password": ADMIN[1]})
        assert answer.status_code == 200, answer.text
        self.token = answer.json["token"]
        return self

    def api(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        """A REST request with the administrator's token."""
        headers = {"Authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        return self.client.open(f"/v1{path}", method=method, headers=headers, **kwargs)

    def project(self, name: str = "Aldermere") -> int:
        """A project."""
        answer = self.api("POST", "/projects", json={"name": name})
        assert answer.status_code == 200, answer.text
        return int(answer.json["id"])

    def publish(
        self,
        project_id: int,
        sheet: bytes,
        *,
        content_type: str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ignore_warnings: bool = True,
    ) -> dict[str, Any]:
        """Upload and publish a form; its JSON."""
        query = f"publish=true&ignoreWarnings={str(ignore_warnings).lower()}"
        answer = self.api(
            "POST", f"/projects/{project_id}/forms?{query}", data=sheet, content_type=content_type
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json)

    def phone(self, project_id: int, *forms: str, name: str = "Phone 7", **extra: Any) -> Phone:
        """A phone with these forms."""
        answer = self.api("POST", f"/projects/{project_id}/app-users", json={"displayName": name, **extra})
        assert answer.status_code == 200, answer.text
        for xml_form_id in forms:
            given = self.api(
                "POST", f"/projects/{project_id}/forms/{xml_form_id}/assignments/app-user/{answer.json['id']}"
            )
            assert given.status_code == 200, given.text
        return Phone(self, project_id, answer.json["token"], int(answer.json["id"]))

    def work(self) -> int:
        """Run every job that is due."""
        with self.app.app_context():
            return run_due(db.session(), self.app.extensions["fieldfare.jobs"])


@dataclass
class Phone:
    """An OpenRosa client with a token."""

    house: House
    project_id: int
    token: str
    actor_id: int

    @property
    def base(self) -> str:
        """Its address."""
        return f"/v1/key/{self.token}/projects/{self.project_id}"

    def get(self, path: str, **headers: str) -> TestResponse:
        """A GET as Collect sends it."""
        mark = "&" if "?" in path else "?"
        return self.house.client.get(
            f"{self.base}{path}{mark}deviceID=collect%3Atest",
            headers={"X-OpenRosa-Version": "1.0", **headers},
        )

    def send(
        self,
        xml: str | bytes,
        files: multipart.Files = (),
        *,
        incomplete: bool = False,
        agent: str = "org.odk.collect.android/v2026.1",
    ) -> TestResponse:
        """A submission as Collect sends it; `files` by name, or pairs where two have the same."""
        body = xml.encode() if isinstance(xml, str) else xml
        return self.house.client.post(
            f"{self.base}/submission?deviceID=collect%3Atest",
            data=multipart.submission(body, files, incomplete=incomplete),
            content_type=multipart.CONTENT_TYPE,
            headers={"X-OpenRosa-Version": "1.0", "User-Agent": agent},
        )


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def xlsx(survey: str, *, choices: str = "", settings: str = "", entities: str = "") -> bytes:
    """A spreadsheet from tables of text: columns and cells separated by `|`, a line a row."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for title, text in (
        ("survey", survey),
        ("choices", choices),
        ("settings", settings),
        ("entities", entities),
    ):
        rows = [line for line in text.strip().splitlines() if line.strip()]
        if rows:
            sheet = book.create_sheet(title)
            for line in rows:
                sheet.append([cell.strip() or None for cell in line.strip().strip("|").split("|")])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def instance(
    form_id: str,
    body: str,
    *,
    version: str = "1",
    instance_id: str | None = None,
    deprecated: str | None = None,
) -> str:
    """An instance as a phone writes it; `body` is what stands inside the root beside meta."""
    own = instance_id or f"uuid:{uuid.uuid4()}"
    old = f"<orx:deprecatedID>{deprecated}</orx:deprecatedID>" if deprecated else ""
    return (
        f'<?xml version="1.0" ?><data id="{form_id}" version="{version}" xmlns:orx="http://openrosa.org/xforms">{body}'
        f"<orx:meta><orx:instanceID>{own}</orx:instanceID>{old}</orx:meta></data>"
    )
