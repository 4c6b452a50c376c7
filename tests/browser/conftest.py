"""A server in a thread for Chromium to look at: an installation with areas, a household form, phones and visits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from server.accounts import users
from server.households.tables import Household
from server.ingest.models import Submission
from tests.support.house import House, make_app, xlsx
from tests.web.desk import PASSWORD, phone_in, picture, visit, wells, with_areas
from tests.web.test_households_and_tables import CHOICES, ENROLMENT, ENTITIES, SETTINGS, enrol

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 860}


@dataclass
class Site:
    """A running installation: its address, its house, and what is in it."""

    address: str
    house: House
    visits: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)


class Quiet(WSGIRequestHandler):
    """Says nothing of each request: what matters fails a test."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


def serve(house: House) -> Iterator[str]:
    """Serve an application on a free port, with threads as in use."""
    server = make_server("127.0.0.1", 0, house.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all the tests of a module: nothing that they do gets in another's way."""
    house = House(make_app(tmp_path_factory.mktemp("site"))).admin()
    with_areas(house)
    house.project()
    house.publish(1, wells())
    house.publish(1, xlsx(ENROLMENT, choices=CHOICES, settings=SETTINGS, entities=ENTITIES))
    phone = phone_in(house, 1, "Phone 7", ("A1",))
    for number in range(1, 5):
        assert phone.send(visit(number, photo="well.jpg"), {"well.jpg": picture()}).status_code == 201
    enrol(phone, 2, "A1-014", "protected_well", 40)
    assert phone.send(visit(5, trip="soon")).status_code == 201
    enrol(phone, 1, "A1-014", "public_tap", 10)
    house.work()
    for address in serve(house):
        made = Site(address, house)
        with house.session() as session:
            made.visits = [one.id for one in session.query(Submission).order_by(Submission.id.desc())]
            made.codes = [one.code for one in session.query(Household)]
        yield made


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Site]:
    """An empty installation with its administrator."""
    house = House(make_app(tmp_path)).admin()
    for address in serve(house):
        yield Site(address, house)


Look = Callable[..., Page]


@pytest.fixture
def look(browser: Browser, site: Site) -> Iterator[Look]:
    """Open pages signed in, as `look(width=…, dark=…, language=…)`; an error of a page's script fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_(*, phone: bool = False, dark: bool = False, language: str = "en") -> Page:
        context = browser.new_context(
            locale="en-GB",
            viewport=PHONE if phone else DESK,
            is_mobile=phone,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            base_url=site.address,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                errors.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        with site.house.session() as session:
            users.change(session, users.get(session, 1), language=language, by=None)
        sign_in(page)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []


def sign_in(page: Page, email: str = "admin@example.org") -> None:
    """Sign in over the page."""
    page.goto("/sign-in")
    page.locator("#email").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.locator("main .btn-primary").click()
    page.wait_for_url("**/")


def addresses(site: Site) -> dict[str, str]:
    """Every page that there is, by name."""
    visit_id, code = site.visits[0], site.codes[0]
    return {
        "what needs me": "/",
        "new project": "/projects/new",
        "project": "/p/1",
        "project settings": "/p/1/settings",
        "visits": "/p/1/visits",
        "photos": "/p/1/visits?view=gallery",
        "map": "/p/1/visits?view=map",
        "visit": f"/p/1/visits/{visit_id}",
        "held visit": f"/p/1/visits/{site.visits[1]}",
        "editing": f"/p/1/visits/{site.visits[1]}/edit",
        "same photo": f"/p/1/visits/{site.visits[3]}/twin?photo=well.jpg&of={site.visits[4]}&file=well.jpg",
        "forms": "/p/1/forms",
        "form": "/p/1/forms/wells",
        "phones": "/p/1/phones",
        "new phone": "/p/1/phones/new",
        "cards": "/p/1/phones/cards",
        "households": "/p/1/households",
        "household": f"/p/1/households/{code}",
        "merging": f"/p/1/households/{code}/merge?other={site.codes[1]}",
        "copy": f"/p/1/households/{code}/copy",
        "tables": "/p/1/tables",
        "table": "/p/1/tables/water",
        "people of a project": "/p/1/people",
        "areas": "/areas",
        "people": "/people",
        "person": "/people/1",
        "invite": "/people/new",
        "audit": "/audit",
        "system": "/system",
        "look": "/system/look",
        "account": "/me",
        "nothing": "/nowhere",
    }
