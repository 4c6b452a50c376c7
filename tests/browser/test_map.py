"""The map of one visit in Chromium: what was measured, with its area's boundary and the circle that it may lie in."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from server.areas.importing import import_areas
from server.ingest.models import Submission
from tests.browser.conftest import Look, Site
from tests.support.house import instance, xlsx
from tests.web.desk import phone_in

NORTH = "POLYGON ((121.3 31.1, 121.5 31.1, 121.5 31.3, 121.3 31.3, 121.3 31.1))"
OPEN = "| type | name | label |\n| geopoint | place | Place of the pump |"


@pytest.fixture(scope="module")
def measured(site: Site) -> int:
    """A visit whose point is nobody's secret, measured to 25 m, in an area whose boundary is known."""
    with site.house.session() as session:
        rows = f'code,name,boundary\nA1,North,"{NORTH}"\n'.encode()
        import_areas(session, site.house.services.keys, rows, actor_id=None)
    site.house.publish(1, xlsx(OPEN, settings="| form_title | form_id | version |\n| Pumps | pumps | 1 |"))
    phone = phone_in(site.house, 1, "Phone 9", ("A1",))
    assert phone.send(instance("pumps", "<place>31.20503 121.40231 4 25</place>")).status_code == 201
    site.house.work()
    with site.house.session() as session:
        found: int = session.query(Submission).order_by(Submission.id.desc()).first().id
    return found


@pytest.mark.parametrize("phone", [True, False])
def test_a_point_measured_to_some_metres_is_drawn_with_the_circle_that_it_lies_in(
    site: Site, look: Look, measured: int, phone: bool
) -> None:
    page = look(phone=phone)
    page.goto(f"/p/1/visits/{measured}")
    expect(page.locator(".leaflet-container .map-visit")).to_be_visible()
    expect(page.locator(".leaflet-container path.map-outline")).to_be_attached()
    circle = page.locator(".leaflet-container path.map-accuracy")
    expect(circle).to_be_visible()
    expect(page.locator(".leaflet-control-scale")).to_be_visible()
    box, frame = circle.bounding_box(), page.locator(".leaflet-container").bounding_box()
    assert box is not None
    assert frame is not None
    assert 4 < box["width"] < frame["width"]
