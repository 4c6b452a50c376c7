"""A calculation that writes to a column is checked as the column is: what it does not take is found, and written nowhere."""

from __future__ import annotations

import pytest

from tests.support.house import instance, xlsx
from tests.support.town import HH, Town, new_id

SHEET = xlsx(
    """
    type            | name      | label::English (en)      | calculation | bind::hh:column
    select_one_from_file households.csv | household | Which household is it? | | household.id
    text            | said      | What is it now?          |             |
    calculate       | state     |                          | ${said}     | household.status
    calculate       | rooms     |                          | ${said}     | housing.sleeping_rooms
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    misfit  | Visit      | 1       | English (en)     | {HH}
    """,
)


@pytest.fixture
def town(house: Town) -> Town:
    house.publish(house.project, SHEET)
    given = house.api(
        "POST",
        f"/projects/{house.project}/forms/misfit/assignments/app-user/{house.lines['all']['actor_id']}",
    )
    assert given.status_code == 200, given.text
    return house


def found(town: Town, household: str, state: str, rooms: str = "") -> list[tuple[str, str, str]]:
    own = new_id()
    body = (
        f"<household>{household}</household><said>{state}</said><state>{state}</state><rooms>{rooms}</rooms>"
    )
    assert town.phone.send(instance("misfit", body, instance_id=own)).status_code == 201
    path = f"/projects/{town.project}/forms/misfit/submissions/{own}/findings"
    rows = town.api("GET", path).json
    return sorted((one["path"], one["rule"], one["severity"]) for one in rows if one["rule"] != "calculation")


def test_a_calculated_code_that_the_column_does_not_know_holds_the_visit_back(town: Town) -> None:
    home = town.enrol().household
    assert found(town, home, "active") == []
    assert found(town, home, "zzz") == [("/data/state", "type", "blocking")]
    (row,) = town.rows("household")
    assert row["status"] == "active"


def test_what_a_phone_works_out_of_a_missing_number_is_no_answer(town: Town) -> None:
    assert found(town, town.enrol().household, "", "NaN") == []
    assert found(town, town.enrol().household, "", "2.5") == [("/data/rooms", "type", "blocking")]
