"""A designer's sheet in Chromium: dropped, chosen, or sent by a button without script; a phone's page without sideways scroll."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE, Look, Site, sign_in
from tests.support.house import xlsx

FAULTY = xlsx(
    "| type | name | label | hint | relevant |\n| integer | rooms | Rooms | | |\n| txt | why | Why | | ${roms} > 3 |",
    settings="| form_id |\n| rooms |",
)
DROP = """([content, name]) => {
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  document.querySelector("h1").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""


def faults(page: Page) -> None:
    expect(page.locator(".sheet-rows td.cell-bad")).to_have_text(["txt", "${roms} > 3"], timeout=20_000)
    for words in ("did you mean text?", "did you mean ${rooms}?"):
        expect(page.get_by_text(words)).to_have_count(1)


def test_a_sheet_dropped_anywhere_on_the_page_is_looked_at_at_once(site: Site, look: Look) -> None:
    page = look()
    page.goto("/p/1/forms")
    page.evaluate(DROP, [base64.b64encode(FAULTY).decode(), "rooms.xlsx"])
    faults(page)


def test_a_sheet_that_is_chosen_is_looked_at_at_once_too(site: Site, look: Look, tmp_path: Path) -> None:
    page = look()
    page.goto("/p/1/forms")
    expect(page.get_by_role("button", name="Upload")).to_have_count(0)
    (tmp_path / "rooms.xlsx").write_bytes(FAULTY)
    page.locator('input[type="file"]').set_input_files(tmp_path / "rooms.xlsx")
    faults(page)


def test_without_script_a_button_sends_it(browser: Browser, site: Site, tmp_path: Path) -> None:
    context = browser.new_context(base_url=site.address, viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.goto("/p/1/forms")
    (tmp_path / "rooms.xlsx").write_bytes(FAULTY)
    page.locator('input[type="file"]').set_input_files(tmp_path / "rooms.xlsx")
    page.get_by_role("button", name="Upload").click()
    faults(page)
    context.close()


def test_on_a_phone_each_row_with_faults_is_a_card_within_the_screen(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    context = browser.new_context(base_url=site.address, viewport=PHONE)
    page = context.new_page()
    sign_in(page)
    page.goto("/p/1/forms")
    (tmp_path / "rooms.xlsx").write_bytes(FAULTY)
    page.locator('input[type="file"]').set_input_files(tmp_path / "rooms.xlsx")
    faults(page)
    expect(page.locator(".sheet-rows").get_by_text("Row 3")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    for box in page.locator(".sheet-rows td:visible").all():
        edges = box.bounding_box()
        assert edges is not None
        assert edges["x"] + edges["width"] <= PHONE["width"]
    context.close()


def test_a_file_that_a_form_expects_is_sent_as_soon_as_it_is_chosen(
    site: Site, look: Look, tmp_path: Path
) -> None:
    page = look()
    page.goto("/p/1/forms")
    sheet, wells = tmp_path / "listed.xlsx", tmp_path / "wells.csv"
    sheet.write_bytes(
        xlsx(
            "| type | name | label |\n| select_one_from_file wells.csv | well | Which well |",
            settings="| form_id |\n| listed |",
        )
    )
    wells.write_text("name,label\nmill,Mill\n", encoding="utf-8")
    page.locator('input[type="file"]').set_input_files(sheet)
    expect(page.get_by_text("This is a draft")).to_be_visible(timeout=20_000)
    page.get_by_label("File for wells.csv").set_input_files(wells)
    expect(page.get_by_text("The file is in its place.")).to_be_visible(timeout=20_000)
