"""What a visit asked and nobody answered is empty from then on; what it did not ask stays; any visit is a visit."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from server.households import merge, standing
from tests.households.world import Received, World, visit_mapping, when

WATER = {"source": "borehole", "round_trip": "12"}
EMPTY = {"source": "", "round_trip": ""}
ASKS = {"water.source", "water.round_trip", "visit.outcome"}


def enrolled(world: World) -> str:
    """A household whose water was told on the first of March."""
    form = world.form(visit_mapping(create=True, only=ASKS))
    return world.enrol(form, {"observed_at": when(1), "water": WATER}).household


def visited(world: World, which: str, day: int, *, only: set[str], **answers: Any) -> Received:
    form = world.form(visit_mapping(by="question", only=only))
    record = {"which": which, "observed_at": when(day), **answers}
    return world.receive(world.incoming(form, record))


def source(world: World, household: str) -> Any:
    row = world.row("water", household)
    return "no row" if row is None else row["source"]


def stands(world: World, household: str) -> Any:
    """What the current row says of the water, and which visit it is from; None where there is no row."""
    row = world.row("water", household)
    return None if row is None else (row["source"], row["round_trip"], row["observed_at"].day)


def test_a_table_asked_and_wholly_left_empty_becomes_empty_without_a_row_of_history(world: World) -> None:
    household = enrolled(world)
    got = visited(world, household, 9, only=ASKS, water=EMPTY, visit={"outcome": "completed"})
    row = world.row("water", household)
    assert row is not None
    assert (row["source"], row["round_trip"], row["observed_at"].day) == (None, None, 9)
    assert (row["submission"], row["submission_id"]) == (got.incoming.instance_id, got.submission_id)
    assert [one["source"] for one in world.rows("water", household, history=True)] == ["borehole"]
    told = standing.written(world.session, got.submission_id)
    assert list(got.applied.written) == told
    assert {one.table for one in told} == {"visit", "household"}


def test_a_visit_that_emptied_a_table_is_taken_out_of_force_and_put_back(world: World) -> None:
    household = enrolled(world)
    got = visited(world, household, 9, only=ASKS, water=EMPTY, visit={"outcome": "completed"})
    standing.supersede(world.session, world.services, got.submission_id, world.later())
    assert stands(world, household) == ("borehole", 12, 1)
    standing.reinstate(world.session, world.services, got.submission_id, world.later(901))
    assert stands(world, household) == (None, None, 9)


@pytest.mark.parametrize("first", [WATER, EMPTY])
def test_a_correction_empties_or_fills_what_its_visit_said(world: World, first: dict[str, str]) -> None:
    household = enrolled(world)
    got = visited(world, household, 9, only=ASKS, water=first)
    second = EMPTY if first is WATER else {"source": "kiosk"}
    record = {**got.incoming.record, "water": second}
    world.receive(replace(got.incoming, record=record, submission_id=got.submission_id))
    assert stands(world, household) == ((None, None, 9) if first is WATER else ("kiosk", None, 9))


def test_where_nothing_was_ever_answered_there_is_no_current_row_to_empty(world: World) -> None:
    form = world.form(visit_mapping(create=True, only=ASKS))
    household = world.enrol(form, {"observed_at": when(1), "water": EMPTY}).household
    assert stands(world, household) is None
    world.receive(world.incoming(form, {"observed_at": when(1, 8), "water": WATER}, household=household))
    assert stands(world, household) == (None, None, 1)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_visit_empties_what_was_answered_before_it_whenever_it_arrives(
    world: World, order: tuple[int, ...]
) -> None:
    """Visits on the second to the fifth: answered, emptied, a part of it answered, emptied by a form that asks less."""
    household = enrolled(world)
    told: list[tuple[int, set[str], dict[str, str]]] = [
        (2, ASKS, {"source": "kiosk", "round_trip": "40"}),
        (3, ASKS, EMPTY),
        (4, {"water.round_trip"}, {"round_trip": "7"}),
        (5, {"water.source"}, {"source": ""}),
    ]
    for number in order:
        day, only, water = told[number]
        visited(world, household, day, only=only, water=water)
    assert stands(world, household) == (None, 7, 5)


def test_a_merge_brings_what_was_emptied_and_its_undoing_takes_it_back(world: World) -> None:
    keep, gone = enrolled(world), enrolled(world)
    visited(world, gone, 9, only={"water.source"}, water={"source": ""})
    merge.merge(world.session, world.services, keep, gone, None)
    assert stands(world, keep) == (None, 12, 9)
    assert stands(world, gone) is None
    merge.undo(world.session, world.services, gone, None)
    assert stands(world, keep) == ("borehole", 12, 1)
    assert stands(world, gone) == (None, 12, 9)


def test_what_is_not_known_is_an_answer_and_has_a_row(world: World) -> None:
    household = enrolled(world)
    form = {"water.sufficient"}
    visited(world, household, 5, only=form, water={"sufficient": "yes"})
    visited(world, household, 9, only=form, water={"sufficient": "unknown"})
    row = world.row("water", household)
    assert row is not None
    assert (row["source"], row["sufficient"]) == ("borehole", None)
    assert [one["sufficient"] for one in world.rows("water", household, history=True)] == [None, True, None]


@pytest.mark.parametrize(("asked", "status"), [({}, "left_panel"), ({"household": {"status": ""}}, None)])
@pytest.mark.parametrize("late", [False, True])
def test_dates_that_the_server_fills_in_empty_no_question_that_was_not_asked(
    world: World, asked: dict[str, Any], status: str | None, late: bool
) -> None:
    household = enrolled(world)
    only = {"household.status", "visit.outcome"}
    said: list[dict[str, Any]] = [
        {"day": 5, "household": {"status": "left_panel"}},
        {"day": 9, "visit": {"outcome": "completed"}, **asked},
    ]
    for answers in reversed(said) if late else said:
        visited(world, household, only=only, **answers)
    house = world.row("household", household)
    assert house is not None
    assert (house["status"], house["last_visit_on"]) == (status, date(2026, 3, 9))


def test_a_late_empty_visit_stays_behind_the_newer_answers(world: World) -> None:
    household = enrolled(world)
    visited(world, household, 20, only=ASKS, water={"source": "kiosk"})
    visited(world, household, 9, only=ASKS, water=EMPTY)
    assert source(world, household) == "kiosk"


def test_a_table_of_which_no_question_was_relevant_was_not_asked(world: World) -> None:
    """Phones leave out what is not relevant: a module that a visit passed over changes nothing."""
    household = enrolled(world)
    visited(world, household, 9, only=ASKS, visit={"outcome": "completed"})
    assert source(world, household) == "borehole"
    assert len(world.rows("water", household, history=True)) == 1


def test_one_question_that_was_not_relevant_becomes_empty_beside_its_neighbours(world: World) -> None:
    household = enrolled(world)
    visited(world, household, 9, only=ASKS, water={"source": ""})
    row = world.row("water", household)
    assert row is not None
    assert (row["source"], row["round_trip"]) == (None, None)


@pytest.mark.parametrize("outcome", ["refused", "nobody_home", "moved_away", "unsafe"])
def test_where_nothing_could_be_asked_empty_nodes_change_nothing(world: World, outcome: str) -> None:
    household = enrolled(world)
    visited(world, household, 9, only=ASKS, water=EMPTY, visit={"outcome": outcome})
    assert source(world, household) == "borehole"


@pytest.mark.parametrize("answers", [{}, {"visit": {"point": "30.01 103.0 500 5"}}])
def test_a_visit_whose_form_asks_no_outcome_took_place(world: World, answers: dict[str, Any]) -> None:
    """Its time alone makes a row: `visit.observed_at` is a column, too."""
    household = enrolled(world)
    only = {"visit.point"} if answers else {"water.sufficient"}
    got = visited(world, household, 9, only=only, **answers)
    (row,) = [
        row
        for row in world.rows("visit", household, history=True)
        if row["submission_id"] == got.submission_id
    ]
    assert (row["form"], row["outcome"]) == (got.incoming.form, None)
    house = world.row("household", household)
    assert house is not None
    assert (house["last_visit_on"], house["next_visit_due"]) == (date(2026, 3, 9), date(2027, 3, 9))


def test_a_visit_whose_outcome_was_asked_and_left_open_moves_no_date(world: World) -> None:
    household = enrolled(world)
    visited(world, household, 9, only=ASKS, water={"source": "kiosk"}, visit={"outcome": ""})
    house = world.row("household", household)
    assert house is not None
    assert house["last_visit_on"] is None


def test_an_office_form_about_the_household_alone_is_no_visit(world: World) -> None:
    household = enrolled(world)
    form = world.form({**visit_mapping(by="question", only={"household.status"}), "observed_at": None})
    record = {"which": household, "household": {"status": "left_panel"}}
    world.receive(world.incoming(form, record))
    house = world.row("household", household)
    assert house is not None
    assert (house["status"], house["last_visit_on"]) == ("left_panel", None)


def test_a_visit_of_which_only_the_time_was_answered_has_one_row(world: World) -> None:
    household = enrolled(world)
    got = visited(world, household, 9, only=ASKS, visit={"outcome": ""})
    rows = world.rows("visit", household, history=True)
    assert [row["path"] for row in rows if row["submission_id"] == got.submission_id] == ["/data/visit"]
