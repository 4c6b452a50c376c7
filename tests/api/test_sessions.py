"""Signing in and out over REST: tokens, cookies, Basic, CSRF."""

from __future__ import annotations

import base64
import re

import pytest
from flask import Flask

from tests.api.conftest import PASSWORD, Join, Person, refused

CREDENTIALS = {"email": "alice@example.org", "password": PASSWORD}


def basic(email: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{email}:{password}".encode()).decode()}


def test_signing_in_gives_a_token_and_its_times_as_central_does(admin: Person) -> None:
    answer = admin.client.post("/v1/sessions", json=CREDENTIALS)
    body = answer.get_json()
    assert set(body) == {"token", "csrf", "createdAt", "expiresAt"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["createdAt"])
    assert (
        admin.client.get(
            "/v1/users/current", headers={"Authorization": f"Bearer {body['token']}"}
        ).status_code
        == 200
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "400.3"),
        ({"email": "alice@example.org"}, "400.3"),
        ({"email": "", "password": ""}, "400.3"),
        ({"email": ["alice@example.org"], "password": PASSWORD}, "400.11"),
        ({"email": "alice@example.org", "password": 12345678901}, "400.11"),
        ({"email": "alice@example.org", "password": "wrong password"}, "401.2"),
        ({"email": "nobody@example.org", "password": PASSWORD}, "401.2"),
    ],
)
def test_what_cannot_sign_in_is_refused(admin: Person, nobody: Person, body: object, code: str) -> None:
    answer = nobody.post("/sessions", body)
    refused(answer, code)
    assert "Set-Cookie" not in answer.headers
    assert PASSWORD not in answer.get_data(as_text=True)


def test_a_refusal_says_the_same_of_an_unknown_account_and_of_a_wrong_password(
    admin: Person, nobody: Person
) -> None:
    wrong = nobody.post("/sessions", {"email": "alice@example.org", "password": "wrong password"})
    unknown = nobody.post("/sessions", {"email": "nobody@example.org", "password": "wrong password"})
    assert wrong.get_data() == unknown.get_data()


def test_the_eleventh_try_at_a_password_is_told_to_wait_and_basic_counts_too(
    admin: Person, nobody: Person
) -> None:
    for _ in range(5):
        refused(
            nobody.post("/sessions", {"email": "alice@example.org", "password": "wrong password"}), "401.2"
        )
        refused(nobody.get("/projects", headers=basic("alice@example.org", "wrong password")), "401.2")
    refused(nobody.post("/sessions", CREDENTIALS), "429.60")
    refused(nobody.get("/projects", headers=basic("alice@example.org", PASSWORD)), "429.60")


def test_the_sessions_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask, admin: Person) -> None:
    plain = app.test_client().post("/v1/sessions", json=CREDENTIALS).headers.getlist("Set-Cookie")
    assert [c.split("=")[0] for c in plain] == ["session", "__csrf"]
    assert all("SameSite=Lax" in c and "Path=/" in c for c in plain)
    assert "HttpOnly" in plain[0]
    assert "Secure" not in plain[0]
    secure = (
        app.test_client()
        .post("/v1/sessions", json=CREDENTIALS, base_url="https://localhost")
        .headers.getlist("Set-Cookie")
    )
    assert secure[0].startswith("__Host-session=")
    assert all("Secure" in c for c in secure)
    assert all("Domain" not in c for c in secure)


def test_a_cookie_reads_but_writes_only_with_the_csrf_value(app: Flask, admin: Person) -> None:
    browser = app.test_client()
    csrf = browser.post("/v1/sessions", json=CREDENTIALS).get_json()["csrf"]
    assert browser.get("/v1/projects").status_code == 200
    refused(browser.post("/v1/projects", json={"name": "x"}), "403.60")
    refused(browser.post("/v1/projects", json={"name": "x"}, headers={"X-CSRF": "guessed"}), "403.60")
    refused(browser.delete("/v1/sessions/current"), "403.60")
    assert browser.post("/v1/projects", json={"name": "x"}, headers={"X-CSRF": csrf}).status_code == 200


