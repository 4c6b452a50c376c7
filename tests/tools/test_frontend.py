"""The look holds what it promises: contrast, targets for thumbs, no foreign address, both directions, both themes."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.tools.axe import violations
from tests.tools.preview import BUILT, ROOT, manifest, serving

TOKENS = (ROOT / "frontend" / "src" / "tokens.scss").read_text()
TEXT = ["ink", "ink-soft", "act", "attention", "holds"]
GROUND = ["paper", "surface", "sunk"]
WASHES = [(role, f"{role}-wash") for role in ("act", "attention", "holds")]
# What can be pressed by itself; links inside sentences and cells are as tall as their line.
TARGETS = ".btn, .topbar a, .page-back, .views > *, .filter-chip, .decision, .finding > a, .form-control, .form-select"


def colours(theme: str) -> dict[str, str]:
    block = TOKENS.split(f"@mixin {theme} {{")[1].split("\n}")[0]
    return dict(re.findall(r"--ff-([\w-]+): (#[0-9a-f]{6});", block))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_seven_to_one_and_shapes_three_to_one(theme: str) -> None:
    role = colours(theme)
    pairs = [(text, ground) for text in TEXT for ground in GROUND]
    pairs += [*WASHES, ("act-ink", "act"), ("act-ink", "act-strong")]
    pairs += [(text, wash) for text in ("ink", "ink-soft") for _, wash in WASHES]
    weak = {pair: ratio for pair in pairs if (ratio := contrast(role[pair[0]], role[pair[1]])) < 7}
    shapes = [("edge", ground) for ground in GROUND[:2]] + [("focus", ground) for ground in GROUND]
    shapes += [
        (f"{name}-shape", ground) for name in ("attention", "holds") for ground in ("paper", f"{name}-wash")
    ]
    faint = {pair: ratio for pair in shapes if (ratio := contrast(role[pair[0]], role[pair[1]])) < 3}
    assert (weak, faint) == ({}, {})


def test_both_themes_name_the_same_roles() -> None:
    assert colours("light").keys() == colours("dark").keys()


def test_the_manifest_names_what_pages_load_and_every_file_is_there() -> None:
    names = manifest()
    assert {
        "main.js",
        "theme.js",
        "map.js",
        "style.css",
        "style.rtl.css",
        "map.css",
        "icons.svg",
    } <= names.keys()
    assert [file for file in names.values() if not (BUILT / file).is_file()] == []


def test_nothing_built_asks_an_address_of_strangers() -> None:
    styles = [BUILT / file for name, file in manifest().items() if name.endswith(".css")]
    asked = [
        url for style in styles for url in re.findall(r"url\(['\"]?([a-z]+:[^)]{0,40})", style.read_text())
    ]
    assert [url for url in asked if not url.startswith("data:")] == []


def test_lock_files_hold_hashes_and_no_address() -> None:
    packages = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
    assert all("resolved" not in package for package in packages.values())
    assert all("integrity" in package for name, package in packages.items() if name)
    for lock in ROOT.glob("requirements*.lock"):
        assert not re.search(r"://|--index|--find-links|@ file", lock.read_text()), lock.name


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_component_fits_is_hit_by_thumbs_and_heard_by_screen_readers(
    browser: Browser, address: str, width: int, direction: str, theme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 760}, color_scheme=theme, locale="en-US"
    )
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/{direction}")
    page.locator(".map").first.scroll_into_view_if_needed()
    page.wait_for_selector(".map .leaflet-marker-icon")

    too_low = page.eval_on_selector_all(
        TARGETS,
        "all => all.filter(one => { const box = one.getBoundingClientRect(); return box.width && box.height < 47.5 })"
        ".map(one => one.outerHTML.slice(0, 90))",
    )
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    shown = page.evaluate("document.documentElement.dataset.bsTheme")
    faults = violations(page)
    context.close()
    assert faults == []
    assert too_low == []
    assert overflow <= 0
    assert shown == theme
    assert complaints == []
    assert [url for url in asked if not url.startswith((address, "data:"))] == []


def test_on_a_phone_what_one_can_do_stays_at_the_bottom_edge(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="en-US")
    page = context.new_page()
    page.goto(f"{address}/ltr")
    box = page.locator(".action-bar").bounding_box()
    context.close()
    assert box is not None
    assert box["y"] + box["height"] == pytest.approx(740, abs=1)


def test_photos_open_one_after_the_other_and_keys_go_on(page: Page, address: str) -> None:
    page.goto(f"{address}/ltr")
    page.locator("a[data-view]").first.click()
    shown = page.locator(".viewer-stage img")
    expect(shown).to_have_attribute("alt", "The well")
    expect(page.locator(".viewer-says").first).to_have_text(re.compile(r"1/3\s+10:14"))
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_attribute("alt", "The kitchen")
    page.keyboard.press("Escape")
    expect(page.locator(".viewer")).to_be_hidden()


def test_a_key_does_what_the_button_does_but_not_while_someone_types(page: Page, address: str) -> None:
    page.goto(f"{address}/ltr")
    page.locator("#name").fill("phone i")
    page.locator("#name").press("i")
    expect(page.locator("#why")).to_be_hidden()
    page.locator("#name").blur()
    page.keyboard.press("i")
    expect(page.locator("#why")).to_be_visible()


def test_what_was_typed_is_there_again_after_a_reload(page: Page, address: str) -> None:
    page.goto(f"{address}/ltr")
    page.locator("[data-opens=why]").first.click()
    page.locator("#reason").fill("to find the well")
    page.reload()
    expect(page.locator("#reason")).to_have_value("to find the well")


def test_a_chosen_theme_is_kept_on_the_device(page: Page, address: str) -> None:
    page.goto(f"{address}/ltr")
    page.locator(".topbar .menu > summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_a_toast_goes_when_its_time_is_up(page: Page, address: str) -> None:
    page.goto(f"{address}/ltr")
    page.evaluate(
        "document.querySelector('#toasts').innerHTML = '<div class=toast data-seconds=0.2><p>Rejected</p></div>';"
        "htmx.process(document.querySelector('#toasts'));"
        "htmx.trigger(document.querySelector('.toast'), 'htmx:load', {elt: document.querySelector('.toast')})"
    )
    expect(page.locator(".toast")).to_have_count(0)


def test_times_are_told_relative_to_now_and_exactly_on_a_tap(page: Page, address: str) -> None:
    page.clock.install(time="2026-11-24T12:30:00Z")
    page.goto(f"{address}/ltr")
    told = page.locator("time[data-relative]").first
    expect(told).to_have_text("2 hours ago")
    told.click()
    expect(told).to_have_text("24 Nov 10:02")


def test_while_the_network_is_away_the_page_says_so(page: Page, address: str) -> None:
    page.goto(f"{address.replace('127.0.0.1', 'field.localhost')}/ltr")  # one's own machine needs no network
    expect(page.locator(".offline")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.locator(".offline")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator(".offline")).to_be_hidden()


def test_a_code_on_a_printed_card_is_at_least_45_mm_wide(page: Page, address: str) -> None:
    page.goto(f"{address}/ltr")
    page.emulate_media(media="print")
    box = page.locator(".print-a4 .qr img").bounding_box()
    assert box is not None
    assert box["width"] >= 45 / 25.4 * 96 - 0.1  # CSS inches are 96 px


def test_typing_narrows_a_long_list_and_leaves_what_is_ticked(page: Page, address: str) -> None:
    page.goto(f"{address}/ltr")
    north, ford = page.locator("#areas-list > div").all()
    page.locator("#p1").check()
    page.locator("#narrow").fill("a1-014 lower")
    expect(ford).to_be_visible()
    page.locator("#narrow").fill("elsewhere")
    expect(ford).to_be_hidden()
    expect(north).to_be_visible()
