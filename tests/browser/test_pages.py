"""Every page in Chromium: nothing runs off a small phone, both themes and directions hold, and axe finds nothing."""

from __future__ import annotations

import base64
import io
import json
import re
import zlib

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select

from server.accounts.models import Actor
from server.households.tables import Household
from tests.browser.conftest import Look, Site, addresses
from tests.tools.axe import violations


@pytest.mark.parametrize("language", ["en", "zh", "ar"])
def test_no_page_runs_off_the_side_of_a_small_phone(site: Site, look: Look, language: str) -> None:
    page = look(phone=True, language=language)
    off = {}
    for name, address in addresses(site).items():
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            off[name] = wide
        assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    assert off == {}


def test_the_page_of_the_rest_door_stays_within_a_small_phone(site: Site, look: Look) -> None:
    page = look(phone=True)
    page.goto("/docs")
    for one in page.locator("summary").all()[:3]:
        one.click()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.parametrize("language", ["en", "zh", "ar"])
@pytest.mark.parametrize("status", ["moved_away", "not_found", "left_panel"])
def test_the_longest_status_of_a_household_stays_within_a_small_phone(
    site: Site, look: Look, language: str, status: str
) -> None:
    with site.house.session() as session:
        session.query(Household).filter(Household.code == site.codes[1]).one().status = status
    page = look(phone=True, language=language)
    for address in ("/p/1/households", f"/p/1/households/{site.codes[1]}"):
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, address
    page.goto("/p/1/households")
    code = page.locator(".entry-title a", has_text=site.codes[1]).bounding_box()
    assert code is not None
    assert code["height"] < 40  # a code never breaks


@pytest.mark.parametrize(("phone", "dark"), [(True, False), (False, True)])
def test_axe_finds_nothing_on_any_page(site: Site, look: Look, phone: bool, dark: bool) -> None:
    page = look(phone=phone, dark=dark)
    found = {}
    for name, address in addresses(site).items():
        page.goto(address)
        if page.locator("[data-map]").count():
            page.wait_for_selector(".leaflet-container")
        wrong = violations(page)
        if wrong:
            found[name] = wrong
    assert found == {}


def test_the_thumb_finds_everything_that_can_be_pressed(site: Site, look: Look) -> None:
    page = look(phone=True)
    small = {}
    for name in ("visits", "visit", "form", "new phone", "households", "people"):
        page.goto(addresses(site)[name])
        found = page.evaluate(
            """() => [...document.querySelectorAll('.btn, .views a, select, input:not([type=hidden]):not([type=checkbox]), summary.btn')]
                .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)
                .map(e => e.outerHTML.slice(0, 90))"""
        )
        if found:
            small[name] = found
    assert small == {}


def test_the_dark_theme_is_the_machines_wish_and_can_be_chosen(site: Site, look: Look) -> None:
    page = look(dark=True)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 21, 17)"
    page.locator("details.menu > summary").first.click()
    page.get_by_role("button", name="Light").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(250, 247, 240)"


def test_a_card_prints_its_code_at_least_forty_five_millimetres_wide(site: Site, look: Look) -> None:
    page = look()
    page.goto("/p/1/phones/cards")
    page.emulate_media(media="print")
    widths = page.evaluate(
        """() => [...document.querySelectorAll('.qr svg')].map(svg => {
            const modules = svg.viewBox.baseVal.width || svg.width.baseVal.value;
            return svg.getBoundingClientRect().width;
        })"""
    )
    assert widths
    assert min(widths) / (96 / 25.4) >= 45
    assert not page.locator(".topbar").is_visible()


@pytest.mark.parametrize("phone", [True, False])
def test_a_phone_can_scan_the_code_of_its_page(site: Site, look: Look, phone: bool) -> None:
    page = look(phone=phone)
    page.goto("/p/1/phones/cards")
    code = page.locator(".qr svg").first
    code.scroll_into_view_if_needed()
    picture = Image.open(io.BytesIO(code.screenshot()))
    (found,) = zxingcpp.read_barcodes(picture)
    settings = json.loads(zlib.decompress(base64.b64decode(found.text)))
    assert "/v1/key/" in settings["general"]["server_url"]


def test_eight_cards_stand_on_an_a4_and_one_on_an_a6(site: Site, look: Look) -> None:
    page = look()
    page.goto("/p/1/phones/cards?paper=a6")
    a6 = pages(page.pdf(prefer_css_page_size=True))
    page.goto("/p/1/phones/cards")
    a4 = pages(page.pdf(prefer_css_page_size=True))
    assert a6 == [(148, 105)]
    assert a4 == [(210, 297)]


def pages(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each page of a PDF, in millimetres."""
    found = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(round(float(w) / 72 * 25.4), round(float(h) / 72 * 25.4)) for w, h in found]


@pytest.mark.parametrize("language", ["en", "zh", "ar"])
def test_a_status_beside_a_long_title_stands_in_one_line(site: Site, look: Look, language: str) -> None:
    with site.house.session() as session:
        phone = session.scalars(select(Actor).where(Actor.type == "field_key").order_by(Actor.id)).first()
        assert phone is not None
        actor_id, phone.display_name = phone.id, "Household visit of the whole northern district, team 7"
    page = look(phone=True, language=language)
    page.goto(f"/p/1/phones/{actor_id}")
    status = page.locator(".page-head-status .status").bounding_box()
    assert status is not None
    assert status["height"] < 40
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
