"""Bad inputs, row 47: every address of every door, asked with the ids of another project or another area. Never data, never an act."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest

from tests.security.world import Address, Caller, World, addresses, values_for

ONE_THING = {"instance_id", "visit_id", "version_id", "code", "form_id"}
"""Names of one thing: an address with one of them shows or changes that thing and no other."""


def asked(who: Caller, address: Address, values: dict[str, Any]) -> tuple[int, bytes]:
    """Status and body. A write carries what it would need, so that nothing but the right to it refuses it."""
    body: dict[str, Any] = {}
    if address.method in ("POST", "PUT", "PATCH"):
        page = not address.rule.startswith("/v1")
        given = {
            "reason": "curious",
            "body": "words",
            "reviewState": "approved",
            "state": "approved",
            "name": "x",
        }
        body = {"data": given} if page else {"json": given}
    answer = who.ask(address.method, address.filled(values), **body)
    return answer.status_code, answer.data


def refused(who: Caller, address: Address, values: dict[str, Any], secrets: tuple[bytes, ...]) -> str | None:
    """None where it is refused and says nothing; else what came instead."""
    status, body = asked(who, address, values)
    said = address.filled(values).encode()  # what the address itself says, its page may say again
    told = [word for word in secrets if word in body and word not in said]
    if status in (401, 403, 404) and not told:
        return None
    return f"{address.method} {address.filled(values)}: {status} {told}"


def of_a_project(world: World) -> list[Address]:
    """Every address of something in a project; a person's own preferences about it are theirs, wherever they look."""
    return [
        one
        for one in addresses(world.town.app)
        if "project_id" in one.names and "token" not in one.names and "preferences" not in one.rule
    ]


def test_row_47_every_address_of_another_project_is_closed_to_a_supervisor_of_this_one(world: World) -> None:
    ids = world.ids["elsewhere"]
    secrets = (b"Nettlecombe", ids["instance_id"].encode(), ids["token"].encode())
    tried = of_a_project(world)
    found = [refused(world.supervisor, one, values_for(one, ids), secrets) for one in tried]
    assert len(tried) > 120
    assert [one for one in found if one is not None] == []


def test_row_47_a_manager_of_one_project_reads_and_changes_nothing_of_another(world: World) -> None:
    ids = world.ids["outside"]
    secrets = (ids["code"].encode(), ids["instance_id"].encode(), ids["token"].encode(), b"Quandary")
    found = [refused(world.stranger, one, values_for(one, ids), secrets) for one in of_a_project(world)]
    assert [one for one in found if one is not None] == []


def test_row_47_what_is_another_projects_is_not_found_under_the_address_of_ones_own(world: World) -> None:
    ids = world.ids["outside"] | {"project_id": world.town.elsewhere, "xml_form_id": "note"}
    secrets = (ids["code"].encode(), ids["token"].encode(), b"borehole")
    tried = [
        one
        for one in of_a_project(world)
        if ONE_THING & set(one.names) or "/phones/" in one.rule or "app-users/" in one.rule
    ]
    tried = [one for one in tried if not ({"actor_id"} & set(one.names) and "assignments" in one.rule)]
    tried = [
        one
        for one in tried
        if one.rule not in ("/p/<num:project_id>/phones/new", "/p/<num:project_id>/phones/cards")
    ]
    found = [refused(world.stranger, one, values_for(one, ids), secrets) for one in tried]
    assert len(tried) > 40
    assert [one for one in found if one is not None] == []


@pytest.mark.parametrize("role", ["supervisor", "manager"])
def test_row_47_every_address_of_a_thing_in_another_area_is_closed(world: World, role: str) -> None:
    who: Caller = getattr(world, role)
    for name in ("outside", "quandary"):
        ids = world.ids[name]
        secrets = (ids["instance_id"].encode(), ids["token"].encode(), b"borehole", b"Quandary")
        tried = [
            one
            for one in of_a_project(world)
            if {"instance_id", "visit_id", "code"} & set(one.names)
            or ("actor_id" in one.names and ("/phones/" in one.rule or "app-users/" in one.rule))
        ]
        found = [refused(who, one, values_for(one, ids), secrets) for one in tried]
        assert len(tried) > 40
        assert [one for one in found if one is not None] == []


