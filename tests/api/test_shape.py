"""What every part of the API has in common: errors, bounds on JSON, unknown addresses, its description."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from server import problems
from tests.api.conftest import PASSWORD, Person, refused


@pytest.fixture
def database() -> str:
    """Nothing here depends on which database it is."""
    return "sqlite"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path", ["", "/", "/nowhere", "/projects/1/nowhere", "/users/1/2/3", "/projects/1/forms/x.svc/y/z"]
)
def test_an_unknown_address_is_404_1_as_json_whoever_asks(nobody: Person, method: str, path: str) -> None:
    answer = nobody.request(method, path)
    if answer.status_code == 308:
        answer = nobody.request(method, path.rstrip("/"))
    refused(answer, "404.1")


def test_a_method_that_an_address_has_not_is_404_1_as_in_central(admin: Person) -> None:
    refused(admin.put("/roles"), "404.1")
    refused(admin.delete("/projects"), "404.1")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "400.1"),
        (b"nonsense", "400.1"),
        (b'{"name": NaN}', "400.1"),
        (b'{"name": "\\u0000"}', "400.1"),
        (b'{"name": "\\ud800"}', "400.1"),
        (b'{"name": "\xff"}', "400.37"),
        (b'{"name": 1' + b"0" * 5000 + b"}", "400.1"),
        (b'{"name": "x", "name": "y"}', "400.8"),
        (b'{"name": ' + b"[" * 40 + b"]" * 40 + b"}", "400.1"),
        (b"[" * 100_000 + b"]" * 100_000, "400.1"),
        (b'{"a":' * 30_000 + b"1" + b"}" * 30_000, "400.1"),
        (b'{"name": "' + b"x" * 250_000 + b'"}', "400.36"),
        (b"[]", "400.11"),
        (b'"text"', "400.11"),
        (b"7", "400.11"),
        (b"null", "400.11"),
        (b"", "400.2"),
        (b"{}", "400.2"),
    ],
    ids=str,
)
def test_json_is_read_within_bounds(admin: Person, raw: bytes, code: str) -> None:
    refused(admin.post("/projects", data=raw, content_type="application/json"), code)
    assert admin.get("/projects").get_json() == []


def test_json_with_a_byte_order_mark_or_in_another_declared_charset_is_read_or_refused(admin: Person) -> None:
    assert (
        admin.post(
            "/projects", data=b'\xef\xbb\xbf{"name": "x"}', content_type="application/json"
        ).status_code
        == 200
    )
    refused(
        admin.post("/projects", data=b'{"name": "x"}', content_type="application/json; charset=utf-16"),
        "400.37",
    )


@pytest.mark.parametrize("value", [True, 1, 1.5, [], {}, [{}], None, "", {"$gt": ""}])
def test_wrong_types_everywhere_are_400_and_never_500(admin: Person, project: int, value: object) -> None:
    tries = [
        admin.post("/sessions", {"email": value, "password": value}),
        admin.post("/users", {"email": value, "password": value}),
        admin.post("/projects", {"name": value, "description": value, "archived": value}),
        admin.patch(f"/projects/{project}", {"name": value}),
        admin.post(f"/projects/{project}/app-users", {"displayName": value, "properties": value}),
        admin.put(f"/users/{admin.id}/password", {"old": value, "new": value}),
        admin.post("/users/reset/initiate", {"email": value}),
    ]
    assert {answer.status_code // 100 for answer in tries} == {4}


@pytest.mark.parametrize(
    ("ask", "field", "value"),
    [
        (lambda who: who.get("/audits?action=%00"), "action", "\ufffd"),
        (lambda who: who.get("/monitoring/tables/water?project=abc"), "project", "abc"),
        (lambda who: who.post("/projects", {"name": ["Alder", 1]}), "name", ["Alder", 1]),
        (lambda who: who.post("/projects", {"name": {"x": "y" * 300}}), "name", '{"x": "' + "y" * 93),
        (lambda who: who.post("/users", {"email": 7, "password": None}), "email", 7),
        (lambda who: who.post("/projects", data='{"name":"a","name":"b"}'), "name", "b"),
        (lambda who: who.post("/users", {"email": "a@example.org", "password": [1]}), "password", "…"),
        (lambda who: who.put(f"/users/{who.id}/password", {"old": PASSWORD, "new": [1]}), "password", "…"),
        (lambda who: who.post("/projects", data='{"old":"a","old":"b"}'), "old", "…"),
    ],
)
def test_a_refused_value_is_in_the_details_unless_it_is_secret(
    admin: Person, ask: Callable[[Person], TestResponse], field: str, value: object
) -> None:
    body = ask(admin).get_json()
    assert (body["details"]["field"], body["details"]["value"]) == (field, value)
    assert "None" not in body["message"]


def test_an_error_has_centrals_shape_and_keeps_a_codes_last_nought(nobody: Person) -> None:
    answer = nobody.get("/projects")
    assert answer.get_json() == {"message": problems.UNAUTHENTICATED.words, "code": 401.2, "details": {}}
    assert answer.content_type == "application/json; charset=utf-8"


def test_every_answer_has_a_request_id_and_is_kept_by_nobody(admin: Person) -> None:
    answer = admin.get("/projects")
    assert len(answer.headers["X-Request-Id"]) == 16
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_error_of_our_own_is_500_1_and_tells_nothing(
    admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("server.api.projects.rooms.projects", broken)
    answer = admin.get("/projects")
    refused(answer, "500.1")
    assert "secret" not in answer.get_data(as_text=True)


def test_the_api_describes_itself(nobody: Person) -> None:
    spec = json.loads(nobody.get("/openapi.json").get_data())
    assert spec["openapi"] == "3.1.0"
    assert {"get", "post"} <= set(spec["paths"]["/v1/projects"])
    assert "/v1/projects/{project_id}/app-users/{actor_id}" in spec["paths"]
    summaries = [
        one.get("summary")
        for item in spec["paths"].values()
        for name, one in item.items()
        if name != "parameters"
    ]
    assert len(summaries) > 40
    assert all(summaries)


def test_docs_is_one_page_that_loads_nothing_from_elsewhere(nobody: Person) -> None:
    text = nobody.client.get("/docs").get_data(as_text=True)
    assert "/v1/projects/{project_id}/app-users" in text
    assert "<script" not in text
    assert "<link" not in text
    assert "//" not in text
