"""A household's code is told once: it stays what it is, and no other household has it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from server.areas.models import Area
from server.db import utcnow
from server.households.serials import check_character
from server.households.tables import Serial
from server.ingest.rebuild import rebuild
from tests.ingest.test_pending import fault
from tests.support.town import Enrolled, Town, enrolment

XANTEN = b"code,name\nX,Xanten on the hill\n"


def code(house: Town, made: Enrolled) -> str:
    """The code of an enrolment's household as its row has it."""
    (row,) = (row for row in house.rows("household") if row["uuid"] == made.household)
    return str(row["code"])


def told(house: Town, made: Enrolled) -> str:
    """Send an enrolment; the code that the phone is told."""
    answer = house.phone.send(made.xml)
    assert answer.status_code == 201, answer.text
    return answer.text.partition("Household ")[2].partition(".<")[0]


def whole(body: str) -> str:
    return body + check_character(body)


@pytest.mark.parametrize("given", ["X", "x"])
def test_an_area_called_as_what_stands_for_none_is_refused_with_what_to_do(house: Town, given: str) -> None:
    sheet = f"code,name\nA3,Oxley\n{given},Xanten\n".encode()
    answer = house.api("POST", "/monitoring/areas", data=sheet, content_type="text/csv")
    assert (answer.status_code, answer.json["code"], answer.json["details"]["row"]) == (400, 400.68, 3)
    assert (
        f"row 3: the code {given} stands for households without an area: "
        f"give this area another, for example {given}1"
    ) in answer.json["message"]
    with house.session() as session:
        assert session.scalar(select(func.count(Area.id)).where(Area.code.in_(["A3", given]))) == 0
    named = house.api("POST", "/monitoring/areas", data=b"code,name\nX1,Xanten\n", content_type="text/csv")
    assert named.status_code == 200


@pytest.mark.parametrize(("in_it", "without"), [(0, 0), (3, 0), (0, 2), (3, 2), (2, 2)])
def test_in_an_area_that_was_called_so_before_no_two_households_get_one_code(
    house: Town, in_it: int, without: int
) -> None:
    """`in_it`, `without`: how many had a code already, each by its own count, as before."""
    with house.session() as session:
        area = Area(code="X", name="Xanten", names={}, level="", path="", created_at=utcnow())
        session.add(area)
        session.flush()
        area.path, area.last_serial = f"/{area.id}/", in_it
        session.add_all([Serial(prefix="X", last=without)] if without else [])
        lies = area.id
    first = max(in_it, without) + 1
    made = [enrolment(area=where, water="surface") for where in ("", "X", "X", "")]
    assert [told(house, one) for one in made] == [whole(f"X-{first + n:04d}") for n in range(4)]
    assert [
        row["area_id"] for one in made for row in house.rows("household") if row["uuid"] == one.household
    ] == [
        None,
        lies,
        lies,
        None,
    ]
    again = house.api("POST", "/monitoring/areas", data=XANTEN, content_type="text/csv")
    assert (again.status_code, again.json) == (200, {"created": 0, "updated": 1, "unchanged": 0})
    assert told(house, enrolment(area="A1-014")) == whole("A1-014-0001")


def test_the_correction_of_an_enrolment_whose_writing_failed_keeps_the_code_that_was_told(
    house: Town,
) -> None:
    first = enrolment(water="surface")
    with fault(house, "observation"):
        was = told(house, first)
    assert house.rows("household") == []
    better = enrolment(
        household=first.household, deprecated=first.instance_id, area="A1-015", water="borehole"
    )
    assert told(house, better) == was
    assert code(house, better) == was
    house.work()
    with house.session() as session:
        rebuild(session, house.services)
    assert (code(house, better), [row["source"] for row in house.rows("water")]) == (was, ["borehole"])
    assert told(house, enrolment()) == whole("A1-014-0002")


def test_corrections_that_fail_as_well_keep_it_to_the_first_that_is_written(house: Town) -> None:
    first = enrolment(water="surface")
    with fault(house, "observation"):
        was = told(house, first)
        second = enrolment(household=first.household, deprecated=first.instance_id, water="borehole")
        assert told(house, second) == was
    third = enrolment(household=first.household, deprecated=second.instance_id, water="borehole", rooms="2")
    assert told(house, third) == was
    assert code(house, third) == was
