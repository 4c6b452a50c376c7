"""The browser of the tests shows pages as a person's does: script, style, Arabic and Chinese, an own locale."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.tools import browser as tools
from tests.tools.cache import cached


def ink(page: Page, text: str, language: str) -> bytes:
    """What a text looks like, as a picture."""
    page.set_content(f"<p id=t lang={language} style='font:32px sans-serif;display:inline-block'>{text}</p>")
    return page.locator("#t").screenshot()


def test_a_page_runs_script_and_answers_clicks(page: Page) -> None:
    page.set_content("<button onclick='this.textContent = Math.max(3, 4)'>how many</button>")
    page.get_by_role("button", name="how many").click()
    assert page.get_by_role("button").text_content() == "4"


@pytest.mark.parametrize(
    ("language", "one", "other"), [("ar", "بئر", "ماء"), ("zh", "水井", "房屋"), ("en", "well", "room")]
)
def test_letters_are_drawn_and_not_boxes(page: Page, language: str, one: str, other: str) -> None:
    boxes = ink(page, "\U0010fffd" * len(one), language)
    assert len({boxes, ink(page, one, language), ink(page, other, language)}) == 3


def test_the_locale_is_one_that_intl_knows(page: Page) -> None:
    page.goto("about:blank")
    assert page.evaluate("navigator.language") == "en-US"
    assert page.evaluate("new Intl.NumberFormat().format(1234.5)") == "1,234.5"


def test_a_phone_can_be_had_in_another_language(browser: Browser) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 360, "height": 740}, has_touch=True)
    page = context.new_page()
    assert page.evaluate("[navigator.language, innerWidth]") == ["zh-CN", 360]
    context.close()


def test_when_no_browser_can_be_had_each_way_and_its_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_playwright: Playwright) -> tools.Chromium:
        """a browser that is not there"""
        raise tools.Unavailable("it went for a walk")

    monkeypatch.setattr(tools, "WAYS", (broken,))
    # In a thread, because Playwright allows one engine in each.
    from concurrent.futures import ThreadPoolExecutor

    def attempt() -> None:
        with tools.running_browser():
            pass

    with ThreadPoolExecutor(1) as pool, pytest.raises(RuntimeError, match="not there: it went for a walk"):
        pool.submit(attempt).result()


def test_a_folder_of_the_cache_is_made_once_and_only_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "a").write_text("a")
        if len(made) == 1:
            raise ConnectionError("the line broke")

    with pytest.raises(ConnectionError):
        cached("thing", make)
    assert list((tmp_path / "fieldfare").iterdir()) == []
    assert cached("thing", make) == cached("thing", make) == tmp_path / "fieldfare" / "thing"
    assert len(made) == 2