@pytest.mark.parametrize("role", ["supervisor", "manager"])
def test_row_47_no_list_page_or_download_of_somebody_with_areas_tells_of_another_area(
    world: World, role: str
) -> None:
    who: Caller = getattr(world, role)
    inside, outside, quandary = world.ids["inside"], world.ids["outside"], world.ids["quandary"]
    secrets = [outside["code"], outside["instance_id"], outside["token"], world.outside.household]
    secrets += [quandary["instance_id"], "Quandary", "Nettlecombe", "A1-015", world.ids["elsewhere"]["token"]]
    told, read = [], 0
    for address in addresses(world.town.app):
        if address.method != "GET" or "token" in address.names:
            continue
        for query in ("", "?view=gallery", "?view=map", "?history=1", "?deleted=true"):
            answer = who.ask("GET", address.filled(values_for(address, inside)) + query)
            read += answer.status_code == 200
            told += [(address.rule, query, word) for word in secrets if word.encode() in answer.data]
            assert answer.status_code < 500, (address.rule, query)
    assert read > 100
    assert told == []


def test_row_47_a_filter_that_names_another_area_or_project_gives_nothing(world: World) -> None:
    at = f"/p/{world.project}"
    with world.town.session() as session:
        from server.areas.models import Area

        area = session.query(Area).filter(Area.code == "A1-015").one().id
    code, own = world.ids["outside"]["code"].encode(), world.ids["outside"]["instance_id"].encode()
    for path in (
        f"{at}/visits?area={area}",
        f"{at}/visits.csv?area={area}",
        f"{at}/households?area={area}",
        f"{at}/households?q={code.decode()[-5:]}",
        f"{at}/tables/water?area={area}",
        f"{at}/tables/water?visit={world.ids['outside']['visit_id']}",
        f"{at}/tables/water.csv?area={area}",
        f"{at}/visits/{world.ids['inside']['visit_id']}?area={area}",
        "/v1/monitoring/tables/water?area=A1-015",
        f"/v1/monitoring/tables/water?project={world.town.elsewhere}",
        f"/v1/monitoring/tables/water.csv?area=A1-015&project={world.project}",
    ):
        answer = world.supervisor.ask("GET", path)
        shown = answer.data.replace(code[-5:], b"", 1) if "q=" in path else answer.data
        assert code not in shown, path
        assert own not in shown, path
        assert answer.status_code in (200, 403, 404), path


def test_row_47_a_phones_token_opens_rest_for_nothing_but_its_own_forms(world: World) -> None:
    phone, ids = world.town.line("north"), world.ids["outside"]
    secrets = (ids["instance_id"].encode(), ids["code"].encode(), ids["token"].encode(), b"borehole door")
    anybody = Caller(world.town.app.test_client())
    told = []
    for address in addresses(world.town.app):
        if (
            not address.rule.startswith("/v1/")
            or "token" in address.names
            or address.rule.endswith("openapi.json")
        ):
            continue
        path = address.filled(values_for(address, ids)).removeprefix("/v1")
        answer = anybody.ask(
            address.method, f"/v1/key/{phone.token}{path}", json={} if address.method != "GET" else None
        )
        told += [(address.rule, word) for word in secrets if word in answer.data]
        if answer.status_code < 400:
            told += [(address.method, address.rule, "open")] * (not open_to_phones(address))
        assert answer.status_code < 500, address
    assert told == []


def open_to_phones(address: Address) -> bool:
    """Forms that the phone fills in anyway, what its own lists hold, the names of roles; empty lists of projects and people."""
    form = "/v1/projects/<id:project_id>/forms/<raw:xml_form_id>"
    of_form = address.rule.startswith(form) and not re.search("submissions|draft|assignments", address.rule)
    openrosa = "<int:project_id>" in address.rule
    return address.method == "GET" and (
        of_form or openrosa or address.rule in ("/v1/projects", "/v1/users", "/v1/roles", "/v1/roles/<name>")
    )


def test_row_47_a_phone_of_another_project_is_shut_out_of_every_address(world: World) -> None:
    other, ids = world.town.line("other"), world.ids["outside"]
    anybody = Caller(world.town.app.test_client())
    tried = [one for one in addresses(world.town.app) if {"token", "project_id"} <= set(one.names)]
    values = ids | {"token": other.token}
    found = [refused(anybody, one, values_for(one, values), (b"borehole", b"Enrolment")) for one in tried]
    assert len(tried) > 10
    assert [one for one in found if one is not None] == []


