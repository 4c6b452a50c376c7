"""Bad inputs, rows 48 and 51: what a browser can be made to do by somebody else's page, or by somebody's file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from server.forms import attachments
from tests.security.world import PASSWORD, Caller, World, addresses, join, values_for
from tests.support.fixtures import MakeTown, towns
from tests.support.town import Town, new_id, note

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
OPEN = ("/v1", "/v1/", "/v1/sessions", "/v1/users/reset/initiate", "/v1/users/reset/verify")
"""Writes that need no session: a cookie gives them nothing."""

EMAIL = "admin@example.org"


@pytest.fixture
def database() -> str:
    """SQLite alone: what browsers are told does not depend on the database."""
    return "sqlite"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The town of the file's world, on SQLite."""
    with towns(tmp_path_factory.getbasetemp(), tmp_path_factory.mktemp("shared"), None) as make:
        yield make()


# --- row 48 ---------------------------------------------------------------------------------------------------------


def without_token(who: Caller, method: str, path: str, **headers: str) -> TestResponse:
    """A write as another site's page can make a browser send it: with the cookies, without the value."""
    return who.client.open(path, method=method, data={"name": "x"}, headers=headers)


def test_row_48_every_write_with_a_cookie_alone_is_refused(world: World) -> None:
    open_ones, tried = [], 0
    for address in addresses(world.town.app):
        if address.method not in UNSAFE or address.rule in OPEN or "token" in address.names:
            continue
        path = address.filled(values_for(address, world.ids["inside"]))
        for headers in ({}, {"X-CSRF": "x" * 64, "X-CSRF-Token": "x" * 64}):
            answer = without_token(world.admin, address.method, path, **headers)
            openrosa = "<int:project_id>" in address.rule  # knows no cookie at all: 401
            open_ones += (
                [] if answer.status_code == (401 if openrosa else 403) else [(path, answer.status_code)]
            )
        tried += 1
    assert tried > 60
    assert open_ones == []


def test_row_48_a_write_of_another_site_is_refused_even_with_the_value(world: World) -> None:
    value = {"X-CSRF-Token": world.admin.csrf, "Sec-Fetch-Site": "cross-site"}
    assert without_token(world.admin, "POST", "/projects/new", **value).status_code == 403


