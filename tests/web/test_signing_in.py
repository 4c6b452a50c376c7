"""Signing in and out, links that work once, languages; and what keeps strangers from acting in somebody's name."""

from __future__ import annotations

import pytest

from server.accounts import users
from tests.support.house import ADMIN, House
from tests.web.desk import PASSWORD, Desk, sign_in


def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_where_they_were_going(house: House) -> None:
    desk = Desk(house.app.test_client())
    asked = desk.get("/people?q=a%20b")
    assert asked.status_code == 303
    assert asked.headers["Location"] == "/sign-in?next=/people%3Fq%3Da%2520b"
    signed = desk.client.post(
        "/sign-in",
        data={
            "csrf": desk.token("/sign-in"),
            "email": ADMIN[0],
            "password": ADMIN[1],
            "next": "/people?q=a%20b",
        },
    )
    assert signed.headers["Location"] == "/people?q=a%20b"


@pytest.mark.parametrize(
    "going",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "/\t/evil.example",
    ],
)
def test_nobody_is_sent_to_a_strangers_address_after_signing_in(house: House, going: str) -> None:
    desk = Desk(house.app.test_client())
    data = {"csrf": desk.token("/sign-in"), "email": ADMIN[0], "password": ADMIN[1], "next": going}
    assert desk.client.post("/sign-in", data=data).headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(house: House) -> None:
    desk = Desk(house.app.test_client())
    answers = [
        desk.client.post(
            "/sign-in", data={"csrf": desk.token("/sign-in"), "email": email, "password": "wrong words"}
        )
        for email in (ADMIN[0], "nobody@example.org")
    ]
    assert {one.status_code for one in answers} == {401}
    assert all("do not fit together" in one.text for one in answers)


def test_signing_in_without_the_pages_own_token_is_refused(house: House) -> None:
    desk = Desk(house.app.test_client())
    data = {"csrf": "invented", "email": ADMIN[0], "password": ADMIN[1]}
    assert desk.client.post("/sign-in", data=data).status_code == 403


def test_a_session_that_a_browser_had_before_signing_in_is_not_taken_over(house: House) -> None:
    desk = Desk(house.app.test_client())
    planted = "p" * 64
    desk.client.set_cookie("session", planted)
    token = desk.token("/sign-in")
    desk.client.post("/sign-in", data={"csrf": token, "email": ADMIN[0], "password": ADMIN[1]})
    cookie = desk.client.get_cookie("session")
    assert cookie is not None
    assert cookie.value != planted
    assert desk.get("/people").status_code == 200


def test_signing_out_ends_the_session_and_not_only_the_cookie(house: House) -> None:
    desk = sign_in(house)
    cookie = desk.client.get_cookie("session")
    assert cookie is not None
    assert desk.post("/sign-out").headers["Location"] == "/sign-in"
    thief = house.app.test_client()
    thief.set_cookie("session", cookie.value)
    assert thief.get("/people").status_code == 303


def test_a_write_without_the_sessions_token_or_from_another_site_changes_nothing(house: House) -> None:
    desk = sign_in(house)
    without = desk.client.post("/projects/new", data={"name": "Planted"})
    crossed = desk.client.post(
        "/projects/new",
        data={"csrf": desk.token(), "name": "Planted"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert (without.status_code, crossed.status_code) == (403, 403)
    assert "Planted" not in desk.get("/").text


def test_the_set_up_link_makes_the_first_administrator_once(tmp_path: object) -> None:
    from pathlib import Path

    from tests.support.house import make_app

    assert isinstance(tmp_path, Path)
    house = House(make_app(tmp_path))
    with house.session() as session:
        link = users.ensure_first_admin(session, house.services).link
    assert link is not None
    path = "/welcome/" + link.rsplit("/", 1)[1]
    desk = Desk(house.app.test_client())
    given = {"name": "Ada", "email": "ada@example.org", "password": PASSWORD}
    differs = desk.client.post(path, data={"csrf": desk.token(path), **given, "again": "another one"})
    assert differs.status_code == 422
    made = desk.client.post(path, data={"csrf": desk.token(path), **given, "again": PASSWORD})
    assert made.headers["Location"] == "/"
    assert "Make the first project" in desk.get("/").text
    assert house.app.test_client().get(path).status_code == 410


def test_an_invitation_sets_a_password_and_signs_in(house: House) -> None:
    with house.session() as session:
        user = users.create(session, email="new@example.org", by=None)
        path = "/password/" + users.reset_link(session, house.services, user).rsplit("/", 1)[1]
    desk = Desk(house.app.test_client())
    short = desk.client.post(path, data={"csrf": desk.token(path), "password": "short", "again": "short"})
    assert short.status_code == 422
    assert "too short" in short.text
    done = desk.client.post(path, data={"csrf": desk.token(path), "password": PASSWORD, "again": PASSWORD})
    assert done.headers["Location"] == "/"
    assert "Nothing is shared with you yet" in desk.get("/").text
    assert sign_in(house, "new@example.org").get("/me").status_code == 200


def test_the_language_is_kept_with_the_person_and_arabic_reads_from_the_right(house: House) -> None:
    desk = sign_in(house)
    assert desk.post("/language", language="ar", next="/").headers["Location"] == "/"
    elsewhere = sign_in(house)
    page = elsewhere.get("/").text
    assert '<html lang="ar" dir="rtl">' in page
    assert "style.rtl-" in page


def test_pages_are_nobody_elses_and_no_script_runs_in_them(house: House) -> None:
    answer = sign_in(house).get("/people")
    assert answer.headers["Cache-Control"] == "private, no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy or "unsafe" not in policy.split("script-src")[1].split(";")[0]
    import re

    scripts = re.findall(r"<script\b([^>]*)>([^<]*)", answer.text)
    assert all("src=" in attributes or "application/json" in attributes for attributes, _ in scripts)
    assert " onclick=" not in answer.text


def test_whoever_came_by_a_link_has_signed_in(house: House) -> None:
    with house.session() as session:
        link = users.reset_link(session, house.services, users.get(session, 1))
    path = "/password/" + link.rpartition("/")[2]
    desk = Desk(house.app.test_client())
    data = {"csrf": desk.token(path), "password": PASSWORD, "again": PASSWORD}
    assert desk.client.post(path, data=data).status_code == 303
    with house.session() as session:
        assert users.get(session, 1).last_login_at is not None
    assert "Never signed in" not in desk.get("/people").text