def test_row_47_nobody_reads_anything_without_a_credential(world: World) -> None:
    anybody = Caller(world.town.app.test_client())
    inside, open_ones = world.ids["inside"], []
    for address in addresses(world.town.app):
        if "token" in address.names:
            continue
        answer = anybody.ask(address.method, address.filled(values_for(address, inside)))
        if answer.status_code < 300:
            open_ones.append(address.rule)
        assert answer.status_code in {401, 403, 404, 303} or address.rule in OPEN_TO_ANYBODY, address
    assert set(open_ones) <= OPEN_TO_ANYBODY


OPEN_TO_ANYBODY = {
    "/docs",
    "/healthz",
    "/language",
    "/metrics",  # to this machine
    "/readyz",
    "/sign-in",
    "/v1/openapi.json",
    "/v1/sessions",
    "/v1/users/reset/initiate",
    "/v1/users/reset/verify",
}
"""What is open to who is nobody yet: no data among it."""


def test_row_47_who_asks_whether_an_entity_was_deleted_must_be_of_the_project(world: World) -> None:
    asked_for = quote(world.outside.household)
    at = f"/v1/projects/{world.project}/datasets/households/integrity?id={asked_for}"
    from base64 import b64encode

    basic = b64encode(f"{world.stranger.email}:a long invented password".encode()).decode()
    answer = world.stranger.client.get(at, headers={"Authorization": f"Basic {basic}"})
    assert answer.status_code == 403, answer.text


def test_row_47_a_phones_token_is_shown_to_who_may_change_phones_and_to_nobody_else(world: World) -> None:
    at, inside = f"/v1/projects/{world.project}/app-users", world.ids["inside"]
    for path in (at, f"{at}/{inside['actor_id']}"):
        assert inside["token"] not in world.supervisor.ask("GET", path).text
        assert inside["token"] in world.manager.ask("GET", path).text


def test_row_47_somebody_with_areas_gives_a_phone_no_more_than_they_see(world: World) -> None:
    at = f"/v1/projects/{world.project}/app-users"
    wide = world.manager.ask("POST", at, json={"displayName": "Everywhere"})
    beside = world.manager.ask("POST", at, json={"displayName": "Beside", "areas": ["A1-015"]})
    own = world.manager.ask("POST", at, json={"displayName": "Own", "areas": ["A1-014"]})
    assert (wide.status_code, beside.status_code, own.status_code) == (400, 400, 200), (
        wide.text,
        beside.text,
    )
    widened = world.manager.ask("PATCH", f"{at}/{own.json['id']}", json={"areas": ["A1-014", "A1-015"]})
    cleared = world.manager.ask("PATCH", f"{at}/{own.json['id']}", json={"areas": []})
    renamed = world.manager.ask("PATCH", f"{at}/{own.json['id']}", json={"displayName": "Renamed"})
    assert (widened.status_code, cleared.status_code, renamed.status_code) == (400, 400, 200), widened.text


def test_row_47_a_phone_of_another_project_or_area_is_given_and_loses_no_form(world: World) -> None:
    for who, ids, form in (
        (world.manager, world.ids["outside"], f"/v1/projects/{world.project}/forms/note"),
        (world.stranger, world.ids["outside"], f"/v1/projects/{world.town.elsewhere}/forms/note"),
    ):
        at = f"{form}/assignments/app-user/{ids['actor_id']}"
        assert who.ask("POST", at).status_code == 404
        assert who.ask("DELETE", at).status_code == 404
    own = f"/v1/projects/{world.project}/forms/note/assignments/app-user/{world.ids['inside']['actor_id']}"
    assert [world.manager.ask(method, own).status_code for method in ("DELETE", "POST")] == [200, 200]


def test_row_47_a_phones_token_finds_out_no_ones_account(world: World) -> None:
    phone, anybody = world.town.line("north"), Caller(world.town.app.test_client())
    assert world.viewer.email in world.stranger.ask("GET", f"/v1/users?q={world.viewer.email}").text
    assert anybody.ask("GET", f"/v1/key/{phone.token}/users?q={world.viewer.email}").json == []
