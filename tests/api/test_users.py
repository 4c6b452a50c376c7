"""Web users over REST, as ODK Central has them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from server.accounts import users
from server.db import db
from tests.api.conftest import PASSWORD, Join, Person, refused


def test_a_user_is_made_with_centrals_fields_and_can_sign_in(admin: Person, nobody: Person) -> None:
    answer = admin.post("/users", {"email": "Bo@example.org", "password": "another long one"})
    body = answer.get_json()
    assert answer.status_code == 200
    assert {
        "id",
        "type",
        "displayName",
        "createdAt",
        "updatedAt",
        "deletedAt",
        "email",
        "lastLoginAt",
    } <= set(body)
    assert (body["type"], body["email"], body["displayName"]) == ("user", "bo@example.org", "Bo@example.org")
    assert "password" not in answer.get_data(as_text=True)
    assert (
        nobody.post("/sessions", {"email": "bo@example.org", "password": "another long one"}).status_code
        == 200
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "400.2"),
        ({"email": 7}, "400.11"),
        ({"email": None}, "400.11"),
        ({"email": "alice@example.org"}, "409.3"),
        ({"email": "bo@example.org", "password": "short"}, "400.21"),
        ({"email": "bo@example.org", "password": "x" * 73}, "400.38"),
        ({"email": "bo@example.org", "password": [1]}, "400.11"),
        ({"email": "bo@example.org", "areas": "A1"}, "400.11"),
        ({"email": "bo@example.org", "areas": ["none"]}, "400.14"),
        ({"email": "bo@example.org", "language": "tlh"}, "400.8"),
    ],
)
def test_what_is_no_user_is_refused_and_none_is_made(
    admin: Person, body: dict[str, object], code: str
) -> None:
    refused(admin.post("/users", body), code)
    assert len(admin.get("/users").get_json()) == 1


def test_a_user_without_a_password_gets_a_link_that_sets_it_once(admin: Person, nobody: Person) -> None:
    link = admin.post("/users", {"email": "bo@example.org"}).get_json()["resetLink"]
    bearer = {"Authorization": f"Bearer {link.rsplit('/', 1)[1]}"}
    refused(nobody.post("/users/reset/verify", {"new": "short"}, headers=bearer), "400.21")
    assert nobody.post("/users/reset/verify", {"new": PASSWORD}, headers=bearer).get_json() == {
        "success": True
    }
    refused(nobody.post("/users/reset/verify", {"new": PASSWORD}, headers=bearer), "403.1")
    assert nobody.post("/sessions", {"email": "bo@example.org", "password": PASSWORD}).status_code == 200


def test_asking_for_a_new_password_tells_nothing(admin: Person, nobody: Person, join: Join) -> None:
    known = nobody.post("/users/reset/initiate", {"email": "alice@example.org"})
    unknown = nobody.post("/users/reset/initiate", {"email": "nobody@example.org"})
    assert known.get_data() == unknown.get_data()
    refused(nobody.post("/users/reset/initiate", {}), "400.2")
    refused(nobody.post("/users/reset/initiate?invalidate=true", {"email": "alice@example.org"}), "401.2")
    refused(
        join("chelsea").post("/users/reset/initiate?invalidate=true", {"email": "alice@example.org"}), "403.1"
    )


def test_invalidating_a_password_ends_it_and_its_sessions(admin: Person, nobody: Person, join: Join) -> None:
    chelsea = join("chelsea")
    answer = admin.post("/users/reset/initiate?invalidate=true", {"email": "chelsea@example.org"}).get_json()
    assert answer["success"] is True
    assert "/password/" in answer["resetLink"]
    refused(chelsea.get("/users/current"), "401.2")
    refused(nobody.post("/sessions", {"email": "chelsea@example.org", "password": PASSWORD}), "401.2")


def test_who_may_not_list_finds_only_the_exact_address(admin: Person, join: Join) -> None:
    chelsea = join("chelsea")
    assert chelsea.get("/users").get_json() == []
    assert chelsea.get("/users?q=alice").get_json() == []
    assert [one["email"] for one in chelsea.get("/users?q=alice@example.org").get_json()] == [
        "alice@example.org"
    ]
    assert [one["email"] for one in admin.get("/users?q=che").get_json()] == ["chelsea@example.org"]
    assert len(admin.get("/users?limit=1&offset=1").get_json()) == 1


def test_the_caller_sees_themselves_with_verbs_and_preferences(admin: Person) -> None:
    plain = admin.get("/users/current").get_json()
    assert "verbs" not in plain
    more = admin.get("/users/current", extended=True).get_json()
    assert {"config.set", "project.create", "user.list"} <= set(more["verbs"])
    assert more["preferences"] == {"site": {}, "projects": {}}


def test_preferences_are_kept_and_forgotten(admin: Person, project: int) -> None:
    site, own = "/user-preferences/site/sort", f"/user-preferences/project/{project}/open"
    assert admin.put(site, {"propertyValue": "name"}).get_json() == {"success": True}
    assert admin.put(own, {"propertyValue": {"a": [1]}}).get_json() == {"success": True}
    kept = admin.get("/users/current", extended=True).get_json()["preferences"]
    assert kept == {"site": {"sort": "name"}, "projects": {str(project): {"open": {"a": [1]}}}}
    assert admin.delete(own).get_json() == {"success": True}
    refused(admin.delete(own), "404.1")
    refused(admin.put(site, {}), "400.23")
    refused(admin.put(site, {"propertyValue": 1, "other": 2}), "400.33")
    refused(admin.put("/user-preferences/project/999/open", {"propertyValue": 1}), "404.1")


def test_preferences_have_a_longest_name_a_largest_value_and_a_greatest_number(
    admin: Person, project: int
) -> None:
    site, own = "/user-preferences/site/", f"/user-preferences/project/{project}/"
    assert admin.put(site + "k" * 100, {"propertyValue": "v" * 1_998}).status_code == 200
    refused(admin.put(site + "k" * 101, {"propertyValue": 1}), "400.8")
    refused(admin.put(own + "open", {"propertyValue": ["é" * 1_000]}), "400.8")
    for number in range(199):
        assert admin.put(f"{own}{number}", {"propertyValue": number}).status_code == 200
    refused(admin.put(own + "one-more", {"propertyValue": 1}), "400.8")
    assert admin.put(own + "7", {"propertyValue": "another"}).status_code == 200
    kept = admin.get("/users/current", extended=True).get_json()["preferences"]
    assert (len(kept["site"]), len(kept["projects"][str(project)])) == (1, 199)
    assert kept["projects"][str(project)]["7"] == "another"


def test_one_changes_oneself_but_not_another_and_not_ones_own_areas(admin: Person, join: Join) -> None:
    chelsea = join("chelsea")
    body = chelsea.patch(f"/users/{chelsea.id}", {"displayName": "Chelsea", "language": "zh"}).get_json()
    assert (body["displayName"], body["language"]) == ("Chelsea", "zh")
    refused(chelsea.patch(f"/users/{admin.id}", {"displayName": "x"}), "403.1")
    refused(chelsea.patch(f"/users/{chelsea.id}", {"areas": []}), "403.1")
    refused(chelsea.get(f"/users/{admin.id}"), "403.1")
    refused(chelsea.get("/users/999"), "404.1")


def test_messages_come_in_the_readers_language(admin: Person, join: Join, nobody: Person) -> None:
    chelsea = join("chelsea")
    english = refused(chelsea.get(f"/users/{admin.id}"), "403.1")["message"]
    assert english.isascii()
    assert (
        refused(chelsea.get(f"/users/{admin.id}", headers={"Accept-Language": "en"}), "403.1")["message"]
        == english
    )


def test_a_password_is_changed_by_who_knows_it_and_other_sessions_end(admin: Person, nobody: Person) -> None:
    other = nobody.post("/sessions", {"email": "alice@example.org", "password": PASSWORD}).get_json()["token"]
    path = f"/users/{admin.id}/password"
    refused(admin.put(path, {"old": "wrong password", "new": "a new long one"}), "401.2")
    refused(admin.put(path, {"old": PASSWORD, "new": "short"}), "400.21")
    assert admin.put(path, {"old": PASSWORD, "new": "a new long one"}).get_json() == {"success": True}
    assert admin.get("/users/current").status_code == 200
    refused(nobody.get("/users/current", headers={"Authorization": f"Bearer {other}"}), "401.2")


def test_a_removed_user_is_gone_at_once(admin: Person, join: Join) -> None:
    chelsea = join("chelsea", "admin")
    assert admin.delete(f"/users/{chelsea.id}").get_json() == {"success": True}
    refused(chelsea.get("/users/current"), "401.2")
    refused(admin.get(f"/users/{chelsea.id}"), "404.1")
    assert [one["email"] for one in admin.get("/users").get_json()] == ["alice@example.org"]


@pytest.mark.parametrize("act", ["make", "change"])
def test_an_address_that_another_takes_in_the_same_instant_is_told_as_taken(
    app: Flask, admin: Person, act: str
) -> None:
    """The other has written it and not committed, so that nobody sees it yet."""
    made = admin.post("/users", {"email": "bela@example.org"}).get_json()["id"]
    with app.app_context():
        engine = db.engines[None]
    with ThreadPoolExecutor(1) as elsewhere, Session(engine) as other:
        users.create(other, email="cato@example.org", by=None)
        ours = elsewhere.submit(
            *(
                (admin.post, "/users", {"email": "Cato@example.org"})
                if act == "make"
                else (admin.patch, f"/users/{made}", {"email": "cato@example.org"})
            )
        )
        if engine.dialect.name == "postgresql":
            while not ours.done() and not _waiting(other):
                pass
        other.commit()
        refused(ours.result(), "409.3")
    assert admin.get("/users?q=cato@example.org").get_json()[0]["email"] == "cato@example.org"


def _waiting(session: Session) -> bool:
    """Whether somebody waits for a lock."""
    return bool(session.scalar(text("select count(*) from pg_locks where not granted")))
