"""Files of forms are kept in memory for each installation by itself: two in one process have files of the same numbers."""

from __future__ import annotations

import pytest

from tests.households.test_doors import give
from tests.support.fixtures import MakeTown
from tests.support.house import instance, xlsx
from tests.support.town import Town, new_id

SHEET = xlsx(
    """
    type                            | name | label::English (en)
    select_one_from_file wells.csv  | well | Which well is it?
    """,
    settings="""
    form_id | form_title | version
    wells   | Wells      | 1
    """,
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def towns(make_town: MakeTown) -> list[Town]:
    """Two installations with one form and a file of wells each: `north` in the first, `south` in the second."""
    made = []
    for well in ("north", "south"):
        town = make_town()
        forms = f"/projects/{town.project}/forms"
        drafted = town.api("POST", f"{forms}?ignoreWarnings=true", data=SHEET, content_type=XLSX)
        assert drafted.status_code == 200, drafted.text
        csv = f"name,label\n{well},The {well} one\n"
        put = town.api(
            "POST", f"{forms}/wells/draft/attachments/wells.csv", data=csv, content_type="text/csv"
        )
        assert put.status_code == 200, put.text
        published = town.api("POST", f"{forms}/wells/draft/publish?ignoreWarnings=true")
        assert published.status_code == 200, published.text
        give(town, town.project, "wells", "all")
        made.append(town)
    return made


def warnings(town: Town, well: str) -> int:
    """Of a visit to that well, sent by a phone."""
    own = new_id()
    assert town.phone.send(instance("wells", f"<well>{well}</well>", instance_id=own)).status_code == 201
    found = town.submission(own)
    assert found is not None
    return found.warnings


def test_an_answer_is_looked_for_in_the_file_of_its_own_installation(towns: list[Town]) -> None:
    first, second = towns
    assert (warnings(first, "north"), warnings(first, "south")) == (0, 1)
    assert (warnings(second, "north"), warnings(second, "south")) == (1, 0)
