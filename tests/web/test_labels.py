"""Labels as they were read to whoever answered: with the answers that they name, but never with a protected one."""

from __future__ import annotations

import re

from tests.support.house import House, instance, xlsx
from tests.web.desk import Desk, phone_in, with_areas

SURVEY = """
| type         | name     | label                                        | bind::hh:protect |
| integer      | children | How many children of 5 to 14 years?          |                  |
| text         | secret   | Word of the day                              | yes              |
| integer      | school   | Of the ${children} children: how many go to school? |           |
| note         | said     | You said ${secret}                           |                  |
| text         | heard    | Who heard ${secret}?                         |                  |
| begin repeat | room     | Room                                         |                  |
| text         | name     | Name of the room                             |                  |
| integer      | sleep    | How many sleep in ${name}?                   |                  |
| end repeat   |          |                                              |                  |
| geopoint     | pump     | Stand at the main door.                      |                  |
"""
SETTINGS = (
    '| form_title | form_id | version | namespaces |\n| Rooms | rooms | 1 | hh="urn:fieldfare:household" |'
)

BODY = (
    "<children>3</children><secret>heron</secret><school>2</school><heard>Nobody</heard>"
    "<room><name>kitchen</name><sleep>1</sleep></room><room><name>loft</name><sleep>4</sleep></room>"
    "<pump>31.20503 121.40231 112.25 3.8</pump>"
)


def page_of(house: House, admin: Desk, body: str = BODY) -> str:
    """The page of a visit with this body."""
    with_areas(house)
    house.project()
    house.publish(1, xlsx(SURVEY, settings=SETTINGS))
    assert phone_in(house, 1, "Phone", ("A1",)).send(instance("rooms", body)).status_code == 201
    (number,) = re.findall(r'class="entry-title"><a href="/p/1/visits/(\d+)', admin.get("/p/1/visits").text)
    return admin.get(f"/p/1/visits/{number}").text


def test_a_label_says_the_answers_that_it_names_in_the_row_where_it_was_asked(
    house: House, admin: Desk
) -> None:
    page = page_of(house, admin)
    for words in ("Of the 3 children: how many go to school?", "sleep in kitchen?", "sleep in loft?"):
        assert words in page
    assert "heron" not in page
    assert "Who heard …?" in page


def test_a_finding_s_label_and_value_are_not_joined_by_two_marks(house: House, admin: Desk) -> None:
    page = page_of(house, admin, BODY.replace("<sleep>4</sleep>", "<sleep>2.5</sleep>"))
    assert "2.5" in page
    assert not re.search(r"[?.]</bdi>:", page)


def test_a_finding_names_its_question_as_it_was_read(house: House, admin: Desk) -> None:
    page = page_of(house, admin, BODY.replace("<sleep>4</sleep>", "<sleep>some</sleep>"))
    assert re.search(r'class="finding[^>]*>.*?How many sleep in loft\?', page, re.S)
    assert "How many sleep in …?" not in page


def test_a_point_is_told_by_place_height_and_how_well_it_was_measured(house: House, admin: Desk) -> None:
    page = re.sub(r"<[^>]+>", "", page_of(house, admin))
    assert "31.20503 121.40231" in page
    assert "112.25 3.8" not in page
    assert "112 m high, measured to 4 m" in page
