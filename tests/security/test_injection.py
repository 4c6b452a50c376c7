"""Bad inputs, row 44: SQL and OData where only a name, a number or a word is asked for. Never 500, never somebody else's rows.

Every text in every address, every query parameter that the code reads, the headers and form fields that reach a query.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest
from flask import Request
from werkzeug.datastructures import ImmutableMultiDict

from tests.security.world import Caller, World, addresses, values_for
from tests.support.town import new_id, note

PAYLOADS = (
    "' OR '1'='1",
    "1) UNION SELECT email, password_hash, 1 FROM web_user--",
    "'; DELETE FROM submission; --",
    '" or ""="',
    "%' OR name LIKE '%",
    "$filter=1 eq 1",
    "__system/submitterId eq 1 or true",
    "\\'",
    "nul\x00inside",
    "9" * 40,
    "-1",
    "²",
    "[1e400]",
    "[99999999999999999999999]",
    '["\\u0000"]',
)
NUMBERS = ("9" * 40, "-1", "²", "٣", "1e9", "0x1", "99999999999999999999", "1;--", "\x00", " 1 ")


class Noting(ImmutableMultiDict):  # type: ignore[type-arg]  # werkzeug's own is generic in stubs alone
    """Query and form fields that note which of them a view asks for."""

    asked: ClassVar[set[str]] = set()

    def get(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        self.asked.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        self.asked.add(key)
        return super().getlist(key, *args, **kwargs)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


class NotingRequest(Request):
    """A request that notes what is asked of it."""

    parameter_storage_class = Noting


def parameters(who: Caller, at: str, **more: Any) -> list[str]:
    """The query parameters and form fields that an address reads, found by watching it."""
    app = who.client.application
    Noting.asked.clear()
    usual, app.request_class = app.request_class, NotingRequest
    try:
        who.ask("POST" if more else "GET", at, **more)
    finally:
        app.request_class = usual
    return sorted(Noting.asked - {"csrf", "what"})


def some(payloads: Sequence[str], turn: int, count: int = 3) -> list[str]:
    """A few of them, others at each turn: all of them are tried at some address, and a run stays short."""
    return [payloads[(turn * count + step) % len(payloads)] for step in range(count)]


def broken(who: Caller, method: str, path: str, **more: Any) -> str | None:
    """None where the server kept its head; else what happened."""
    answer = who.ask(method, path, **more)
    return (
        f"{method} {path}: {answer.status_code}"
        if answer.status_code >= 500 and answer.status_code != 501
        else None
    )


def told(world: World, body: bytes) -> list[str]:
    """Words of what a supervisor of one area must not see that stand in a body."""
    outside, quandary = world.ids["outside"], world.ids["quandary"]
    words = (
        outside["code"],
        outside["instance_id"],
        quandary["instance_id"],
        "Quandary",
        "Nettlecombe",
        "$argon2",
    )
    return [word for word in words if word.encode() in body]


def test_row_44_no_text_in_an_address_is_taken_for_sql(world: World) -> None:
    found, leaked, tried = [], [], 0
    for address in addresses(world.town.app):
        values = values_for(address, world.ids["inside"]) | {"token": world.town.line("north").token}
        for name in address.texts:
            for payload in some(PAYLOADS, tried, 4):
                at = address.filled(values | {name: payload})
                found.append(broken(world.admin, address.method, at))
                if address.method == "GET" and "integrity" not in address.rule:
                    answer = world.supervisor.ask("GET", at)
                    leaked += [(at, answer.status_code)] * (answer.status_code < 300)
                    leaked += told(world, answer.data)
            tried += 1
    assert tried > 100
    assert [one for one in found if one] == []
    assert leaked == []


def test_row_44_no_query_parameter_of_any_door_is_taken_for_sql(world: World) -> None:
    found, leaked, tried, names = [], [], 0, set()
    for address in addresses(world.town.app):
        if address.method != "GET" or "token" in address.names:
            continue
        at = address.filled(values_for(address, world.ids["inside"]))
        for name in parameters(world.admin, at):
            names.add(name)
            for payload in (*some(PAYLOADS, tried), *some(NUMBERS, tried)):
                asked = f"{at}?{quote(name)}={quote(payload)}"
                found.append(broken(world.admin, "GET", asked))
            leaked += told(
                world, world.supervisor.ask("GET", f"{at}?{quote(name)}={quote(PAYLOADS[0])}").data
            )
            tried += 1
    assert {"cursor", "area", "since", "q", "after", "before", "limit", "offset", "state", "visit"} <= names
    assert [one for one in found if one] == []
    assert leaked == []


LISTS = (
    ("/v1/monitoring/tables/{table}", "cursor"),
    ("/v1/monitoring/tables/{table}", "since"),
    ("/v1/monitoring/tables/{table}", "area"),
    ("/v1/monitoring/tables/{table}?history=1", "cursor"),
    ("/v1/audits", "action"),
    ("/v1/audits", "start"),
    ("/v1/users", "q"),
    ("/p/{project_id}/visits", "area"),
    ("/p/{project_id}/visits", "after"),
    ("/p/{project_id}/households", "q"),
    ("/p/{project_id}/households", "area"),
    ("/p/{project_id}/households", "after"),
    ("/p/{project_id}/tables/{table}", "after"),
    ("/p/{project_id}/tables/{table}", "area"),
    ("/p/{project_id}/tables/{table}", "visit"),
    ("/p/{project_id}/phones/cards", "of"),
    ("/audit", "before"),
    ("/audit", "project"),
    ("/audit", "from"),
    ("/people", "q"),
)
"""Filters, sorts and cursors that reach a query: each gets everything."""


@pytest.mark.parametrize(("path", "name"), LISTS)
def test_row_44_each_filter_and_cursor_is_read_or_refused_in_words(
    world: World, path: str, name: str
) -> None:
    at, found, leaked = path.format(**world.ids["inside"]), [], []
    mark = "&" if "?" in at else "?"
    for payload in (*PAYLOADS, *NUMBERS):
        asked = f"{at}{mark}{name}={quote(payload)}"
        found.append(broken(world.admin, "GET", asked))
        leaked += told(world, world.supervisor.ask("GET", asked).data)
    assert [one for one in found if one] == []
    assert leaked == []


HEADERS = (
    "Accept-Language",
    "Authorization",
    "Cookie",
    "If-None-Match",
    "User-Agent",
    "X-CSRF",
    "X-CSRF-Token",
    "X-Extended-Metadata",
    "X-OpenRosa-Version",
    "X-Reason",
    "X-Request-Id",
)


@pytest.mark.parametrize("header", HEADERS)
def test_row_44_no_header_is_taken_for_sql(world: World, header: str) -> None:
    phone, anybody = world.town.line("north"), Caller(world.town.app.test_client())
    inside = quote(world.ids["inside"]["instance_id"])
    paths = (
        f"/v1/projects/{world.project}/forms/enrol/submissions",
        f"/v1/projects/{world.project}/forms/enrol/submissions/{inside}.xml",
        "/v1/monitoring/tables/water",
        f"/v1/key/{phone.token}/projects/{world.project}/formList",
        f"/p/{world.project}/visits",
        "/sign-in",
    )
    found, leaked = [], []
    for payload in PAYLOADS:
        if "\x00" in payload or not payload.isascii():
            continue  # no server hands such a header on
        kinds = {"Cookie": ("session={}", "{}"), "Authorization": ("Bearer {}", "Basic {}")}.get(
            header, ("{}",)
        )
        for path in paths:
            for value in (kind.format(payload) for kind in kinds):
                found.append(broken(world.admin, "GET", path, headers={header: value}))
                who = anybody if header in ("Authorization", "Cookie") else world.supervisor
                leaked += told(world, who.ask("GET", path, headers={header: value}).data)
    assert [one for one in found if one] == []
    assert leaked == []


def test_row_44_no_field_of_a_pages_form_is_taken_for_sql(world: World) -> None:
    kept = ("/sign-out", "/me", "/people/<num:actor_id>/remove", "/p/<num:project_id>/settings")
    kept += ("/p/<num:project_id>/phones/<num:actor_id>/revoke",)
    found, tried = [], 0
    for address in addresses(world.town.app):
        if address.method != "POST" or address.rule.startswith("/v1") or address.rule in kept:
            continue
        at = address.filled(values_for(address, world.ids["outside"]) | {"visit_id": 10**9, "code": "none"})
        names = parameters(world.admin, at, data={"nothing": "1"})
        for payload in some((*PAYLOADS, *NUMBERS), tried, 5):
            found.append(broken(world.admin, "POST", at, data=dict.fromkeys(names, payload)))
        tried += 1
    assert tried > 20
    assert [one for one in found if one] == []


def test_row_44_no_answer_of_a_submission_is_taken_for_sql(world: World) -> None:
    phone = world.town.line("all")
    for payload in PAYLOADS[:7]:
        own = f"uuid:{payload}{new_id()}"
        sent = phone.send(note(f"<village>{escape(payload)}</village>", instance_id=escape(own)))
        assert sent.status_code == 201, sent.text
        at = f"/v1/projects/{world.project}/forms/note/submissions/{quote(own, safe='')}.xml"
        assert escape(payload) in world.admin.ask("GET", at).text
    assert world.town.submission(world.inside.instance_id) is not None
