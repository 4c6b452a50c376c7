"""Bad inputs, row 52: huge and deep JSON, keys twice, numbers that are none, wrong types. Every endpoint of the API's own description."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis

from tests.security.world import World, addresses, values_for
from tests.support.town import Town

WRITES = ("post", "put", "patch")
HUGE = b'{"a": "' + b"x" * 300_000 + b'"}'
DEEP = b'{"a":' * 3000 + b"1" + b"}" * 3000
BROKEN = {
    "huge": HUGE,
    "deep": DEEP,
    "deep list": b"[" * 100_000,
    "key twice": b'{"displayName": "a", "displayName": "b"}',
    "NaN": b'{"displayName": NaN}',
    "infinite": b'{"displayName": -Infinity}',
    "NUL": b'{"displayName": "a\\u0000b"}',
    "half a character": b'{"displayName": "\\ud800"}',
    "latin-1": '{"displayName": "é"}'.encode("latin-1"),
    "cut": b'{"displayName": "a',
    "long number": b'{"displayName": ' + b"9" * 10_000 + b"}",
}
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    10**30,
    "",
    "x" * 5000,
    [],
    ["x"],
    {},
    {"x": {"y": []}},
    [[[]]],
)


@pytest.fixture(scope="module")
def spec(world: World) -> dict[str, Any]:
    described = world.town.client.get("/v1/openapi.json").get_data(as_text=True)
    return dict(json.loads(described))


def writes(world: World, spec: dict[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Method, path and the fields that the description names, of each write of the API; what names a thing names one."""
    rules = {
        re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", one.rule): one
        for one in addresses(world.town.app)
        if one.rule.startswith("/v1")
    }
    for path, item in spec["paths"].items():
        for method in WRITES:
            if method in item and path in rules and "token" not in rules[path].names:
                at = rules[path].filled(values_for(rules[path], world.ids["quandary"]))
                content = item[method].get("requestBody", {}).get("content", {})
                schema = content.get("application/json", {}).get("schema", {})
                name = schema.get("$ref", "").rpartition("/")[2]
                named = spec["components"]["schemas"].get(name, schema)
                yield method.upper(), at, tuple(named.get("properties", ()))


FIELDS = (
    "email",
    "password",
    "displayName",
    "name",
    "old",
    "new",
    "propertyValue",
    "body",
    "dataset",
    "forms",
)


@pytest.mark.parametrize("kind", sorted(BROKEN))
def test_row_52_json_that_is_none_is_refused_with_a_code_at_every_endpoint(
    world: World, spec: dict[str, Any], kind: str
) -> None:
    wrong, tried = [], 0
    for method, at, _ in writes(world, spec):
        answer = world.admin.ask(method, at, data=BROKEN[kind], content_type="application/json")
        tried += 1
        if answer.status_code >= 500 and answer.status_code != 501:
            wrong.append((method, at, answer.status_code))
        elif answer.status_code >= 400:
            assert set(answer.json) == {"message", "code", "details"}, (method, at)
    assert tried > 30
    assert wrong == []
    for method, path in (("POST", "/projects"), ("POST", "/users"), ("POST", "/sessions")):
        assert (
            world.admin.ask(
                method, f"/v1{path}", data=BROKEN[kind], content_type="application/json"
            ).status_code
            == 400
        )


def test_row_52_wrong_types_in_every_field_of_every_endpoint_are_refused_or_taken_and_never_break(
    world: World, spec: dict[str, Any]
) -> None:
    wrong, tried = [], 0
    for method, at, fields in writes(world, spec):
        if at.endswith(("/sessions", "/password")):
            continue  # guesses are counted: their fields are tried below
        for field in fields or FIELDS:
            for turn in range(5):
                value = VALUES[(tried + turn * 3) % len(VALUES)]
                full = dict.fromkeys(fields, "x") | {field: value}
                for body in (full, {field: value}):
                    answer = world.admin.ask(method, at, json=body)
                    if answer.status_code >= 500 and answer.status_code != 501:
                        wrong.append((method, at, field, value, answer.status_code))
            tried += 1
    assert tried > 100
    assert wrong == []


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_row_52_what_is_no_object_is_refused_at_every_endpoint(
    world: World, spec: dict[str, Any], value: Any
) -> None:
    wrong = [
        (method, at, answer.status_code)
        for method, at, _ in writes(world, spec)
        if (answer := world.admin.ask(method, at, json=value)).status_code >= 500
        and answer.status_code != 501
    ]
    assert wrong == []
    for field in ("email", "password"):
        signed = world.admin.ask(
            "POST", "/v1/sessions", json={"email": "a@b.org", "password": "x", field: value}
        )
        assert signed.status_code in (400, 401, 429)


def test_row_52_no_request_that_the_description_allows_breaks_the_server(house: Town) -> None:
    spec = json.loads(house.client.get("/v1/openapi.json").get_data(as_text=True))
    real = {
        "project_id": [house.project],
        "xml_form_id": ["note", "enrol"],
        "actor_id": [2],
        "name": ["water", "areas.csv"],
    }
    for path in list(spec["paths"]):
        item = spec["paths"][path]
        item.pop("delete", None)  # what it names would be gone for all that follow
        for one in item.get("parameters", []):
            if one["name"] in real:
                one["schema"] = {"enum": real[one["name"]]}
        if path.startswith("/v1/sessions") or not set(item) - {"parameters"}:
            del spec["paths"][path]
    api = schemathesis.openapi.from_dict(spec)
    broken: list[tuple[str, str, int]] = []
    tried = 0
    for result in api.get_all_operations():
        operation = result.ok()

        @hypothesis.settings(
            max_examples=15,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.generate],
        )
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            made = case.as_transport_kwargs(base_url="http://localhost")
            headers = {**dict(made.get("headers") or {}), "Authorization": f"Bearer {house.token}"}
            answer = house.client.open(
                made["url"].removeprefix("http://localhost"),
                method=made["method"],
                query_string=made.get("params"),
                json=made.get("json"),
                data=made.get("data"),
                headers=headers,
            )
            if answer.status_code >= 500 and answer.status_code != 501:
                broken.append((case.method, case.path, answer.status_code))

        ask()
        tried += 1
    assert tried > 80
    assert broken == []
