"""Identifiers, addresses and names that people really give break where they are longer than a phone; codes stay whole."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server.accounts import assignments, users
from server.accounts.models import Actor
from server.accounts.roles import BY_SYSTEM
from tests.browser.conftest import Look, Site, addresses
from tests.support.house import instance, xlsx
from tests.web.desk import PASSWORD, phone_in

FORM = "national_household_water_sanitation_and_hygiene_survey_2026"
MAIL = "maryam.abdulrahman@provincial-directorate-of-rural-water.example"
LONGEST = "m" * 40 + "@" + "directorate-of-rural-water-supply.example.org.xx"
NAME = "District_team_of_the_northern_villages_phone_number_7_spare"
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def named(site: Site) -> dict[str, str]:
    """Where a form, a phone and two people with such names are shown, beside every other page."""
    settings = f"| form_title | form_id | version |\n| National household water survey | {FORM} | 1 |"
    site.house.publish(
        1, xlsx("| type | name | label |\n| integer | n | How many wells? |", settings=settings)
    )
    phone = phone_in(site.house, 1, NAME, ("A1",))
    assert phone.send(instance(FORM, "<n>3</n>")).status_code == 201
    with site.house.session() as session:
        shown = {}
        for email in (MAIL, LONGEST):
            person = users.create(session, email=email, password=PASSWORD, by=1)
            assignments.give(session, person.actor, BY_SYSTEM["viewer"], 1, by=None)
            shown[email] = f"/people/{person.actor_id}"
        device = session.scalars(select(Actor.id).where(Actor.display_name == NAME)).one()
    its = {
        "its form": f"/p/1/forms/{FORM}",
        "its phone": f"/p/1/phones/{device}",
        "found": "/people?q=maryam",
    }
    return addresses(site) | shown | its


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("phone", [True, False])
def test_no_page_runs_off_the_side_for_a_long_name(
    site: Site, look: Look, named: dict[str, str], phone: bool, language: str
) -> None:
    page = look(phone=phone, language=language)
    off = {}
    for name, address in named.items():
        page.goto(address)
        if wide := page.evaluate(WIDE):
            off[name] = wide
    assert off == {}
    page.goto(named["its form"])
    assert FORM in page.locator("main").inner_text()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_is_asked_before_a_phone_is_revoked_stays_within_a_small_phone(
    site: Site, look: Look, named: dict[str, str], language: str
) -> None:
    page = look(phone=True, language=language)
    page.goto(named["its phone"])
    page.locator("[data-opens=revoke]").tap()
    for inside in (".action-bar .btn-danger", "dialog[open] .btn-danger", "dialog[open] h2"):
        box = page.locator(inside).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360, inside
