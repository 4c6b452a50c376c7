"""All visits of a form are checked again from its page, by who decides about visits; the page says how far it is."""

from __future__ import annotations

from tests.web.conftest import World
from tests.web.desk import somebody

PAGE = "/p/1/forms/wells"


def test_a_forms_page_has_its_visits_checked_again_and_says_what_came_of_it(world: World) -> None:
    assert "Check all visits again" in world.admin.get(PAGE).text
    under_way = world.admin.follow(f"{PAGE}/recheck").text
    assert "The visits are being checked again." in under_way
    assert '<progress value="0" max="3"' in under_way
    assert "Check all visits again" not in under_way
    world.house.work()
    done = world.admin.get(PAGE).text
    assert "0 visits were judged otherwise" in done
    assert "Check all visits again" in done
    assert "had the visits of a form checked again" in world.admin.get("/audit").text


def test_who_does_not_decide_about_visits_has_none_checked(world: World) -> None:
    viewer = somebody(world.house, 1, "viewer")
    assert "Check all visits again" not in viewer.get(PAGE).text
    assert viewer.post(f"{PAGE}/recheck").status_code == 403
