"""What one typed and chose is kept, in Chromium: over a lost line, an ended session, another view, and the way back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete, insert, select

from server.accounts.models import SignIn
from server.ingest.models import Submission
from tests.browser.conftest import PHONE, Look, Site, sign_in
from tests.support.house import xlsx
from tests.web.desk import PASSWORD

WORDS = "The photo shows another pump"


@pytest.fixture
def away(browser: Browser, site: Site) -> Iterator[Page]:
    """Somebody signed in to a server that is not the machine they sit at."""
    address = site.address.replace("127.0.0.1", "field.localhost")
    context = browser.new_context(base_url=address, viewport=PHONE, locale="en-GB")
    page = context.new_page()
    sign_in(page)
    yield page
    context.close()


def type_issue(page: Page) -> None:
    page.locator("[data-opens=issues]").click()
    page.locator("#issue-words").fill(WORDS)


def test_a_form_sent_without_network_stays_with_what_was_typed_and_is_sent_later(
    site: Site, away: Page
) -> None:
    at = f"/p/1/visits/{site.visits[-1]}"
    away.goto(at)
    type_issue(away)
    away.context.set_offline(True)
    away.get_by_role("button", name="Mark as having issues").click()
    expect(away.get_by_text("No network. What you typed is kept here.")).to_be_visible()
    expect(away.locator("#issue-words")).to_have_value(WORDS)
    assert away.url.endswith(at)
    away.context.set_offline(False)
    expect(away.locator(".offline")).to_be_hidden()
    away.get_by_role("button", name="Mark as having issues").click()
    expect(away.locator(".history")).to_contain_text(WORDS)
    type_nothing_is_left(away)


def type_nothing_is_left(page: Page) -> None:
    """What stands in the history is offered no more."""
    page.locator("[data-opens=issues]").click()
    expect(page.locator("#issue-words")).to_have_value("")


def test_words_typed_while_the_session_ended_are_there_after_signing_in(site: Site, look: Look) -> None:
    page = look()
    at = f"/p/1/visits/{site.visits[-2]}"
    page.goto(at)
    type_issue(page)
    with site.house.session() as session:
        session.query(SignIn).delete()
    page.get_by_role("button", name="Mark as having issues").click()
    page.wait_for_url("**/sign-in?**")
    page.locator("#email").fill("admin@example.org")
    page.locator("#password").fill(PASSWORD)
    page.locator("main .btn-primary").click()
    page.wait_for_url(f"**{at}")
    page.locator("[data-opens=issues]").click()
    expect(page.locator("#issue-words")).to_have_value(WORDS)
    page.get_by_role("button", name="Mark as having issues").click()
    expect(page.locator(".history")).to_contain_text(WORDS)
    page.goto(at)
    type_nothing_is_left(page)


def test_the_reason_of_an_edit_outlives_the_session_and_what_was_lost_is_said(site: Site, look: Look) -> None:
    page = look(phone=True)
    at, reason = f"/p/1/visits/{site.visits[-1]}", "The head called to correct it"
    page.goto(f"{at}/edit?findings=0")
    page.get_by_label("Main source").select_option("well")
    page.locator("#comment").fill(reason)
    with site.house.session() as session:
        session.query(SignIn).delete()
    page.locator(".action-bar .btn-primary").tap()
    expect(page.get_by_role("alert")).to_contain_text("what you sent was not saved")
    page.locator("#email").fill("admin@example.org")
    page.locator("#password").fill(PASSWORD)
    page.locator("main .btn-primary").tap()
    page.wait_for_url(f"**{at}/edit?findings=0")
    expect(page.get_by_role("alert")).to_contain_text("what you sent was not saved")
    expect(page.locator("#comment")).to_have_value(reason)
    page.get_by_label("Main source").select_option("well")
    page.locator(".action-bar .btn-primary").tap()
    expect(page.locator(".page-head .status")).to_have_text("Edited")
    expect(page.locator(".history blockquote", has_text=reason)).to_have_count(1)
    page.locator(".toast").get_by_role("button", name=re.compile("Undo")).tap()
    expect(page.locator(".page-head .status")).not_to_have_text("Edited")
    page.goto(f"{at}/edit")
    expect(page.locator("#comment")).to_have_value("")


def test_whoever_signs_out_leaves_no_words_at_the_browser(site: Site, look: Look) -> None:
    page = look()
    page.goto(f"/p/1/visits/{site.visits[-3]}")
    type_issue(page)
    page.keyboard.press("Escape")
    page.locator("details.menu > summary").first.click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert WORDS not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_a_filter_goes_along_to_the_photos_and_the_map_and_back(site: Site, look: Look) -> None:
    page = look()
    page.goto("/p/1/visits")
    page.get_by_label("State").select_option("held")
    expect(page.locator(".entry")).to_have_count(1)
    for view in ("Photos", "Map", "List"):
        page.get_by_role("group", name="View").get_by_role("link", name=view).click()
        expect(page.get_by_label("State")).to_have_value("held")
        assert "state=held" in page.url
        expect(page.locator(".result-line")).to_contain_text("1 visit")
    page.get_by_label("State").select_option("")
    expect(page.locator(".entry").nth(1)).to_be_visible()
    page.get_by_role("group", name="View").get_by_role("link", name="Photos").click()
    expect(page.get_by_label("State")).to_have_value("")


def test_on_a_phone_the_rest_of_a_filter_opens_behind_a_button_that_counts_it(site: Site, look: Look) -> None:
    page = look(phone=True)
    page.goto("/p/1/visits?findings=0")
    opens = page.get_by_role("button", name="Filter")
    expect(page.get_by_label("State")).to_be_in_viewport()
    expect(opens.locator(".filter-count")).to_have_text("1")
    expect(page.get_by_label("Received until")).to_be_hidden()
    opens.tap()
    for label in ("Form", "Area", "Phone", "Findings", "Received from", "Received until"):
        box = page.get_by_label(label, exact=True).bounding_box()
        assert box is not None, label
        assert box["x"] >= 0, label
        assert box["x"] + box["width"] <= PHONE["width"], label
    page.get_by_label("Findings").select_option("")
    expect(opens.locator(".filter-count")).to_be_hidden()
    page.get_by_label("Form").select_option(label="Wells")
    expect(opens.locator(".filter-count")).to_have_text("1")
    expect(page.locator(".entry").first).to_contain_text("Wells")


@pytest.mark.parametrize("language", ["en", "zh", "ar"])
def test_on_a_phone_what_one_searches_and_its_button_stand_beside_each_other(
    site: Site, look: Look, language: str
) -> None:
    page = look(phone=True, language=language)
    for address, button in (("/people", ".filter-go .btn"), ("/p/1/households", ".filter-open")):
        page.goto(address)
        field, press = page.locator("#q").bounding_box(), page.locator(button).bounding_box()
        assert field is not None
        assert press is not None
        assert abs(field["y"] - press["y"]) < 10, address
        assert press["x"] >= 0, address
        assert press["x"] + press["width"] <= PHONE["width"], address


def test_on_a_phone_what_two_households_say_stands_below_its_label(site: Site, look: Look) -> None:
    page = look(phone=True)
    page.goto(f"/p/1/households/{site.codes[0]}/merge?other={site.codes[1]}")
    row = page.get_by_role("row", name=re.compile("Round trip"))
    label, *values = [one.bounding_box() for one in row.locator("> *").all()]
    assert label is not None
    assert all(one is not None and one["y"] >= label["y"] + label["height"] - 1 for one in values)
    one, two = values
    assert one is not None
    assert two is not None
    assert one["y"] == two["y"]
    expect(page.get_by_role("columnheader", name=site.codes[0])).to_be_visible()


def test_all_that_was_shown_of_a_list_is_there_on_the_way_back(site: Site, look: Look) -> None:
    with site.house.session() as session:
        table = Submission.__table__
        one = session.execute(select(table).where(table.c.id == site.visits[-1])).one()._asdict()
        more = [{**one, "id": 1000 + n, "instance_id": f"uuid:more-{n}"} for n in range(110)]
        session.execute(insert(table), more)
    page = look()
    page.goto("/p/1/visits")
    expect(page.locator(".entry")).to_have_count(50)
    page.get_by_role("link", name="Show more").click()
    expect(page.locator(".entry")).to_have_count(100)
    page.get_by_role("link", name="Show more").click()
    expect(page.locator(".entry")).to_have_count(110 + len(site.visits))
    last = page.locator(".entry-title a").last
    address = last.get_attribute("href")
    last.click()
    page.wait_for_url(f"**{address}")
    page.go_back()
    expect(page.locator(".entry")).to_have_count(110 + len(site.visits))
    with site.house.session() as session:
        session.execute(delete(table).where(table.c.id >= 1000))


def test_what_was_just_said_covers_no_button_on_a_phone(site: Site, look: Look) -> None:
    page = look(phone=True)
    page.goto(f"/p/1/visits/{site.visits[-1]}")
    page.get_by_role("button", name="Approve").tap()
    expect(page.locator(".toast")).to_be_visible()
    page.locator(".action-bar summary").tap()
    page.get_by_role("button", name="Into the bin").tap()  # refused where another element takes the tap
    page.locator(".toast").get_by_role("button", name="Undo").tap()
    expect(page.locator(".toast")).to_contain_text("The visit is back")


def test_what_was_just_said_covers_nothing_of_publishing_a_form(
    site: Site, look: Look, tmp_path: Path
) -> None:
    page = look(phone=True)
    page.goto("/p/1/forms")
    sheet = tmp_path / "listed.xlsx"
    rows = "| type | name | label |\n| select_one_from_file wells.csv | well | Which well |"
    sheet.write_bytes(xlsx(rows, settings="| form_id | version |\n| covered | 1 |"))
    page.locator('input[type="file"]').set_input_files(sheet)
    expect(page.locator(".toast")).to_contain_text("The draft is here", timeout=20_000)
    toast, bar = page.locator(".toast").bounding_box(), page.locator(".action-bar").bounding_box()
    assert toast is not None
    assert bar is not None
    assert toast["y"] + toast["height"] <= bar["y"]
    page.get_by_label("Version", exact=True).fill("2")


def test_issues_are_told_without_script_too(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.address, viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.goto(f"/p/1/visits/{site.visits[2]}")
    page.get_by_role("button", name=re.compile("^Issues")).click()
    page.locator("#comment").fill(WORDS)
    page.get_by_role("button", name="Mark as having issues").click()
    expect(page.locator(".page-head .status")).to_have_text("Has issues")
    expect(page.locator(".history")).to_contain_text(WORDS)
    context.close()


def test_the_way_back_leads_past_a_form_that_had_an_error(site: Site, look: Look) -> None:
    page = look()
    page.goto("/p/1/phones")
    page.get_by_role("link", name="New phone").click()
    page.get_by_label("Name", exact=True).fill(" ")
    page.get_by_role("button", name="Make it and show the code").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_label("Name", exact=True).fill("Phone of the north")
    page.get_by_role("button", name="Make it and show the code").click()
    expect(page.locator(".toast")).to_contain_text("Phone of the north is ready")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("New phone")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phones")


def test_a_wrong_password_is_said_in_its_place_and_the_right_one_goes_on(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(base_url=site.address, viewport=PHONE)
    page = context.new_page()
    page.goto("/sign-in?next=/me")
    page.locator("#email").fill("admin@example.org")
    page.locator("#password").fill("not this one")
    page.locator("main .btn-primary").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator("#password").fill(PASSWORD)
    page.locator("main .btn-primary").click()
    page.wait_for_url("**/me")
    context.close()
