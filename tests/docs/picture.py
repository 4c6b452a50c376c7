"""The README's picture, from a running demo: `python -m tests.docs.picture ADDRESS E-MAIL PASSWORD [VISIT]`.

A visit with photos and a finding, on a desk and on a phone side by side: docs/images/visit.png.
"""

from __future__ import annotations

import io
import re
import sys

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.docs.writing import DOCS
from tests.tools.browser import running_browser

DESK, PHONE = (1280, 900), (390, 900)
GAP, PAPER = 32, (232, 228, 216)
PICTURE = DOCS / "images" / "visit.png"


def signed_in(browser: Browser, address: str, email: str, password: str) -> Page:
    """A page of somebody who has signed in."""
    page = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="en-US").new_page()
    page.goto(f"{address}/sign-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{address}/")
    return page


def telling_visit(page: Page, address: str) -> str:
    """The address of the visit that shows most: photos, a finding, what was written."""
    best, most = "", -1
    for number in range(1, 4):
        page.goto(f"{address}/p/1/visits?findings=1" + (f"&form={number}" if number > 1 else ""))
        found = {a.get_attribute("href") or "" for a in page.query_selector_all("a[href*='/visits/']")}
        for path in sorted(path for path in found if re.search(r"/visits/\d+(\?|$)", path)):
            page.goto(address + path)
            photos, findings = (
                len(page.query_selector_all(".photos img[src]")),
                len(page.query_selector_all(".finding")),
            )
            away = len(page.query_selector_all(".photos img:not([src])"))
            weight = min(photos, 4) * 2 + (3 if findings else 0) - max(0, findings - 2) - 4 * away
            if weight > most:
                best, most = page.url.partition("?")[0], weight
            if most >= 11:
                return best
    return best


def seen(page: Page, address: str, size: tuple[int, int]) -> Image.Image:
    """A page as it looks in a window of that size, its photos loaded."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def main(address: str, email: str, password: str, number: str = "") -> None:
    """Take both, put them beside each other, keep the file small."""
    with running_browser() as browser:
        page = signed_in(browser, address, email, password)
        visit = f"{address}/p/1/visits/{number}" if number else telling_visit(page, address)
        desk, phone = seen(page, visit, DESK), seen(page, visit, PHONE)
    whole = Image.new("RGB", (DESK[0] + PHONE[0] + 3 * GAP, DESK[1] + 2 * GAP), PAPER)
    whole.paste(desk, (GAP, GAP))
    whole.paste(phone, (DESK[0] + 2 * GAP, GAP))
    small = whole.resize((1280, round(whole.height * 1280 / whole.width)), Image.Resampling.LANCZOS)
    PICTURE.parent.mkdir(exist_ok=True)
    small.quantize(192, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        PICTURE, optimize=True
    )
    print(f"{visit}: {PICTURE.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(*sys.argv[1:])
