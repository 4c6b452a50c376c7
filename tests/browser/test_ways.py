"""What people do, in Chromium: a newcomer's first visit, a reviewer's morning by keys, a form dropped and mended."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import DESK, PHONE, Look, Site, sign_in
from tests.support.house import Phone, xlsx
from tests.web.desk import picture, visit, wells


def test_a_newcomer_comes_from_signing_in_to_the_first_visit(
    browser: Browser, newcomer: Site, tmp_path: Path
) -> None:
    context = browser.new_context(base_url=newcomer.address, viewport=PHONE, is_mobile=True, has_touch=True)
    page = context.new_page()
    sign_in(page)
    page.get_by_role("link", name="Make the first project").click()
    page.get_by_label("Name", exact=True).fill("Aldermere")
    page.get_by_role("button", name="Make the project").click()
    page.get_by_role("link", name="Add a form").click()
    sheet = tmp_path / "wells.xlsx"
    sheet.write_bytes(wells())
    page.locator('input[type="file"]').set_input_files(sheet)
    expect(page.get_by_text("This is a draft")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. Phones get it")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    page.locator("main").get_by_role("link", name="Make a phone").click()
    page.get_by_role("button", name="Make it and show the code").click()
    expect(page.get_by_role("img", name=re.compile("QR code for Phone 1"))).to_be_visible()

    actor_id = int(page.url.rsplit("/", 1)[1])
    with newcomer.house.session() as session:
        from server.accounts import phones

        token = phones.token_of(newcomer.house.services, phones.get(session, 1, actor_id))
    assert token is not None
    sent = Phone(newcomer.house, 1, token, actor_id).send(visit(1, photo="w.jpg"), {"w.jpg": picture()})
    assert sent.status_code == 201
    newcomer.house.work()

    page.get_by_role("link", name="Visits", exact=True).click()
    page.get_by_role("link", name=re.compile("^Wells")).click()
    expect(page.get_by_text("Public tap")).to_be_visible()
    shown = page.locator(".photo img").first
    expect(shown).to_be_visible()
    expect(shown).not_to_have_js_property("naturalWidth", 0)
    context.close()


def test_a_reviewer_goes_through_visits_by_keys_and_takes_a_decision_back(site: Site, look: Look) -> None:
    page = look()
    page.goto(f"/p/1/visits/{site.visits[-1]}")
    page.keyboard.press("k")
    page.wait_for_url(f"**/visits/{site.visits[-2]}")
    page.keyboard.press("j")
    page.wait_for_url(f"**/visits/{site.visits[-1]}")
    page.keyboard.press("a")
    toast = page.locator(".toast")
    expect(toast).to_contain_text("Approved")
    expect(page.locator(".page-head .status")).to_have_text("Approved")
    page.keyboard.press("u")
    expect(page.locator(".toast")).to_contain_text("Undone")
    expect(page.locator(".page-head .status")).to_have_text("Not yet seen")


def test_keys_do_nothing_while_somebody_types(site: Site, look: Look) -> None:
    page = look()
    at = f"/p/1/visits/{site.visits[-1]}"
    page.goto(at)
    page.keyboard.press("i")
    words = page.locator("#issue-words")
    expect(words).to_be_visible()
    words.press_sequentially("a jar rake")
    assert page.url.endswith(at)
    expect(words).to_have_value("a jar rake")
    page.get_by_role("button", name="Mark as having issues").click()
    expect(page.locator(".page-head .status")).to_have_text("Has issues")
    expect(page.locator(".history")).to_contain_text("a jar rake")
    page.locator(".action-bar summary").click()
    page.get_by_role("button", name="Back to not yet seen").click()
    expect(page.locator(".page-head .status")).to_have_text("Not yet seen")


def test_an_answer_is_corrected_from_the_menu_and_the_edit_taken_back(site: Site, look: Look) -> None:
    page = look(phone=True)
    page.goto(f"/p/1/visits/{site.visits[-1]}")
    page.locator(".action-bar summary").tap()
    page.get_by_role("link", name="Edit answers").tap()
    page.get_by_label("Main source").select_option("well")
    page.get_by_role("button", name="Save the edit").tap()
    expect(page.locator(".page-head .status")).to_have_text("Edited")
    expect(page.locator(".facts").first).to_contain_text("Dug well")
    page.locator(".toast").get_by_role("button", name=re.compile("Undo")).tap()
    expect(page.locator(".page-head .status")).to_have_text("Not yet seen")
    expect(page.locator(".facts").first).to_contain_text("Public tap")


def test_a_rows_code_is_offered_while_its_name_is_typed_and_a_slip_is_said_at_its_field(
    site: Site, look: Look
) -> None:
    page = look(phone=True)
    page.goto(f"/p/1/visits/{site.visits[2]}/edit")
    area = page.get_by_label("Area", exact=True)
    area.fill("")
    area.press_sequentially("otter")
    expect(page.locator('datalist option[value="B2-001"]')).to_be_attached()
    area.fill("B2-001")
    page.get_by_label("Round trip").fill("abc")
    page.get_by_role("button", name="Save the edit").last.click()
    page.get_by_role("link", name="Round trip: This is not a whole number.").click()
    expect(page.get_by_label("Round trip")).to_be_in_viewport()
    expect(page.get_by_label("Round trip")).to_have_value("abc")
    expect(area).to_have_value("B2-001")
    expect(page.get_by_label("Save all the same")).not_to_be_checked()


def test_the_marks_of_a_visit_and_its_dwelling_do_not_cover_each_other(site: Site, look: Look) -> None:
    page = look(phone=True)
    page.goto(f"/p/1/visits/{site.visits[0]}")
    marks = [page.locator(f".leaflet-container .map-{kind}") for kind in ("visit", "dwelling")]
    boxes = [mark.bounding_box() for mark in marks]
    middles = [box["x"] + box["width"] / 2 for box in boxes if box is not None]
    assert len(middles) == 2
    assert abs(middles[0] - middles[1]) >= 20


def test_two_households_are_compared_then_made_one_and_two_again(site: Site, look: Look) -> None:
    page = look()
    page.goto(f"/p/1/households/{site.codes[0]}")
    page.get_by_text("Enrolled twice?").click()
    page.get_by_label("Code of the other enrolment").fill(site.codes[1])
    page.get_by_role("button", name="Compare the two").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Are these the same dwelling?")
    page.get_by_role("button", name="Make them one").click()
    expect(page.locator(".toast")).to_contain_text("is a part of")
    page.locator(".toast").get_by_role("button", name=re.compile("Undo")).click()
    expect(page.locator(".toast")).to_contain_text("a household of its own again")


def test_tabs_that_go_on_beyond_the_edge_say_so(site: Site, look: Look) -> None:
    page = look(phone=True)
    page.goto("/p/1")
    tabs = page.locator(".topbar-nav")
    expect(tabs).to_have_attribute("data-more", "end")
    page.goto("/p/1/tables")
    expect(tabs).to_have_attribute("data-more", "start")


def test_a_photo_opens_over_the_page_and_closes_again(site: Site, look: Look) -> None:
    page = look(phone=True)
    page.goto(f"/p/1/visits/{site.visits[-1]}")
    page.locator(".photos a.photo").first.tap()
    viewer = page.locator("dialog.viewer")
    expect(viewer).to_be_visible()
    expect(page.locator(".viewer-stage img")).to_have_js_property("naturalWidth", 640)
    page.get_by_role("button", name="Close").click()
    expect(viewer).to_be_hidden()


def test_the_exact_point_is_shown_after_a_reason(site: Site, look: Look) -> None:
    page = look()
    page.goto(f"/p/1/visits/{site.visits[-1]}")
    page.get_by_role("link", name="Show the exact one…").click()
    asked = page.get_by_role("dialog")
    asked.get_by_label("Reason").fill("The pump is to be mended")
    asked.get_by_role("button", name="Show them").click()
    expect(page.locator("main")).to_contain_text("31.20503")


def test_a_filter_changes_the_list_and_the_address_without_a_new_page(site: Site, look: Look) -> None:
    page = look()
    page.goto("/p/1/visits")
    page.get_by_label("State").select_option("held")
    expect(page.locator(".entry")).to_have_count(1)
    assert page.url.endswith("/p/1/visits?state=held")
    page.locator(".entry-title a").click()
    expect(page.locator(".page-count")).to_have_text("1/1")
    page.go_back()
    expect(page.locator(".entry")).to_have_count(1)


def test_a_broken_sheet_shows_its_cell_and_the_mended_one_becomes_a_draft(
    site: Site, look: Look, tmp_path: Path
) -> None:
    page = look()
    page.goto("/p/1/forms")
    settings = "| form_title | form_id |\n| Rooms | rooms |"
    broken, mended = tmp_path / "broken.xlsx", tmp_path / "mended.xlsx"
    rows = "| type | name | label | relevant |\n| integer | rooms | Rooms | |\n| text | why | Why | ${{{}}} > 3 |"
    broken.write_bytes(xlsx(rows.format("roms"), settings=settings))
    mended.write_bytes(xlsx(rows.format("rooms"), settings=settings))
    page.locator('input[type="file"]').set_input_files(broken)
    expect(page.locator("td.cell-bad").first).to_have_text("${roms} > 3", timeout=20_000)
    expect(page.get_by_text("did you mean ${rooms}?")).to_have_count(1)
    page.locator('input[type="file"]').last.set_input_files(mended)
    expect(page.get_by_text("This is a draft")).to_be_visible(timeout=20_000)


def test_the_pages_work_without_script(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.address, viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.goto("/p/1/visits?state=held")
    page.locator(".entry-title a").click()
    page.get_by_role("button", name=re.compile("Approve")).click()
    expect(page.locator(".page-head .status")).to_have_text("Approved")
    page.locator(".toast").get_by_role("button", name=re.compile("Undo")).click()
    expect(page.locator(".page-head .status")).to_have_text("Held back")
    context.close()
