"""Every address of the description, asked with names and bodies that nobody expects: refused in Central's shape, never 5xx."""

from __future__ import annotations

import json
import re

import pytest

from tests.api.conftest import Person

NAMES = [
    "2",
    "999",
    "9" * 16,
    "9" * 30,
    "' or 1=1 --",
    "%00",
    "..%2F..%2Fetc%2Fpasswd",
    "水🌊",
    "x" * 300,
    "a%2Fb%253F",
]
BODIES = [None, b"", b"{", b"[]", b'{"a": 1}', b"<xml", b"\xff\xfe\x00", b"PK\x03\x04"]
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.mark.parametrize("name", NAMES)
def test_no_address_breaks_whatever_its_names_are(admin: Person, project: int, name: str) -> None:
    spec = json.loads(admin.client.get("/v1/openapi.json").get_data())
    broken, asked = [], 0
    for path, item in spec["paths"].items():
        at = path.removeprefix("/v1").replace("{project_id}", str(project))
        at = re.sub(r"\{[a-z_]+\}", name.replace("\\", ""), at)
        for number, method in enumerate(method for method in METHODS if method in item):
            if at.startswith("/sessions/current"):
                continue  # it would end the test's own session
            body = BODIES[(number + len(path)) % len(BODIES)]
            answer = admin.request(method.upper(), at, data=body, environ_overrides={"RAW_URI": f"/v1{at}"})
            asked += 1
            if answer.status_code >= 500 and answer.status_code != 501:
                broken.append((method, at, answer.status_code))
            elif answer.status_code >= 400:
                assert set(answer.get_json()) == {"message", "code", "details"}, (method, at)
        if at == f"/projects/{project}":
            project = int(admin.post("/projects", {"name": "again"}).get_json()["id"])  # DELETE took it
    assert broken == []
    assert asked > 90


@pytest.mark.parametrize(
    "query",
    ["limit=-1", "limit=1e9", "offset=99999999999999999999", "q=%00", "action=%00", "start=0000", "size=%00"],
)
def test_no_list_breaks_whatever_is_asked_of_it(admin: Person, project: int, query: str) -> None:
    spec = json.loads(admin.client.get("/v1/openapi.json").get_data())
    lists = [
        path
        for path, item in spec["paths"].items()
        if "get" in item and path.count("{") == path.count("{project_id}")
    ]
    answers = [
        admin.get(path.removeprefix("/v1").replace("{project_id}", str(project)) + f"?{query}")
        for path in lists
    ]
    assert len(answers) > 10
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
