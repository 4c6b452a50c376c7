"""Bad inputs, row 49: tokens, passwords and answers never reach a log, another site, or somebody else."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server.accounts import users
from server.db import db
from server.edge import JsonLines
from tests.security.world import CONTACT, PASSWORD, Caller, World, addresses, values_for
from tests.support.fixtures import MakeTown
from tests.support.town import new_id, note


@contextmanager
def written() -> Iterator[io.StringIO]:
    """What the product's log writes meanwhile, at its most talkative."""
    out, root = io.StringIO(), logging.getLogger("fieldfare")
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield out
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def test_row_49_no_token_stands_in_the_log_while_phones_poll_and_people_sign_in(make_town: MakeTown) -> None:
    town = make_town()
    phone, other = town.line("all"), town.line("other")
    with town.session() as session:
        reset = users.reset_link(session, town.services, users.get(session, 1))
    link = reset.rpartition("/")[2]
    base = f"/v1/projects/{town.elsewhere}/forms/note"
    town.api("POST", f"{base.removeprefix('/v1')}/draft?ignoreWarnings=true")
    draft = town.api("GET", f"{base.removeprefix('/v1')}/draft").json["draftToken"]
    with written() as out:
        for path in (
            "/formList",
            "/forms/enrol.xml",
            "/forms/check/manifest",
            "/none",
            "/forms/none/manifest",
        ):
            phone.get(path)
            phone.get(path.replace("/", "//"))
        for one in (phone, other):
            assert one.send(note("<village>Zedoary</village>", instance_id=new_id())).status_code == 201
            town.client.get(f"/v1/key/{one.token}/projects/{one.project_id}/forms")
            town.client.get(f"/v1/key/{one.token[:-1]}x/projects/{one.project_id}/formList")
            town.client.get(f"//v1/key/{one.token}/projects/{one.project_id}/formList")
            town.client.get(f"/v1/%6bey/{one.token}/projects/{one.project_id}/formList")
        town.client.get(f"/v1/test/{draft}/projects/{town.elsewhere}/forms/note/draft/formList")
        signed = town.client.post("/v1/sessions", json={"email": "admin@example.org", "password": PASSWORD})
        town.client.post("/v1/sessions", json={"email": "admin@example.org", "password": "wrong but secret"})
        session_token, csrf = signed.json["token"], signed.json["csrf"]
        town.client.get("/v1/users/current", headers={"Authorization": f"Bearer {session_token}"})
        town.client.get(f"/password/{link}")
        town.client.get(f"/welcome/{link}")
        town.client.delete(f"/v1/sessions/{session_token}", headers={"Authorization": f"Bearer {town.token}"})
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(lines) > 25
    assert all(
        {"id", "method", "path", "status", "ms"} <= set(line) for line in lines if line["event"] == "request"
    )
    secrets = (phone.token, phone.token[:-1], other.token, draft, session_token, csrf, town.token, link)
    said = out.getvalue()
    told = [
        word for word in (*secrets, PASSWORD, "wrong but secret", "Zedoary", "collect:test") if word in said
    ]
    assert told == []


def test_row_49_a_fault_of_the_database_is_logged_without_what_was_asked_of_it(make_town: MakeTown) -> None:
    town = make_town()
    asked = {"told": CONTACT, "token": town.phone.token}
    with written() as out, town.app.app_context():
        try:
            db.session.execute(text("SELECT no_such_column FROM actor WHERE :told = :token"), asked)
        except SQLAlchemyError:
            logging.getLogger("fieldfare.test").exception("fault")
    assert "no_such_column" in out.getvalue() or "UndefinedColumn: 42703" in out.getvalue()
    assert CONTACT not in out.getvalue()
    assert town.phone.token not in out.getvalue()


def test_row_49_no_answer_carries_a_token_of_somebody_else(world: World) -> None:
    tokens = [world.ids[name]["token"] for name in ("inside", "outside", "elsewhere")]
    sessions = [
        cookie.value
        for who in (world.admin, world.viewer, world.supervisor, world.manager, world.stranger)
        if (cookie := who.client.get_cookie("session")) is not None
    ]
    told, read = [], 0
    for who in (world.viewer, world.supervisor):
        mine = who.client.get_cookie("session")
        assert mine is not None
        for address in addresses(world.town.app):
            if address.method != "GET" or "token" in address.names:
                continue
            headers = {"X-Extended-Metadata": "true"}
            answer = who.ask("GET", address.filled(values_for(address, world.ids["inside"])), headers=headers)
            read += answer.status_code == 200
            told += [(address.rule, word) for word in (*tokens, *sessions) if word.encode() in answer.data]
            told += [(address.rule, "hash")] * (b"$argon2" in answer.data)
    assert read > 100
    assert told == []


def test_row_49_an_address_with_a_token_in_it_is_told_to_no_other_site(world: World) -> None:
    anybody, tried = Caller(world.town.app.test_client()), 0
    for address in addresses(world.town.app):
        if "token" not in address.names or address.method != "GET":
            continue
        answer = anybody.ask("GET", address.filled(values_for(address, world.ids["inside"])))
        assert answer.headers["Referrer-Policy"] == "no-referrer", address
        tried += 1
    for path in ("/welcome/", "/password/"):
        answer = anybody.ask("GET", path + quote(world.ids["inside"]["token"]))
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert tried > 8
