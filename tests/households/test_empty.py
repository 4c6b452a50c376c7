"""What a visit asked and nobody answered is empty from then on; what it did not ask stays; any visit is a visit."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from server.households import standing
from tests.households.world import Received, World, visit_mapping, when

WATER = {"source": "borehole", "round_trip": "12"}
EMPTY = {"source": "", "round_trip": ""}


def enrolled(world: World) -> str:
    """A household whose water was told on the first of March."""
    form = world.form(visit_mapping(create=True, only={"water.source", "water.round_trip", "visit.outcome"}))
    return world.enrol(form, {"observed_at": when(1), "water": WATER}).household


def visited(world: World, household: str, day: int, *, only: set[str], **answers: Any) -> Received:
    form = world.form(visit_mapping(by="question", only=only))
    record = {"which": household, "observed_at": when(day), **answers}
    return world.receive(world.incoming(form, record))


def source(world: World, household: str) -> Any:
    row = world.row("water", household)
    return "no row" if row is None else row["source"]


ASKS = {"water.source", "water.round_trip", "visit.outcome"}


def test_a_table_asked_and_wholly_left_empty_becomes_empty_and_history_says_so(world: World) -> None:
    household = enrolled(world)
    got = visited(world, household, 9, only=ASKS, water=EMPTY, visit={"outcome": "completed"})
    row = world.row("water", household)
    assert row is not None
    assert (row["source"], row["round_trip"], row["observed_at"].day) == (None, None, 9)
    rows = world.rows("water", household, history=True)
    assert [(one["source"], one["submission_id"]) for one in rows] == [
        ("borehole", rows[0]["submission_id"]),
        (None, got.submission_id),
    ]
    standing.supersede(world.session, world.services, got.submission_id, world.later())
    assert source(world, household) == "borehole"


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