def test_signing_out_ends_the_session_and_clears_the_cookies(app: Flask, admin: Person) -> None:
    browser = app.test_client()
    csrf = browser.post("/v1/sessions", json=CREDENTIALS).get_json()["csrf"]
    assert set(browser.get("/v1/sessions/restore").get_json()) == {"createdAt", "expiresAt", "csrf"}
    answer = browser.delete("/v1/sessions/current", headers={"X-CSRF": csrf})
    assert answer.get_json() == {"success": True}
    assert [c.split(";")[0] for c in answer.headers.getlist("Set-Cookie")] == ["session=", "__csrf="]
    refused(browser.get("/v1/sessions/restore"), "401.2")


def test_a_session_that_a_browser_had_before_signing_in_is_not_taken_over(app: Flask, admin: Person) -> None:
    browser = app.test_client()
    browser.set_cookie("session", "x" * 64)
    token = browser.post("/v1/sessions", json=CREDENTIALS).get_json()["token"]
    assert token != "x" * 64
    cookie = browser.get_cookie("session")
    assert cookie is not None
    assert cookie.value == token


def test_one_can_end_another_session_of_ones_own_by_its_token(admin: Person) -> None:
    other = admin.client.post("/v1/sessions", json=CREDENTIALS).get_json()["token"]
    assert admin.delete(f"/sessions/{other}").get_json() == {"success": True}
    refused(admin.client.get("/v1/users/current", headers={"Authorization": f"Bearer {other}"}), "401.2")
    assert admin.get("/users/current").status_code == 200


def test_ending_another_persons_session_needs_the_right_and_an_unknown_token_looks_the_same(
    admin: Person, join: Join
) -> None:
    chelsea = join("chelsea")
    refused(chelsea.delete(f"/sessions/{admin.token}"), "403.1")
    refused(chelsea.delete(f"/sessions/{'y' * 64}"), "403.1")
    assert admin.delete(f"/sessions/{chelsea.token}").status_code == 200
    refused(chelsea.get("/users/current"), "401.2")


def test_a_phones_access_is_withdrawn_by_its_token_as_in_central(
    admin: Person, project: int, join: Join
) -> None:
    made = admin.post(f"/projects/{project}/app-users", {"displayName": "Phone 7"}).get_json()
    refused(join("chelsea", "viewer", project).delete(f"/sessions/{made['token']}"), "403.1")
    assert admin.delete(f"/sessions/{made['token']}").get_json() == {"success": True}
    listed = admin.get(f"/projects/{project}/app-users").get_json()
    assert [(one["id"], one["token"]) for one in listed] == [(made["id"], None)]


def test_basic_is_taken_over_https_or_on_this_machine_and_nowhere_else(admin: Person, nobody: Person) -> None:
    good = basic("alice@example.org", PASSWORD)
    assert nobody.get("/users/current", headers=good).status_code == 200
    assert nobody.get("/users/current", headers=good, base_url="https://localhost").status_code == 200
    refused(nobody.get("/users/current", headers=good, environ_base={"REMOTE_ADDR": "192.0.2.7"}), "401.3")
    refused(nobody.get("/users/current", headers={**good, "X-Forwarded-For": "192.0.2.7"}), "401.3")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer " + "x" * 64,
        "Basic",
        "Basic !!!",
        "Basic YQ==",
        "Digest x",
        "nonsense",
        "Basic Og==",
    ],
)
def test_what_is_no_credential_is_401_2(nobody: Person, header: str) -> None:
    refused(nobody.get("/projects", headers={"Authorization": header}), "401.2")


def test_no_credential_at_all_is_401_2(nobody: Person) -> None:
    refused(nobody.get("/projects"), "401.2")
