"""What phones are told of a household follows its facts: through an edit that moves a visit elsewhere, and through merges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from server.entities.models import Entity
from server.households import merge, standing
from tests.households.world import Received, World, visit_mapping, when

SAVED = {f"/data/{name}": name for name in ("floor", "rooms", "status", "last_visit_on", "next_visit_due")}
ASKED = {"visit.outcome", "housing.floor", "housing.sleeping_rooms"}


def forms(world: World) -> tuple[int, int]:
    """An enrolment and a visit, which save floor and rooms to the list, and leave the household's dates to the server."""
    enrol = world.form(visit_mapping(create=True, only=ASKED), saveto=SAVED)
    return enrol, world.form(visit_mapping(only=ASKED), saveto=SAVED)


def answers(day: int, **housing: str) -> dict[str, object]:
    return {"observed_at": when(day), "visit": {"outcome": "completed"}, "housing": housing}


def enrolled(world: World, enrol: int, day: int, floor: str, rooms: str) -> Received:
    record = answers(day, floor=floor, sleeping_rooms=rooms)
    return world.enrol(enrol, record, properties={"floor": floor, "rooms": rooms})


def visited(world: World, visit: int, household: str, day: int, **more: str) -> Received:
    properties = {"floor" if name == "floor" else "rooms": value for name, value in more.items()}
    record = answers(day, **more)
    return world.receive(world.incoming(visit, record, household=household, base=1, properties=properties))


def moved(world: World, visit: Received, household: str) -> Received:
    """The same visit, corrected: it was to another household."""
    (saved,) = visit.incoming.entities
    edited = replace(saved, block=replace(saved.block, id=household))
    return world.receive(
        replace(visit.incoming, entities=(edited,), submission_id=visit.submission_id), commit=True
    )


def told(world: World, household: str) -> tuple[str, str]:
    """Floor and rooms as phones have them."""
    data = entity(world, household).data
    return data["floor"], data["rooms"]


def entity(world: World, household: str) -> Entity:
    world.session.expire_all()
    return world.session.query(Entity).filter_by(uuid=household).one()


def table(world: World, household: str) -> tuple[str, str]:
    """Floor and rooms by the table."""
    row = world.row("housing", household)
    assert row is not None
    return row["floor"], str(row["sleeping_rooms"])


def agreed(world: World, household: str) -> tuple[str, str]:
    """Floor and rooms, by table and list alike; the household's own columns are the same in both, too."""
    row, data = world.row("household", household), entity(world, household).data
    assert row is not None
    for name in ("status", "last_visit_on", "next_visit_due"):
        assert str(row[name]) == data[name], name
    assert told(world, household) == table(world, household)
    return told(world, household)


def test_an_edit_that_moves_a_visit_takes_its_answers_back_from_where_they_were(world: World) -> None:
    enrol, visit = forms(world)
    one, two = (enrolled(world, enrol, day, "earth", "2") for day in (1, 2))
    seen = visited(world, visit, one.household, 5, floor="tiles", sleeping_rooms="6")
    assert agreed(world, one.household) == ("tiles", "6")
    before = entity(world, one.household).version
    moved(world, seen, two.household)
    assert agreed(world, one.household) == ("earth", "2")
    assert agreed(world, two.household) == ("tiles", "6")
    assert entity(world, one.household).version > before
    row = world.row("household", one.household)
    assert row is not None
    assert (row["status"], str(row["last_visit_on"])) == ("active", "2026-03-01")


def test_moved_back_the_answers_are_back(world: World) -> None:
    enrol, visit = forms(world)
    one, two = (enrolled(world, enrol, day, "earth", "2") for day in (1, 2))
    seen = visited(world, visit, one.household, 5, floor="tiles", sleeping_rooms="6")
    again = moved(world, moved(world, seen, two.household), one.household)
    assert [agreed(world, r.household) for r in (one, two)] == [("tiles", "6"), ("earth", "2")]
    standing.supersede(world.session, world.services, again.submission_id, world.later())
    assert [agreed(world, r.household) for r in (one, two)] == [("earth", "2"), ("earth", "2")]
    standing.reinstate(world.session, world.services, again.submission_id, world.later(901))
    assert [agreed(world, r.household) for r in (one, two)] == [("tiles", "6"), ("earth", "2")]


def test_a_visit_moved_away_and_rejected_comes_back_to_where_it_was_moved(world: World) -> None:
    enrol, visit = forms(world)
    one, two = (enrolled(world, enrol, day, "earth", "2") for day in (1, 2))
    seen = visited(world, visit, one.household, 5, floor="tiles", sleeping_rooms="6")
    moved(world, seen, two.household)
    standing.supersede(world.session, world.services, seen.submission_id, world.later())
    assert [agreed(world, r.household) for r in (one, two)] == [("earth", "2"), ("earth", "2")]
    standing.reinstate(world.session, world.services, seen.submission_id, world.later(901))
    assert [agreed(world, r.household) for r in (one, two)] == [("earth", "2"), ("tiles", "6")]


