"""Are these two the same dwelling? Both side by side, and what merging does, before anything is done."""

from __future__ import annotations

import re

import pytest

from server.households.tables import Household
from server.web.frame.show import metres
from tests.support.house import House, xlsx
from tests.web.desk import Desk, phone_in, somebody, with_areas
from tests.web.test_households_and_tables import CHOICES, ENROLMENT, ENTITIES, SETTINGS, enrol


@pytest.fixture
def panel(house: House, admin: Desk) -> list[str]:
    """Two households in the north, one in the south; their codes."""
    with_areas(house)
    house.project()
    house.publish(1, xlsx(ENROLMENT, choices=CHOICES, settings=SETTINGS, entities=ENTITIES))
    phone = phone_in(house, 1, "Phone", ("A1", "B2"))
    enrol(phone, 1, "A1-014", "public_tap", 10)
    enrol(phone, 2, "A1-014", "protected_well", 10)
    enrol(phone, 3, "B2-001", "public_tap", 5)
    house.work()
    with house.session() as session:
        return [one.code for one in session.query(Household).order_by(Household.code)]


def test_both_stand_side_by_side_with_what_differs_and_how_far_they_lie_apart(
    admin: Desk, panel: list[str]
) -> None:
    page = admin.get(f"/p/1/households/{panel[0]}/merge?other={panel[1].lower()}").text
    assert "Are these the same dwelling?" in page
    assert "Their points lie 0 m apart." in page
    assert "Public tap" in page
    assert "Dug well, protected" in page
    assert page.count('class="is-different"') == 1
    assert f"On phones {panel[1]} leaves the list" in page
    assert "31.20503" not in page
    assert f'<input type="hidden" name="other" value="{panel[1]}">' in page


def test_who_may_not_open_points_is_told_the_distance_in_hundreds_of_metres(
    house: House, admin: Desk, panel: list[str]
) -> None:
    at = f"/p/1/households/{panel[0]}/merge?other={panel[1]}"
    supervisor = somebody(house, 1, "supervisor")
    assert "Their points lie less than 100 m apart." in supervisor.get(at).text


@pytest.mark.parametrize(
    ("distance", "exact", "told"),
    [
        (14.2, "14 m", "less than 100 m"),
        (100, "100 m", "less than 200 m"),
        (999, "999 m", "less than 1000 m"),
    ],
)
def test_a_distance_is_told_to_the_metre_only_where_its_points_may_be_seen(
    admin: Desk, distance: float, exact: str, told: str
) -> None:
    with admin.client.application.test_request_context():
        assert str(metres(distance)) == exact
        assert str(metres(distance, exact=False)) == told
        assert str(metres(1440, exact=False)) == str(metres(1440)) == "1.4 km"


def test_looking_merges_nothing_and_the_button_does(house: House, admin: Desk, panel: list[str]) -> None:
    admin.get(f"/p/1/households/{panel[0]}/merge?other={panel[1]}")
    with house.session() as session:
        assert session.query(Household).filter(Household.merged_into.is_not(None)).count() == 0
    page = admin.follow(f"/p/1/households/{panel[0]}/merge", other=panel[1]).text
    assert "Undo" in page
    again = admin.get(f"/p/1/households/{panel[0]}/merge?other={panel[1]}")
    assert again.status_code == 409


def test_a_code_that_is_none_or_its_own_is_said_where_it_was_typed(admin: Desk, panel: list[str]) -> None:
    at = f"/p/1/households/{panel[0]}/merge"
    for other, status, words in (
        ("A9-999-0001X", 404, "No household that you may see has the code A9-999-0001X."),
        ("", 404, "No household that you may see has the code"),
        (panel[0], 400, f"{panel[0]} is this household itself. Type the code of its other enrolment."),
    ):
        answer = admin.get(f"{at}?other={other}")
        assert answer.status_code == status
        said = re.search(r'<input[^>]*id="other"[^>]*>\s*<span class="field-error"[^>]*>([^<]*)', answer.text)
        assert said is not None
        assert words in said[1]
        assert 'role="alert"' not in answer.text


def test_who_may_not_merge_sees_no_comparison_and_areas_hold(
    house: House, admin: Desk, panel: list[str]
) -> None:
    at = f"/p/1/households/{panel[0]}/merge?other={panel[1]}"
    assert somebody(house, 1, "viewer").get(at).status_code == 403
    south = somebody(house, 1, "manager", areas=("B2",))
    assert south.get(at).status_code == 404
    assert south.get(f"/p/1/households/{panel[2]}/merge?other={panel[0]}").status_code == 404


def test_photos_of_a_table_stand_as_pictures_that_lead_to_their_visits(house: House, admin: Desk) -> None:
    with_areas(house)
    house.project()
    survey = ENROLMENT + "| image | tap | Photo of the tap | water.photo | | |\n"
    house.publish(1, xlsx(survey, choices=CHOICES, settings=SETTINGS, entities=ENTITIES))
    phone = phone_in(house, 1, "Phone", ("A1",))
    for number in (1, 2):
        enrol(phone, number, "A1-014", "public_tap", 10, photo="tap.jpg")
    house.work()
    with house.session() as session:
        one, two = [found.code for found in session.query(Household).order_by(Household.code)]
    page = admin.get(f"/p/1/households/{one}/merge?other={two}").text
    cells = re.findall(r'<a class="photo photo-cell" href="(/p/1/visits/\d+)"><img src="([^"]+)"', page)
    assert len(cells) == 2
    assert all(src.startswith(f"{visit}/files/tap.jpg?size=thumb") for visit, src in cells)
    assert not re.search(r">tap\.jpg<", page)
