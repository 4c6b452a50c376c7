"""Cutting a list to an area: chosen from a select, or searched where there are too many for one."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from server.areas.importing import import_areas
from server.areas.models import Area
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


@pytest.mark.parametrize("path", ["/p/1/visits", "/p/1/households?q=A", "/p/1/tables/water"])
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
    giver = somebody(many.house, 1, "manager", areas=("B2",))
    answer = giver.post("/p/1/phones/new", name="x", language="en", more_areas="A1-014")
    assert answer.status_code == 422
    assert "Areas names something that does not exist: A1-014." in answer.text
    assert "Otterwell</option>" in south.get("/p/1/visits").text


@pytest.mark.parametrize("path", ["/p/1/phones/new", "/people/new", "/p/1/phones/{phone}", "/people/{admin}"])
def test_giving_areas_loads_no_more_of_them_than_were_given(many: World, path: str) -> None:
    page = many.admin.get(path.format(phone=phone_of(many), admin=1)).text
    assert 'name="more_areas"' in page
    assert "Place 8" not in page


def phone_of(world: World) -> int:
    """A phone for one area of many, made by what is typed and what is ticked."""
    area_id = area_of(world, "A1-014")
    made = world.admin.post(
        "/p/1/phones/new", name="Phone 40", language="en", areas=str(area_id), more_areas="C7, place 9"
    )
    return int(made.headers["Location"].rsplit("/", 1)[1])


def area_of(world: World, code: str) -> int:
    with world.house.session() as session:
        return int(session.scalar(select(Area.id).where(Area.code == code)))


def test_areas_are_given_by_ticking_and_by_typing_codes_or_names(many: World) -> None:
    page = many.admin.get(f"/p/1/phones/{phone_of(many)}").text
    assert len(re.findall(r'name="areas" value="\d+" checked', page)) == 3
    assert all(code in page for code in ("A1-014", "C7", "C9"))
    many.admin.post("/people/1", more_areas="C8")
    assert "C8" in many.admin.get("/people/1").text


def test_what_names_no_area_is_said_beside_the_field_and_stays_typed(many: World) -> None:
    for path in ("/p/1/phones/new", "/people/new"):
        answer = many.admin.post(
            path, name="x", email="x@example.org", language="en", more_areas="C7, Nowhere"
        )
        assert answer.status_code == 422
        assert "Areas names something that does not exist: Nowhere." in answer.text
        assert 'value="C7, Nowhere"' in answer.text


def test_of_several_typed_the_last_is_looked_for_and_the_others_stay(many: World) -> None:
    for path in ("/p/1/find-areas", "/people/find-areas"):
        found = many.admin.get(f"{path}?more_areas=C7,place%20120").text
        assert '<option value="C7,C120">Place 120</option>' in found