def test_phones_are_told_of_a_merged_household_what_its_facts_say(world: World) -> None:
    enrol, visit = forms(world)
    one = enrolled(world, enrol, 1, "earth", "2")
    two = enrolled(world, enrol, 3, "tiles", "6")
    label = entity(world, one.household).label
    merge.merge(world.session, world.services, one.household, two.household, None)
    assert agreed(world, one.household) == ("tiles", "6")
    assert entity(world, one.household).label == label
    assert entity(world, one.household).data["code"] == one.applied.code
    visited(world, visit, two.household, 6, floor="carpet", sleeping_rooms="7")
    assert agreed(world, one.household) == ("carpet", "7")
    visited(world, visit, one.household, 5, floor="tiles", sleeping_rooms="8")
    assert agreed(world, one.household) == ("carpet", "7")
    merge.undo(world.session, world.services, two.household, None)
    assert agreed(world, one.household) == ("tiles", "8")
    assert agreed(world, two.household) == ("carpet", "7")


def test_a_rejected_visit_to_a_household_that_was_merged_is_taken_back_from_the_kept_one(
    world: World,
) -> None:
    enrol, visit = forms(world)
    one = enrolled(world, enrol, 1, "earth", "2")
    two = enrolled(world, enrol, 3, "earth", "6")
    merge.merge(world.session, world.services, one.household, two.household, None)
    seen = visited(world, visit, two.household, 6, floor="carpet", sleeping_rooms="7")
    assert agreed(world, one.household) == ("carpet", "7")
    standing.supersede(world.session, world.services, seen.submission_id, world.later())
    assert agreed(world, one.household) == ("earth", "6")


def test_of_merged_households_the_first_enrolment_stands(world: World) -> None:
    enrol, _ = forms(world)
    one = enrolled(world, enrol, 1, "earth", "2")
    two = enrolled(world, enrol, 3, "earth", "2")
    days = []
    for keep, gone in ((one, two), (two, one)):
        merge.merge(world.session, world.services, keep.household, gone.household, None)
        row = world.row("household", keep.household)
        assert row is not None
        days.append(row["enrolled_on"])
        merge.undo(world.session, world.services, gone.household, None)
    assert days == [date(2026, 3, 1), date(2026, 3, 1)]


def test_the_first_enrolment_stands_too_where_the_form_says_the_day_and_a_correction_of_it_counts(
    world: World,
) -> None:
    enrol = world.form(visit_mapping(create=True, only={*ASKED, "household.enrolled_on"}), saveto=SAVED)
    one, two = (
        world.enrol(enrol, {**answers(day, floor="earth"), "household": {"enrolled_on": f"2026-03-0{day}"}})
        for day in (3, 5)
    )
    merge.merge(world.session, world.services, one.household, two.household, None)
    row = world.row("household", one.household)
    assert row is not None
    assert row["enrolled_on"] == date(2026, 3, 3)
    record = {**one.incoming.record, "household": {"enrolled_on": "2026-03-04"}}
    world.receive(replace(one.incoming, record=record, submission_id=one.submission_id))
    row = world.row("household", one.household)
    assert row is not None
    assert row["enrolled_on"] == date(2026, 3, 4)


def test_a_second_enrolment_of_what_was_merged_writes_nothing(world: World) -> None:
    enrol, _ = forms(world)
    one, two = (enrolled(world, enrol, day, "earth", "2") for day in (1, 3))
    merge.merge(world.session, world.services, one.household, two.household, None)
    before = world.row("household", one.household), entity(world, two.household).version
    record = {"area": "A1-014", **answers(4, floor="tiles", sleeping_rooms="9")}
    again = world.incoming(enrol, record, household=two.household, create=True, properties={"floor": "tiles"})
    assert not world.receive(again).determined.writes
    assert agreed(world, one.household) == ("earth", "2")
    assert (world.row("household", one.household), entity(world, two.household).version) == before


def test_an_enrolled_household_is_the_same_in_table_and_list_before_any_visit(world: World) -> None:
    enrol, _ = forms(world)
    made = enrolled(world, enrol, 1, "earth", "2")
    assert agreed(world, made.household) == ("earth", "2")
    assert entity(world, made.household).data["status"] == "active"
    assert entity(world, made.household).data["last_visit_on"] == "2026-03-01"
    assert entity(world, made.household).version == 1


def test_a_corrected_enrolment_keeps_its_day_and_its_status(world: World) -> None:
    enrol, _ = forms(world)
    made = enrolled(world, enrol, 1, "earth", "2")
    record = {"area": "A1-014", **answers(2, floor="earth", sleeping_rooms="3")}
    world.receive(replace(made.incoming, record=record, submission_id=made.submission_id))
    row = world.row("household", made.household)
    assert row is not None
    assert (row["status"], str(row["enrolled_on"])) == ("active", "2026-03-02")
    assert entity(world, made.household).data["last_visit_on"] == "2026-03-02"


def test_a_second_enrolment_of_a_household_writes_nothing(world: World) -> None:
    enrol, _ = forms(world)
    made = enrolled(world, enrol, 1, "earth", "2")
    before = world.row("household", made.household)
    record = {"area": "A1-014", **answers(4, floor="tiles", sleeping_rooms="9")}
    again = world.incoming(enrol, record, household=made.household, create=True, properties={"floor": "x"})
    got = world.receive(again)
    assert (got.determined.writes, got.applied.written, got.determined.area_id) == (False, (), 2)
    assert agreed(world, made.household) == ("earth", "2")
    assert world.row("household", made.household) == before
