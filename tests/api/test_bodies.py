"""Bodies of writes are read while nothing is open: one slow sender keeps nobody else from storing."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from server.api.json_body import MOST_BYTES
from server.db import db
from tests.api.conftest import Person, refused
from tests.support.house import House
from tests.support.town import Town, note


class Slow(io.RawIOBase):
    """A body whose first byte comes after something else was done."""

    def __init__(self, content: bytes, meanwhile: Callable[[], object]) -> None:
        self.rest, self.length = io.BytesIO(content), len(content)
        self.meanwhile = meanwhile
        self.done: list[object] = []

    @property
    def environ(self) -> dict[str, Any]:
        return {"wsgi.input": self, "CONTENT_LENGTH": str(self.length)}

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.done:
            with ThreadPoolExecutor(1) as elsewhere:  # in this thread it would be a part of this request
                self.done.append(elsewhere.submit(self.meanwhile).result())
        return self.rest.readinto(buffer)


def sent(house: House, method: str, path: str, body: Slow, kind: str = "application/json") -> TestResponse:
    return house.api(method, path, environ_overrides=body.environ, content_type=kind)


def out(app: Flask) -> int:
    """Connections that are in use, of both engines."""
    with app.app_context():
        return sum(engine.pool.checkedout() for engine in db.engines.values())  # type: ignore[attr-defined]  # of the pools that we use


def test_a_visit_is_stored_while_the_body_of_a_comment_has_not_come(house: Town) -> None:
    at = house.at(house.enrol().instance_id)
    body = Slow(b'{"body": "Seen."}', lambda: house.phone.send(note()).status_code)
    answer = sent(house, "POST", f"{at}/comments", body)
    assert body.done == [201]
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("method", "path", "kind", "content"),
    [
        ("PATCH", "/forms/enrol", "application/json", b'{"state": "open"}'),
        ("PATCH", "", "application/json", b'{"name": "Aldermere"}'),
        ("POST", "/app-users", "application/x-www-form-urlencoded", b"displayName=Phone"),
        ("POST", "/app-users", "application/json", b'{"displayName": "Phone"}'),
        ("DELETE", "/forms/enrol/draft", "application/json", b"{}"),
    ],
)
def test_nothing_is_open_while_the_body_of_a_write_comes(
    house: Town, method: str, path: str, kind: str, content: bytes
) -> None:
    assert house.api("POST", f"/projects/{house.project}/forms/enrol/draft").status_code == 200
    body = Slow(content, lambda: out(house.app))
    answer = sent(house, method, f"/projects/{house.project}{path}", body, kind)
    assert answer.status_code == 200, answer.text
    assert body.done == [0]


def test_nothing_is_open_while_a_sheet_of_areas_comes(house: Town) -> None:
    body = Slow(b"code,name\nC3,Ashdown\n", lambda: out(house.app))
    answer = sent(house, "POST", "/monitoring/areas", body, "text/csv")
    assert answer.json == {"created": 1, "updated": 0, "unchanged": 0}
    assert body.done == [0]


def test_a_sheet_of_areas_past_its_bound_is_refused_before_it_is_read(house: Town) -> None:
    body = Slow(b"x" * 20_000_001, lambda: out(house.app))
    refused(sent(house, "POST", "/monitoring/areas", body, "text/csv"), "413.60")
    assert body.done == []


def test_no_write_of_any_address_reads_its_body_while_something_is_open(
    admin: Person, project: int, app: Flask
) -> None:
    spec = json.loads(admin.client.get("/v1/openapi.json").get_data())
    held, read = [], 0
    for path, item in spec["paths"].items():
        at = path.removeprefix("/v1").replace("{project_id}", str(project))
        at = re.sub(r"\{[a-z_]+\}", "1", at)
        for method in sorted({"post", "put", "patch", "delete"} & set(item)):
            if at.startswith("/sessions/") or (
                method == "delete" and at in (f"/projects/{project}", "/users/1")
            ):
                continue  # they would end what this test stands on
            body = Slow(b"{}", lambda: out(app))
            answer = admin.request(
                method.upper(), at, environ_overrides=body.environ, content_type="application/json"
            )
            assert answer.status_code < 500 or answer.status_code == 501, (method, at)
            read += len(body.done)
            held += [(method, at, count) for count in body.done if count]
    assert held == []
    assert read > 30


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_a_body_past_the_bound_is_refused_before_it_is_read(
    admin: Person, project: int, app: Flask, kind: str
) -> None:
    body = Slow(b"x" * (MOST_BYTES + 1), lambda: out(app))
    at = f"/projects/{project}"
    answer = admin.request("PATCH", at, environ_overrides=body.environ, content_type=kind)
    refused(answer, "400.36")
    assert body.done == []


def test_a_body_without_a_length_is_read_to_its_bound_and_no_further(admin: Person, project: int) -> None:
    body = io.BytesIO(b" " * (4 * MOST_BYTES))
    answer = admin.request(
        "PATCH",
        f"/projects/{project}",
        content_type="application/json",
        environ_overrides={"wsgi.input": body, "wsgi.input_terminated": True},
        headers={"Transfer-Encoding": "chunked"},
    )
    refused(answer, "400.36")
    assert body.tell() < 2 * MOST_BYTES
