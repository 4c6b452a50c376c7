"""Cutting a list to an area: chosen from a select, or searched where there are too many for one."""

from __future__ import annotations

import pytest

from server.areas.importing import import_areas
from server.web.visits import areafield
from tests.web.conftest import World
from tests.web.desk import somebody
from tests.web.test_visits import ids


@pytest.fixture
def many(world: World) -> World:
    """More areas than a select holds."""
    lines = ["code,name,parent,level", *(f"C{n},Place {n},,village" for n in range(areafield.SELECTABLE))]
    with world.house.session() as session:
        import_areas(session, world.house.services.keys, "\n".join(lines).encode(), actor_id=None)
    return world


def test_few_areas_stand_in_a_select(world: World) -> None:
    assert "Lower Ford</option>" in world.admin.get("/p/1/visits").text


@pytest.mark.parametrize("path", ["/p/1/visits", "/p/1/households?q=A"])
def test_a_page_does_not_grow_with_the_number_of_areas(many: World, path: str) -> None:
    page = many.admin.get(path).text
    assert 'id="place"' in page
    assert "Place 7" not in page
    found = many.admin.get("/p/1/find-areas?place=place").text
    assert found.count("<option") == areafield.FOUND


def test_an_area_is_found_by_what_is_typed_of_its_code_or_name(many: World) -> None:
    assert "A1-014" in many.admin.get("/p/1/find-areas?place=ford").text
    assert "Lower Ford" in many.admin.get("/p/1/find-areas?place=a1-0").text
    assert many.admin.get("/p/1/find-areas?place=%25").text.strip() == ""
    assert ids(many.admin.get("/p/1/visits?place=a1").text) == list(reversed(many.north))
    assert ids(many.admin.get("/p/1/visits?place=North").text) == list(reversed(many.north))


def test_a_place_that_there_is_not_has_no_visits(many: World) -> None:
    page = many.admin.get("/p/1/visits?place=Nowhere").text
    assert "No visit fits this filter" in page
    assert 'value="Nowhere"' in page


def test_who_has_areas_finds_those_and_no_others(many: World) -> None:
    south = somebody(many.house, 1, "supervisor", areas=("B2",))
    assert "Lower Ford" not in south.get("/p/1/find-areas?place=ford").text
    assert ids(south.get("/p/1/visits?place=A1-014").text) == []
    assert "Otterwell</option>" in south.get("/p/1/visits").text