def test_row_48_another_site_signs_nobody_in_under_its_own_account(world: World) -> None:
    browser = world.town.app.test_client()
    answer = browser.post(
        "/v1/sessions",
        data={"email": EMAIL, "password": PASSWORD},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert browser.get_cookie("session") is None
    assert "Set-Cookie" not in answer.headers


def test_row_48_a_session_that_was_there_before_signing_in_is_never_taken_over(world: World) -> None:
    planted = Caller(world.town.app.test_client())
    old = world.viewer.client.get_cookie("session")
    assert old is not None
    for name, value in (("session", old.value), ("__csrf", world.viewer.csrf), ("session", "p" * 64)):
        planted.client.set_cookie(name, value)
    for address in ("/v1/sessions", "/sign-in"):
        browser = world.town.app.test_client()
        browser.set_cookie("session", old.value if address == "/v1/sessions" else "p" * 64)
        if address == "/sign-in":
            csrf = found_token(browser.get("/sign-in"))
            answer = browser.post(address, data={"csrf": csrf, "email": EMAIL, "password": PASSWORD})
        else:
            answer = browser.post(address, json={"email": EMAIL, "password": PASSWORD})
        assert answer.status_code in (200, 303)
        now = browser.get_cookie("session")
        assert now is not None
        assert now.value not in (old.value, "p" * 64)


def found_token(page: TestResponse) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("secure", [False, True])
def test_row_48_the_cookies_of_a_session_keep_to_themselves(make_town: MakeTown, secure: bool) -> None:
    town = make_town(public_url="https://visits.example.org") if secure else make_town()
    base = "https://visits.example.org" if secure else "http://localhost"
    for address in ("/v1/sessions", "/sign-in"):
        browser = town.app.test_client()
        given: dict[str, Any] = {"email": EMAIL, "password": PASSWORD}
        if address == "/sign-in":
            given["csrf"] = found_token(browser.get("/sign-in", base_url=base))
            answer = browser.post(address, data=given, base_url=base)
        else:
            answer = browser.post(address, json=given, base_url=base)
        cookies = {line.partition("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}
        session = cookies["__Host-session" if secure else "session"]
        assert "HttpOnly" in session
        assert "Path=/" in session
        assert "Domain" not in session
        for line in cookies.values():
            assert "SameSite=Lax" in line or "SameSite=Strict" in line
            assert ("Secure" in line) == secure, line
            assert address not in line


STRANGERS = (
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n//evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    " https://evil.example",
    "/%0d%0aLocation:%20https://evil.example",
    "///evil.example",
)


@pytest.mark.parametrize("going", STRANGERS)
def test_row_48_nobody_is_sent_to_a_strangers_address(world: World, going: str) -> None:
    browser = world.town.app.test_client()
    page = browser.get(f"/sign-in?next={quote(going)}")
    signed = browser.post(
        "/sign-in",
        data={"csrf": found_token(page), "email": EMAIL, "password": PASSWORD, "next": going},
    )
    spoken = world.admin.ask("POST", "/language", data={"language": "en", "next": going})
    back = world.admin.ask("GET", f"/sign-in?next={quote(going)}")
    for answer in (signed, spoken, back):
        assert answer.status_code == 303
        assert re.fullmatch(r"/(?![/\\]).*", answer.headers["Location"]), answer.headers["Location"]


def test_row_48_no_answer_of_any_door_can_be_framed_sniffed_kept_or_told_on(world: World) -> None:
    inside, wrong, tried = world.ids["inside"], [], 0
    for address in addresses(world.town.app):
        if address.method != "GET" or "token" in address.names:
            continue
        answer = world.admin.ask("GET", address.filled(values_for(address, inside)))
        headers, policy = answer.headers, answer.headers.get("Content-Security-Policy", "")
        frames = headers["X-Frame-Options"] == "DENY" and (
            "frame-ancestors 'none'" in policy or "sandbox" in policy
        )
        keeps = headers["Cache-Control"].startswith("private") and "public" not in headers["Cache-Control"]
        if answer.mimetype == "text/html":
            keeps = headers["Cache-Control"] == "private, no-store"
        tells = headers["Referrer-Policy"] != "no-referrer"
        if not frames or not keeps or tells or headers["X-Content-Type-Options"] != "nosniff":
            wrong.append((address.rule, dict(headers)))
        tried += 1
    assert tried > 90
    assert wrong == []


def test_row_49_no_page_has_a_script_or_a_handler_in_it_and_the_policy_allows_none(world: World) -> None:
    inside, wrong, pages = world.ids["inside"], [], 0
    for address in addresses(world.town.app):
        if address.method != "GET" or "token" in address.names:
            continue
        answer = world.admin.ask("GET", address.filled(values_for(address, inside)))
        if answer.mimetype != "text/html" or answer.status_code >= 300:
            continue
        pages += 1
        policy = answer.headers["Content-Security-Policy"]
        if "default-src 'self'" not in policy or "script-src" in policy or "unsafe-eval" in policy:
            wrong.append((address.rule, policy))
        for attributes, inner in re.findall(r"<script\b([^>]*)>(.*?)</script>", answer.text, re.DOTALL):
            if inner.strip() and "application/json" not in attributes:
                wrong.append((address.rule, inner[:80]))
        wrong += [(address.rule, one) for one in re.findall(r"<[^>]*\s(on[a-z]+)=", answer.text)]
        wrong += [(address.rule, "javascript:")] * ("javascript:" in answer.text)
    assert pages > 20
    assert wrong == []


FORGED = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "10.9.8.7",
    "X-Forwarded-Prefix": "/evil.example",
    "Forwarded": "host=evil.example;proto=https",
    "X-Original-URL": "/people",
    "X-Rewrite-URL": "/people",
}


def test_row_48_a_forged_host_stands_in_no_link_where_the_address_is_set(make_town: MakeTown) -> None:
    town = make_town(public_url="https://visits.example.org")
    phone = town.phone
    admin = Caller(town.app.test_client(), 1)
    for path in ("/formList", "/forms/check/manifest"):
        listed = town.app.test_client().get(f"{phone.base}{path}", headers=FORGED)
        assert listed.status_code == 200
        assert "evil.example" not in listed.text
        assert "https://visits.example.org/v1/key/" in listed.text
    forged = {"headers": {**FORGED, "Authorization": f"Bearer {town.token}"}}
    reset = admin.client.post("/v1/users/reset/initiate", json={"email": EMAIL}, **forged)
    assert reset.json["resetLink"].startswith("https://visits.example.org/password/")


def test_row_48_what_a_proxy_says_counts_only_where_one_is_trusted(make_town: MakeTown) -> None:
    alone, behind = make_town(), make_town(trusted_proxies=1)
    forwarded = {"X-Forwarded-Host": "visits.example.org", "X-Forwarded-Proto": "https"}
    told = [
        town.app.test_client().get(f"{town.phone.base}/formList", headers=forwarded).text
        for town in (alone, behind)
    ]
    assert "visits.example.org" not in told[0]
    assert "http://localhost/v1/key/" in told[0]
    assert "https://visits.example.org/v1/key/" in told[1]


# --- row 51 ---------------------------------------------------------------------------------------------------------

PAGE = b"<!doctype html><html><body><script>document.title='ran'</script></body></html>"
DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg'><script>document.title='ran'</script></svg>"
FILES = {
    "page.html": PAGE,
    "drawing.svg": DRAWING,
    "photo.jpg": PAGE,
    "page.xhtml": PAGE,
    "data.xml": DRAWING,
}


def runs_nowhere(answer: TestResponse) -> None:
    """Whatever the file says it is: saved, not shown; not guessed at; and where it is shown after all, it may do nothing."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    policy = answer.headers["Content-Security-Policy"]
    assert re.search(r"(^|;)\s*sandbox\s*(;|$)", policy), policy
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy


@pytest.mark.parametrize("name", sorted(FILES))
def test_row_51_a_file_of_a_submission_never_runs_in_our_origin(house: Town, name: str) -> None:
    own = new_id()
    sent = house.phone.send(note(f"<photo>{name}</photo>", instance_id=own), {name: FILES[name]})
    assert sent.status_code == 201
    found = house.submission(own)
    assert found is not None
    house.work()
    manager = join(house, "mona", "manager", house.project)
    at = f"/v1/projects/{house.project}/forms/note/submissions/{quote(own)}"
    runs_nowhere(manager.ask("GET", f"{at}/attachments/{name}"))
    runs_nowhere(manager.ask("GET", f"{at}/versions/{quote(own)}/attachments/{name}"))
    runs_nowhere(manager.ask("GET", f"/p/{house.project}/visits/{found.id}/files/{name}"))
    for size in ("thumb", "screen"):
        assert manager.ask("GET", f"{at}/attachments/{name}?size={size}").status_code >= 400
        small = manager.ask("GET", f"/p/{house.project}/visits/{found.id}/files/{name}?size={size}")
        assert small.status_code >= 400


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "photo.jpg"])
def test_row_51_a_media_file_of_a_form_never_runs_in_our_origin(house: Town, name: str) -> None:
    from tests.support.house import xlsx

    sheet = xlsx(
        f"""
        type | name  | label::English (en)    | media::image
        note | shown | Look at this           | {name}
        text | told  | What do you see there? |
        """,
        settings="""
        form_id | form_title | version | default_language
        media   | Media      | 1       | English (en)
        """,
    )
    base = f"/projects/{house.project}/forms"
    made = house.api("POST", f"{base}?ignoreWarnings=true", data=sheet, content_type=XLSX)
    assert made.status_code == 200, made.text
    put = house.api("POST", f"{base}/media/draft/attachments/{name}", data=FILES[name])
    if put.status_code == 200:
        token = house.api("GET", f"{base}/media/draft").json["draftToken"]
        manager = join(house, "mona", "manager", house.project)
        draft = f"/v1/test/{token}/projects/{house.project}/forms/media/draft"
        runs_nowhere(house.client.get(f"{draft}/attachments/{name}"))
        runs_nowhere(manager.ask("GET", f"/v1{base}/media/draft/attachments/{name}"))
        assert house.api("POST", f"{base}/media/draft/publish").status_code == 200
        given = f"{base}/media/assignments/app-user/{house.phone.actor_id}"
        assert house.api("POST", given).status_code == 200
        runs_nowhere(house.phone.get(f"/forms/media/attachments/{name}"))
        runs_nowhere(manager.ask("GET", f"/v1{base}/media/attachments/{name}"))
        with house.session() as session:
            version = session.query(attachments.FormAttachment).filter_by(name=name).first().form_version_id
        runs_nowhere(manager.ask("GET", f"/p/{house.project}/forms/media/files/{version}/{name}"))
    else:
        assert put.status_code == 400, put.text


@pytest.mark.parametrize("kind", ["xml", "xlsx"])
def test_row_51_a_form_itself_is_downloaded_and_never_shown(world: World, kind: str) -> None:
    answer = world.admin.ask("GET", f"/v1/projects/{world.project}/forms/note.{kind}")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    page = world.admin.ask(
        "GET", f"/p/{world.project}/forms/note/versions/{world.ids['quandary']['version_id']}/xml"
    )
    assert page.headers["Content-Disposition"].startswith("attachment")


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
