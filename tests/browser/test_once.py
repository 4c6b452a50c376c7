"""What is tapped twice is sent once, in Chromium, and may be sent again where nothing came of the first time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from server.accounts.models import Actor
from server.forms.models import Project
from tests.browser.conftest import Look, Site
from tests.support.house import xlsx

WORDS = "Asked the phone's holder for another photo"
TWICE = """async button => {
    button.click();
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    button.click();
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    return button.getAttribute('aria-busy');
}"""


@pytest.fixture
def held() -> list[Route]:
    """What was sent and is not answered yet."""
    return []


def hold(page: Page, address: str, held: list[Route]) -> None:
    page.route(
        address, lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )


@pytest.mark.parametrize(
    ("address", "button", "name"),
    [
        ("/p/1/phones/new", "Make it and show the code", "Phone tapped twice"),
        ("/projects/new", "Make the project", "Project tapped twice"),
    ],
)
def test_a_double_tap_makes_one(
    site: Site, look: Look, held: list[Route], address: str, button: str, name: str
) -> None:
    page = look(phone=True)
    page.goto(address)
    hold(page, f"**{address}", held)
    page.get_by_label("Name", exact=True).fill(name)
    makes = page.get_by_role("button", name=button)
    makes.tap()
    expect(makes).to_have_attribute("aria-busy", "true")
    makes.tap()
    assert len(held) == 1
    held[0].continue_()
    page.wait_for_url(re.compile(r"/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    with site.house.session() as session:
        actors = session.scalars(select(Actor).where(Actor.display_name == name)).all()
        projects = session.scalars(select(Project).where(Project.name == name)).all()
        assert len([*actors, *projects]) == 1


def write_comment(page: Page, site: Site) -> None:
    page.goto(f"/p/1/visits/{site.visits[0]}")
    page.get_by_text("Write a comment").click()
    page.locator("#comment").fill(WORDS)


def test_a_comment_whose_button_is_pressed_twice_is_kept_once(
    site: Site, look: Look, held: list[Route]
) -> None:
    page = look()
    write_comment(page, site)
    hold(page, "**/decide", held)
    keep = page.get_by_role("button", name="Keep the comment")
    busy = keep.evaluate(TWICE)
    assert busy == "true"
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator(".history blockquote", has_text=WORDS)).to_have_count(1)


def test_what_was_stopped_on_its_way_is_sent_once_something_is_changed(
    site: Site, look: Look, held: list[Route]
) -> None:
    page = look()
    write_comment(page, site)
    hold(page, "**/decide", held)
    keep = page.get_by_role("button", name="Keep the comment")
    assert keep.evaluate(TWICE) == "true"
    held[0].abort("aborted")
    page.locator("#comment").fill(WORDS + ", again")
    expect(keep).not_to_have_attribute("aria-busy", "true")
    page.unroute("**/decide")
    keep.click()
    expect(page.locator(".history blockquote", has_text=WORDS + ", again")).to_have_count(1)


def test_a_form_that_was_refused_is_mended_and_sent_again(site: Site, look: Look) -> None:
    page = look(phone=True)
    page.goto("/p/1/phones/new")
    makes = page.get_by_role("button", name="Make it and show the code")
    page.get_by_label("Name", exact=True).fill("")
    makes.tap()  # refused by the browser or by the server
    page.get_by_label("Name", exact=True).fill("Phone of a second try")
    makes.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phone of a second try")


def test_a_form_that_was_left_can_be_sent_after_the_way_back(site: Site, look: Look) -> None:
    page = look()
    for name in ("Phone of the first way", "Phone of the way back"):
        page.goto("/p/1/phones/new") if "first" in name else page.go_back()
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_role("button", name="Make it and show the code").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_a_workbook_can_be_fetched_as_often_as_one_likes_and_the_draft_protected_after_it(
    look: Look, tmp_path: Path
) -> None:
    sheet = tmp_path / "names.xlsx"
    settings = "| form_id | version |\n| names_twice | 1 |"
    sheet.write_bytes(xlsx("| type | name | label |\n| text | who | What is your name? |", settings=settings))
    page = look(phone=True)
    page.goto("/p/1/forms")
    page.locator("input[type=file]").set_input_files(sheet)
    expect(page.locator(".toast")).to_contain_text("The draft is here", timeout=20_000)
    back = page.get_by_role("button", name="Protect and give the workbook back")
    for _ in range(2):
        with page.expect_download() as came:
            back.tap()
        assert came.value.suggested_filename.endswith(".xlsx")
    page.get_by_role("button", name="Protect in the draft").tap()
    expect(back).to_have_count(0)
