"""What phones are told of a household is what its tables say, whatever was corrected, merged or rejected."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.households.panel import (
    codes,
    disagreements,
    furnish,
    join,
    listed,
    part,
    replayed,
    send,
)
from tests.support.town import Town, enrolment

HELD = {"rooms": "many"}
"""An answer that holds a submission back."""


@pytest.fixture(scope="module")
def town(shared: Town) -> Town:
    """One town for all: each test looks at what it sent alone."""
    return furnish(shared)


@pytest.fixture(autouse=True)
def same_after_a_rebuild(town: Town) -> Iterator[None]:
    """After each test, whatever it did."""
    yield
    before = [listed(town, name) for name in ("households", "facilities")]
    assert replayed(town) == []
    assert [listed(town, name) for name in ("households", "facilities")] == before


def new() -> str:
    return str(uuid.uuid4())


def day(number: int) -> str:
    return f"2026-03-{number:02d}T10:00:00.000+08:00"


def decide(town: Town, instance_id: str, state: str | None) -> None:
    answer = town.decide(instance_id, state)
    assert answer.status_code == 200, answer.text


def agreed(town: Town, *subjects: str, name: str = "households", but: tuple[str, ...] = ()) -> None:
    town.work()
    assert disagreements(town, subjects, name, but=but) == []


def row(town: Town, subject: str, table: str = "household") -> dict[str, Any]:
    key = "uuid" if table in ("household", "facility") else "household_id"
    return next(one for one in town.rows(table) if one[key] == subject)


def test_a_correction_of_the_time_alone_reaches_phones(town: Town) -> None:
    one = new()
    send(town, "join", one, area="A1-014", when=day(1), water="surface")
    send(town, "call", one, when=day(20), water="borehole", due="2026-11-01")
    later = send(town, "call", one, when=day(22), water="kiosk", due="2026-12-01")
    assert listed(town)[one]["water_source"] == "kiosk"
    send(town, "call", one, edits=later.instance_id, when=day(19), water="kiosk", due="2026-12-01")
    assert (row(town, one, "water")["source"], listed(town)[one]["water_source"]) == ("borehole", "borehole")
    assert listed(town)[one]["next_visit_due"] == "2026-11-01"
    agreed(town, one)
    send(town, "call", one, when=day(21), water="surface")
    agreed(town, one)


def test_an_enrolment_dated_back_before_a_late_visit_gives_way_to_it(town: Town) -> None:
    one = new()
    first = send(
        town, "join", one, area="A1-014", when=day(20), water="surface", due="2026-12-01", status="active"
    )
    send(town, "call", one, when=day(10), water="kiosk", due="2026-11-01", status="left_panel")
    agreed(town, one)
    send(
        town,
        "join",
        one,
        edits=first.instance_id,
        area="A1-014",
        when=day(5),
        water="surface",
        due="2026-12-01",
        status="active",
    )
    assert listed(town)[one]["status"] == "left_panel"
    agreed(town, one)


def test_an_approval_of_a_time_alone_that_is_undone_gives_the_place_back(town: Town) -> None:
    one = new()
    send(town, "join", one, area="A1-014", when=day(1), water="surface")
    send(town, "call", one, when=day(10), water="kiosk")
    second = send(town, "call", one, when=day(12), water="borehole")
    send(town, "call", one, edits=second.instance_id, when=day(8), water="borehole", year="x", **HELD)
    decide(town, second.instance_id, "approved")
    assert listed(town)[one]["water_source"] == "kiosk"
    agreed(town, one)
    decide(town, second.instance_id, None)
    assert listed(town)[one]["water_source"] == "borehole"
    agreed(town, one)


def test_a_correction_of_the_area_alone_moves_the_household_on_phones(town: Town) -> None:
    """In a form that maps the area without saving it to the list."""
    made = town.enrol(area="A1-014", water="surface", when=day(1))
    one, label = made.household, f"A1-014 · {made.household[-5:]}"
    send(town, "call", one, when=day(3), water="kiosk")
    edit = enrolment(household=one, deprecated=made.instance_id, area="B2", water="surface", when=day(1))
    xml = edit.xml.replace(f"B2 · {one[-5:]}", label)
    assert town.phone.send(xml).status_code == 201
    assert one not in listed(town, line="A1-014")
    assert one in listed(town, line="B2")
    agreed(town, one, but=("area",))


def test_the_current_rows_of_a_household_move_with_it(town: Town) -> None:
    one = new()
    first = send(town, "join", one, area="A1-014", when=day(1), water="surface")
    send(town, "call", one, when=day(3), water="kiosk", rooms="2")
    send(town, "join", one, edits=first.instance_id, area="B2", when=day(1), water="surface")
    area = codes(town)
    places = [area[row(town, one, table)["area_id"]] for table in ("household", "water", "housing", "visit")]
    assert places == ["B2", "B2", "B2", "B2"]
    history = [area[fact["area_id"]] for fact in town.rows("housing", history=True)]
    assert history == ["A1-014"]  # a fact stays where it was seen
    agreed(town, one)


def test_a_move_that_was_approved_and_taken_back_moves_nobody(town: Town) -> None:
    one = new()
    first = send(town, "join", one, area="A1-014", when=day(1), water="surface")
    send(town, "call", one, when=day(3), water="kiosk")
    send(town, "join", one, edits=first.instance_id, area="B2", when=day(1), water="surface", **HELD)
    agreed(town, one)
    assert one in listed(town, line="A1-014")
    decide(town, first.instance_id, "approved")
    assert one in listed(town, line="B2")
    agreed(town, one)
    decide(town, first.instance_id, None)
    assert one in listed(town, line="A1-014")
    agreed(town, one)


def test_a_visit_that_says_another_area_moves_nobody(town: Town) -> None:
    one = new()
    send(town, "join", one, area="A1-014", when=day(1), water="surface")
    visit = send(town, "call", one, area="B2", when=day(3), water="kiosk")
    assert listed(town)[one]["area"] == "A1-014"
    agreed(town, one)
    decide(town, visit.instance_id, "rejected")
    agreed(town, one)


def test_an_area_that_is_not_asked_is_the_phones_only_one_on_the_list_too(town: Town) -> None:
    one = new()
    made = send(town, "join", one, line="B2", area="", when=day(1), water="surface")
    assert listed(town)[one]["area"] == "B2"
    agreed(town, one)
    send(town, "join", one, edits=made.instance_id, area="A1-014", when=day(1), water="surface")
    agreed(town, one)


def test_a_merge_over_two_areas_leaves_the_kept_household_where_it_is(town: Town) -> None:
    keep, gone = new(), new()
    send(town, "join", keep, area="A1-014", when=day(1), water="surface")
    send(town, "join", gone, area="B2", when=day(5), water="kiosk", rooms="3")
    join(town, keep, gone)
    assert listed(town)[keep]["area"] == "A1-014"
    assert codes(town)[row(town, keep, "housing")["area_id"]] == "A1-014"
    agreed(town, keep, gone)
    part(town, gone)
    assert listed(town)[gone]["area"] == "B2"
    agreed(town, keep, gone)


def test_an_enrolment_whose_area_is_corrected_after_the_merge_lies_there_when_it_is_undone(
    town: Town,
) -> None:
    keep, gone = new(), new()
    send(town, "join", keep, area="A1-014", when=day(1), water="surface")
    other = send(town, "join", gone, area="A1-015", when=day(5), water="kiosk")
    join(town, keep, gone)
    send(town, "join", gone, edits=other.instance_id, area="B2", when=day(5), water="kiosk")
    assert listed(town)[keep]["area"] == "A1-014"
    agreed(town, keep, gone)
    part(town, gone)
    assert codes(town)[row(town, gone)["area_id"]] == "B2"
    agreed(town, keep, gone)


def test_a_held_enrolment_that_is_merged_tells_phones_nothing_until_it_is_approved(town: Town) -> None:
    keep, gone = new(), new()
    send(town, "join", keep, area="A1-014", when=day(1), water="surface", due="2026-11-01")
    held = send(town, "join", gone, area="A1-014", when=day(5), water="kiosk", due="2031-01-01", **HELD)
    before = listed(town)[keep]
    join(town, keep, gone)
    assert listed(town)[keep] == before
    agreed(town, keep, gone)
    decide(town, held.instance_id, "approved")
    assert listed(town)[keep]["water_source"] == "kiosk"
    agreed(town, keep, gone)
    decide(town, held.instance_id, None)
    assert listed(town)[keep]["water_source"] == "surface"
    agreed(town, keep, gone)


def test_an_enrolment_in_place_of_a_rejected_one_says_where_the_household_lies(town: Town) -> None:
    one = new()
    first = send(town, "join", one, area="B2", when=day(1), water="surface")
    send(town, "call", one, when=day(3), rooms="2")
    decide(town, first.instance_id, "rejected")
    send(town, "join", one, area="A1-014", when=day(2), water="kiosk")
    assert codes(town)[row(town, one)["area_id"]] == "A1-014"
    assert one in listed(town, line="A1-014")
    agreed(town, one)


@pytest.mark.parametrize("held", [{}, HELD])
def test_a_second_enrolment_is_written_when_the_first_is_rejected(town: Town, held: dict[str, str]) -> None:
    one = new()
    first = send(town, "join", one, area="B2", when=day(1), water="surface")
    second = send(town, "join", one, area="A1-014", when=day(2), water="kiosk", **held)
    town.work()
    assert listed(town)[one]["water_source"] == "surface"
    decide(town, first.instance_id, "rejected")
    town.work()
    assert codes(town)[row(town, one)["area_id"]] == "A1-014"
    assert row(town, one)["confirmed"] is not bool(held)
    assert listed(town)[one]["water_source"] == "kiosk"
    agreed(town, one)
    if held:
        decide(town, second.instance_id, "approved")
        assert row(town, one)["confirmed"]
        agreed(town, one)
    found = town.api("GET", f"{town.at(second.instance_id)}/findings").json
    assert not [told for told in found if "no second one was made" in told["message"]]


def test_a_second_enrolment_is_written_when_the_first_goes_into_the_bin_or_enrols_nobody(town: Town) -> None:
    one = new()
    first = send(town, "join", one, area="B2", when=day(1), water="surface")
    second = send(town, "join", one, area="A1-014", when=day(2), water="kiosk")
    decide(town, second.instance_id, "approved")
    town.work()
    assert not town.api("GET", town.at(second.instance_id)).json["projected"]
    town.bin(first.instance_id)
    town.work()
    assert town.api("GET", town.at(second.instance_id)).json["projected"]
    assert listed(town)[one]["water_source"] == "kiosk"
    agreed(town, one)


def test_a_household_is_its_first_enrolments_again_when_the_second_is_rejected(town: Town) -> None:
    one = new()
    first = send(town, "join", one, area="B2", when=day(1), water="surface")
    decide(town, first.instance_id, "rejected")
    second = send(town, "join", one, area="A1-014", when=day(2), water="kiosk")
    decide(town, first.instance_id, None)
    agreed(town, one)
    decide(town, second.instance_id, "rejected")
    assert codes(town)[row(town, one)["area_id"]] == "B2"
    assert row(town, one)["confirmed"]
    agreed(town, one)


def test_a_second_enrolment_that_is_held_says_nothing_once_the_first_stands_again(town: Town) -> None:
    one = new()
    first = send(town, "join", one, area="A1-014", when=day(1), water="surface", due="2026-11-01")
    decide(town, first.instance_id, "rejected")
    held = send(town, "join", one, area="A1-014", when=day(5), water="kiosk", due="2026-12-01", **HELD)
    assert listed(town)[one]["water_source"] == "kiosk"
    agreed(town, one)
    decide(town, first.instance_id, None)
    assert listed(town)[one]["water_source"] == "surface"
    agreed(town, one)
    decide(town, held.instance_id, "approved")
    assert listed(town)[one]["water_source"] == "kiosk"
    agreed(town, one)


def test_a_visit_that_is_approved_after_its_household_moved_is_current_where_that_lies(town: Town) -> None:
    one = new()
    first = send(town, "join", one, area="A1-014", when=day(1), water="surface")
    held = send(town, "call", one, when=day(5), water="kiosk", **HELD)
    send(town, "join", one, edits=first.instance_id, area="B2", when=day(1), water="surface")
    decide(town, held.instance_id, "approved")
    assert codes(town)[row(town, one, "water")["area_id"]] == "B2"
    agreed(town, one)


def test_a_facilitys_area_follows_its_correction_and_its_second_registration(town: Town) -> None:
    one = new()
    first = send(town, "build", one, area="A1-014", kind="school", year="1990")
    edited = send(town, "build", one, edits=first.instance_id, area="B2", kind="school", year="1990")
    assert one in listed(town, "facilities", "B2")
    agreed(town, one, name="facilities")
    send(town, "build", one, area="A1-014", kind="water_point", year="2001")
    decide(town, first.instance_id, "rejected")
    town.work()
    assert one in listed(town, "facilities", "A1-014")
    assert edited.subject == one
    agreed(town, one, name="facilities")
