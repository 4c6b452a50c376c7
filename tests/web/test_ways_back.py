"""Where one comes to after a page that only takes what is sent: the page it belongs to, in every language, signed in anew too."""

from __future__ import annotations

import re

import pytest

from server.accounts.models import SignIn
from tests.support.house import ADMIN, House
from tests.web.conftest import World
from tests.web.desk import Desk, sign_in, somebody


def language_leads_to(page: str) -> str:
    found = re.search(r'action="/language">.*?name="next" value="([^"]*)"', page, re.S)
    assert found is not None
    return found[1]


def test_another_language_leads_from_an_opened_point_back_to_its_visit(world: World) -> None:
    at = f"/p/1/visits/{world.south}"
    opened = world.admin.post(f"{at}/exact", reason="The pump is to be mended")
    assert language_leads_to(opened.text) == at
    answer = world.admin.follow("/language", language="zh", next=language_leads_to(opened.text))
    assert answer.status_code == 200
    assert answer.request.path == at


def link_in(page: str) -> str:
    found = re.search(r'data-copy="([^"]*/password/[^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("made", ["invited", "anew"])
def test_a_link_for_a_password_stays_over_a_reload_and_another_language(world: World, made: str) -> None:
    if made == "invited":
        sent = world.admin.post("/people/new", email="sup@example.org", role="", project="")
    else:
        sent = world.admin.post("/people/1/link")
    assert sent.status_code == 303
    at = sent.headers["Location"]
    page = world.admin.get(at).text
    link = link_in(page)
    assert link not in str(sent.headers)
    assert link_in(world.admin.get(at).text) == link
    world.admin.post("/language", language="zh", next=language_leads_to(page))
    assert link_in(world.admin.get(at).text) == link


def test_a_link_is_shown_to_nobody_but_who_made_it(world: World) -> None:
    at = world.admin.post("/people/new", email="sup@example.org", role="", project="").headers["Location"]
    assert world.admin.get("/people/1/link").headers["Location"] == "/people/1"
    assert sign_in(world.house).get(at).headers["Location"] == at.removesuffix("/link")
    kept = world.admin.client.get_cookie("fieldfare")
    assert kept is not None
    other = somebody(world.house, 1, "manager")
    other.client.set_cookie("fieldfare", kept.value)
    assert other.get(at).status_code == 403
    world.admin.post("/sign-out")
    left = world.admin.client.get_cookie("fieldfare")
    assert left is None or left.value != kept.value


@pytest.mark.parametrize(
    ("opened", "page"),
    [
        ("/p/1/visits/{visit}/decide", "/p/1/visits/{visit}"),
        ("/p/1/visits/{visit}/exact", "/p/1/visits/{visit}"),
        ("/people/1/remove", "/people/1"),
        ("/people/1/roles", "/people/1"),
        ("/language", "/"),
        ("/sign-out", "/"),
    ],
)
def test_opening_an_address_that_only_takes_what_is_sent_leads_to_the_page_above_it(
    world: World, opened: str, page: str
) -> None:
    answer = world.admin.get(opened.format(visit=world.south))
    assert answer.status_code == 303
    assert answer.headers["Location"] == page.format(visit=world.south)


def test_sending_to_a_page_that_takes_nothing_is_refused_with_a_page_of_ours(world: World) -> None:
    answer = world.admin.client.post("/p/1/visits", data={})
    assert answer.status_code == 405
    assert "There is nothing here" in answer.text
    assert 'class="topbar' in answer.text


def test_the_rest_door_answers_a_wrong_method_as_before(house: House) -> None:
    answer = house.api("DELETE", "/projects")
    assert answer.status_code in (404, 405)
    assert "topbar" not in answer.text


def test_whose_session_ended_before_a_decision_comes_back_to_the_visit(world: World) -> None:
    at, token = f"/p/1/visits/{world.south}", world.admin.token()
    with world.house.session() as session:
        session.query(SignIn).delete()
    asked = world.admin.client.post(
        f"{at}/decide", data={"csrf": token, "state": "hasIssues", "comment": "The photo is blurred"}
    )
    assert asked.headers["Location"] == f"/sign-in?next={at}"
    desk = Desk(world.house.app.test_client())
    data = {"csrf": desk.token("/sign-in"), "email": ADMIN[0], "password": ADMIN[1], "next": at}
    assert desk.client.post("/sign-in", data=data).headers["Location"] == at


def test_who_sent_something_after_their_session_ended_is_told_that_it_was_not_saved(world: World) -> None:
    at, token = f"/p/1/visits/{world.south}/edit", world.admin.token()
    with world.house.session() as session:
        session.query(SignIn).delete()
    data = {"csrf": token, "filter": "state=held&by=3", "comment": "A slip"}
    asked = world.admin.client.post(at, data=data)
    assert asked.headers["Location"] == f"/sign-in?next={at}%3Fstate%3Dheld%26by%3D3"
    going = f"{at}?state=held&by=3"
    assert "what you sent was not saved. Sign in" in world.admin.get(asked.headers["Location"]).text
    signing = {"csrf": world.admin.token("/sign-in"), "email": ADMIN[0], "password": ADMIN[1], "next": going}
    assert world.admin.client.post("/sign-in", data=signing).headers["Location"] == going
    page = world.admin.get(going).text
    assert "what you sent was not saved. Please send it again." in page
    assert "was not saved" not in world.admin.get(going).text


def test_who_only_opened_a_page_or_signed_out_is_not_told_that_something_was_lost(world: World) -> None:
    token = world.admin.token()
    with world.house.session() as session:
        session.query(SignIn).delete()
    world.admin.client.post("/sign-out", data={"csrf": token})
    for going in ("/", "/p/1/visits"):
        asked = world.admin.get(going)
        assert "was not saved" not in world.admin.get(asked.headers["Location"]).text


def test_a_form_sent_in_its_place_is_led_on_as_a_whole_page(world: World) -> None:
    sent = world.admin.client.post(
        "/me",
        data={"display_name": "Ada"},
        headers={"HX-Request": "true", "X-CSRF-Token": world.admin.token()},
    )
    assert sent.status_code == 200
    assert sent.headers["HX-Redirect"] == "/me"
    assert "Saved." in world.admin.get("/me").text


def test_audit_is_in_the_menu_of_a_project_for_those_who_may_read_it(world: World) -> None:
    assert 'href="/audit"' in world.admin.get("/p/1").text
    viewer = somebody(world.house, 1, "viewer")
    assert 'href="/audit"' not in viewer.get("/p/1").text
