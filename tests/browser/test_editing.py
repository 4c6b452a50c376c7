"""Correcting answers in Chromium: where a person goes on after each step, on a phone as on a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from server.ingest.models import Submission
from tests.browser.conftest import Look, Site
from tests.support.house import instance, xlsx
from tests.web.desk import phone_in

FIELDS = """
| type           | name   | label                 | relevant         | required |
| text           | place  | Which place is it?    |                  |          |
| select_one use | use    | What is it used for?  |                  |          |
| text           | why    | Why is it unused?     | ${use} = 'none'  | yes      |
| begin_repeat   | field  | Field                 |                  |          |
| text           | crop   | What grows there?     |                  |          |
| end_repeat     |        |                       |                  |          |
"""
USES = """
| list_name | name  | label    |
| use       | crops | Crops    |
| use       | none  | Nothing  |
"""
LONG = " ".join(
    ["The path along the river is under water from May to July, and the ferry does not go then."] * 6
)


@pytest.fixture(scope="module")
def editing(site: Site) -> str:
    """The page where a visit with many rows and a long answer is corrected."""
    settings = "| form_id | form_title | version |\n| fields | Fields | 1 |"
    site.house.publish(1, xlsx(FIELDS, choices=USES, settings=settings))
    rows = "".join(f"<field><crop>rye {number}</crop></field>" for number in range(12))
    body = f"<place>{LONG}</place><use>crops</use>{rows}"
    phone = phone_in(site.house, 1, "Walker", ())
    assert phone.send(instance("fields", body)).status_code == 201
    with site.house.session() as session:
        return f"/p/1/visits/{max(one.id for one in session.query(Submission))}/edit"


def stands_at(page: Page, what: str) -> None:
    """The focus comes to it, and it is in sight."""
    expect(page.locator(f"{what}:focus")).to_be_in_viewport()


@pytest.mark.parametrize("phone", [True, False])
def test_after_each_step_the_focus_is_where_a_person_goes_on(look: Look, editing: str, phone: bool) -> None:
    page = look(phone=phone)
    page.goto(editing)
    expect(page.locator("textarea[name='/data/place']")).to_have_value(LONG)
    with page.expect_navigation():
        page.get_by_role("button", name="One more: Field").click()
    stands_at(page, "[name='/data/field[13]/crop']")
    page.keyboard.type("oats")
    with page.expect_navigation():
        page.get_by_role("button", name="Remove Field 2").click()
    expect(page.locator("[name='/data/field[12]/crop']")).to_have_value("oats")
    page.get_by_label("What is it used for?").select_option("none")
    with page.expect_navigation():
        page.locator(".action-bar .btn-primary").click()
    stands_at(page, ".notice")
    expect(page.get_by_text("These are asked now:")).to_be_visible()
    with page.expect_navigation():
        page.locator(".action-bar .btn-primary").click()
    stands_at(page, ".error-summary")
    page.get_by_role("link", name="Why is it unused?: ").click()
    stands_at(page, "[name='/data/why']")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
