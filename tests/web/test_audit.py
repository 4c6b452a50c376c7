"""The audit log as a page: what was decided, whose household it was, and a phone's hour of sending as one line."""

from __future__ import annotations

import re

import pytest

from tests.support.house import House, xlsx
from tests.web.conftest import World
from tests.web.desk import Desk, phone_in, with_areas
from tests.web.test_households_and_tables import CHOICES, ENROLMENT, ENTITIES, SETTINGS, enrol


def lines(desk: Desk, query: str = "") -> list[str]:
    """The lines of the log as one reads them, without what is folded away."""
    page = desk.get(f"/audit{query}").text
    whole = re.findall(r"<li>(.*?)</div></li>", page, re.S)
    shown = [re.sub(r"<details.*?</details>", "", one, flags=re.S) for one in whole]
    return [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in shown]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("approved", "approved a visit"),
        ("rejected", "rejected a visit"),
        ("hasIssues", "marked a visit as having issues"),
    ],
)
def test_a_decision_is_told_by_what_was_decided_and_its_undoing_too(
    world: World, state: str, words: str
) -> None:
    at = f"/p/1/visits/{world.south}"
    world.admin.post(f"{at}/decide", state=state, seen="", comment="Looked at")
    assert f"{words}: visit {world.south}" in lines(world.admin)[0]
    world.admin.post(f"{at}/undo", before="", seen=state)
    assert f"set a visit back to not yet seen: visit {world.south}" in lines(world.admin)[0]


def test_visits_of_one_phone_within_an_hour_are_one_line_that_opens(world: World) -> None:
    said = lines(world.admin, "?kind=submission")
    assert [one for one in said if "sent 2 visits" in one and "Phone north" in one]
    page = world.admin.get("/audit?kind=submission").text
    assert {f"/p/1/visits/{one}" for one in (*world.north, world.south)} <= set(
        re.findall(r'href="(/p/1/visits/[0-9]+)"', page)
    )


def test_no_line_says_the_name_of_an_act_as_programs_write_it(world: World) -> None:
    assert [one for one in lines(world.admin) if re.search(r"[a-z_]+\.[a-z]+", one)] == []


def test_a_household_that_an_act_names_is_told_by_its_code(house: House, admin: Desk) -> None:
    with_areas(house)
    house.project()
    house.publish(1, xlsx(ENROLMENT, choices=CHOICES, settings=SETTINGS, entities=ENTITIES))
    phone = phone_in(house, 1, "Phone", ("A1",))
    for number in (1, 2):
        enrol(phone, number, "A1-014", "public_tap", 10)
    one, two = sorted(set(re.findall(r"A1-014-\w+", admin.get("/p/1/households").text)))
    admin.post(f"/p/1/households/{one}/exact", reason="Mend the roof")
    assert f"opened protected answers: {one}" in lines(admin)[0]
    admin.post(f"/p/1/households/{one}/merge", other=two)
    assert f"merged two households: {two} {one}" in lines(admin)[0]
    admin.post(f"/p/1/households/{two}/part")
    assert f"took a merge of households back: {two} {one}" in lines(admin)[0]
