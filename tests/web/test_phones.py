"""Phones over their pages: made with areas and forms, a card in the enumerator's language, shut out."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from server.accounts.models import Actor, Phone
from server.db import utcnow
from server.forms.models import Form
from tests.support.house import House, xlsx
from tests.web.conftest import World
from tests.web.desk import Desk, area_ids, somebody


def made(desk: Desk, **data: object) -> int:
    answer = desk.post("/p/1/phones/new", **{"name": "Phone 9", "language": "en", **data})
    found = re.fullmatch(r"/p/1/phones/(\d+)", answer.headers.get("Location", ""))
    assert found is not None, answer.text
    return int(found[1])


def test_a_project_without_phones_offers_to_make_one(house: House, admin: Desk) -> None:
    house.project()
    page = admin.get("/p/1/phones").text
    assert "No phone yet" in page
    assert "Make the first phone" in page
    assert "Only this machine can reach the server" in page


def test_a_new_phone_is_offered_all_forms_and_new_ones_too(world: World) -> None:
    page = world.admin.get("/p/1/phones/new").text
    assert re.search(r'name="forms" value="1" checked', page)
    assert re.search(r'name="new_forms" value="1" checked', page)


def test_a_phones_card_speaks_its_enumerators_language_and_holds_a_code(world: World) -> None:
    phone = made(world.admin, language="ar", forms="1", new_forms="1")
    page = world.admin.get(f"/p/1/phones/{phone}").text
    assert '<article class="phone-card" lang="ar" dir="rtl">' in page
    assert "<svg" in page.split('class="qr"')[1]
    assert page.count("<li>") >= 3
    cards = world.admin.get("/p/1/phones/cards").text
    assert "print-a4" in cards
    assert cards.count('class="phone-card"') == 3


def test_every_page_with_a_code_says_that_it_leads_no_phone_here(world: World) -> None:
    phone = made(world.admin, forms="1")
    world.admin.post("/p/1/forms/wells/draft")
    warning = "Only this machine can reach the server"
    at = ("/p/1/phones", "/p/1/phones/new", f"/p/1/phones/{phone}", "/p/1/phones/cards", "/p/1/forms/wells")
    pages = {address: world.admin.get(address).text for address in at}
    assert all('class="qr"' in pages[address] for address in at[2:])
    assert [address for address in at if warning not in pages[address]] == []
    services = world.house.app.extensions["fieldfare"]
    public = replace(services.settings, public_url="https://fieldfare.example.org")
    world.house.app.extensions["fieldfare"] = replace(services, settings=public)
    assert [address for address in at if warning in world.admin.get(address).text] == []


def test_forms_of_one_title_are_told_apart_where_a_phone_may_fetch_them(world: World) -> None:
    for form_id in ("first", "second"):
        world.house.publish(
            1,
            xlsx(
                "type | name | label\ntext | remark | Remark",
                settings=f"form_id | form_title | version\n{form_id} | Fix | 1",
            ),
        )
    phone = made(world.admin, forms="1", new_forms="1")
    world.admin.post(f"/p/1/phones/{phone}", name="Phone 9", language="en", forms=all_forms(world))
    page = world.admin.get(f"/p/1/phones/{phone}").text
    for title in ("Fix (first)", "Fix (second)"):
        assert f"<li>{title}</li>" in page  # what it may fetch
        assert page.count(title) == 2  # and what is offered


def all_forms(world: World) -> list[str]:
    with world.house.session() as session:
        return [str(one.id) for one in session.query(Form)]


def test_revoking_says_what_may_still_be_on_the_phone(world: World) -> None:
    phone = made(world.admin, forms="1")
    page = world.admin.follow(f"/p/1/phones/{phone}/revoke").text
    assert "Shut out since" in page
    assert "It was never seen." in page
    assert 'class="phone-card"' not in page


def test_who_has_areas_sees_their_phones_only_and_gives_no_more_than_they_see(world: World) -> None:
    manager = somebody(world.house, 1, "manager", areas=("A1",))
    page = manager.get("/p/1/phones").text
    assert "Phone north" in page
    assert "Phone south" not in page
    with world.house.session() as session:
        south = area_ids(session, ("B2",))[0]
        north = area_ids(session, ("A1-014",))[0]
    refused = manager.post("/p/1/phones/new", name="X", language="en", areas=str(south))
    assert refused.status_code == 422
    assert f"cannot be {south}: choose among your own areas" in html.unescape(
        re.sub(r"<[^>]*>", "", refused.text)
    )
    refused = manager.post("/p/1/phones/new", name="X", language="en")
    assert refused.status_code == 422
    assert "reas is missing." in html.unescape(re.sub(r"<[^>]*>", "", refused.text))
    assert made(manager, areas=str(north)) > 0


def test_a_supervisor_sees_phones_and_neither_makes_nor_shows_their_codes(world: World) -> None:
    supervisor = somebody(world.house, 1, "supervisor")
    assert "New phone" not in supervisor.get("/p/1/phones").text
    assert supervisor.get("/p/1/phones/new").status_code == 403
    assert supervisor.get("/p/1/phones/cards").status_code == 403
    first = re.search(r"/p/1/phones/(\d+)", supervisor.get("/p/1/phones").text)
    assert first is not None
    assert 'class="qr"' not in supervisor.get(f"/p/1/phones/{first[1]}").text


def test_the_version_of_what_a_phone_sent_was_on_it_though_it_fetched_nothing(world: World) -> None:
    page = world.admin.get("/p/1/phones").text
    assert page.count("1 form on it") == 2


def test_home_and_the_list_of_phones_agree_on_which_are_silent(world: World) -> None:
    names = ("seen long ago", "never seen", "just made", "seen today", "shut out")
    ids = {name: made(world.admin, name=name) for name in names}
    world.admin.follow(f"/p/1/phones/{ids['shut out']}/revoke")
    now, month = utcnow(), timedelta(days=30)
    with world.house.session() as session:
        session.execute(update(Phone).values(last_seen_at=now))
        for name, seen in (("seen long ago", now - month), ("never seen", None), ("just made", None)):
            session.execute(update(Phone).where(Phone.actor_id == ids[name]).values(last_seen_at=seen))
        session.execute(
            update(Actor)
            .where(Actor.id.in_(set(ids.values()) - {ids["just made"]}))
            .values(created_at=now - month)
        )
    entries = re.split(r"<(?:li|tr)", world.admin.get("/p/1/phones").text)
    silent = {n for n in names for e in entries if n in e and "Silent for a week" in e}
    assert silent == {"seen long ago", "never seen"}
    project = world.admin.get("/p/1").text
    section = project.split("Silent phones")[1].split("</section>")[0]
    assert {name for name in names if name in section} == silent
    for page in (project, world.admin.get("/").text):
        told = re.search(r"(\d+)\D*phones? silent for a week", page)
        assert told is not None
        assert told[1] == "2"


def test_a_first_page_counts_the_working_phones_that_its_reader_sees(world: World) -> None:
    manager = somebody(world.house, 1, "manager", areas=("A1",))
    with world.house.session() as session:
        north = area_ids(session, ("A1-014",))[0]
    gone = made(world.admin, areas=str(north))
    world.admin.follow(f"/p/1/phones/{gone}/revoke")
    pages = [manager.get("/p/1").text, world.admin.get("/p/1").text, world.admin.get("/").text]
    assert [re.findall(r"(\d+) phones?\b(?! silent)", page) for page in pages] == [["1"], ["2"], ["2"]]
