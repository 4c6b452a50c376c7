"""Submissions become rows: history, current, the household itself, and the entity beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from tests.households.world import World, new_uuid, visit_mapping, when


def test_an_enrolment_makes_a_household_with_a_code_and_its_rows(world: World) -> None:
    form = world.form(visit_mapping(create=True))
    got = world.enrol(form, {"observed_at": when(1), "water": {"source": "borehole", "round_trip": "12"}})
    household = world.row("household", got.household)
    assert household is not None
    assert household["code"].startswith("A1-014-0001")
    assert household["confirmed"]
    assert household["area_id"] == 2
    water = world.row("water", got.household)
    assert water is not None
    assert (water["source"], water["round_trip"], water["sufficient"]) == ("borehole", 12, None)
    assert water["observed_at"] == datetime(2026, 3, 1, 2, tzinfo=UTC)
    assert water["observed_offset"] == 480
    assert [(w.table, w.columns) for w in got.applied.written] == [
        ("water", ("source", "round_trip")),
        ("visit", ("form", "version")),
    ]


def test_a_table_of_which_nothing_was_answered_gets_no_row(world: World) -> None:
    form = world.form(visit_mapping(create=True))
    got = world.enrol(form, {"water": {"source": "borehole"}, "need": [{"service": "", "pass_on": "  "}]})
    assert world.rows("need", got.household, history=True) == []
    assert world.rows("housing", got.household, history=True) == []
    assert world.rows("housing", got.household) == []


def test_codes_count_up_within_the_area_and_a_household_without_one_gets_an_x(world: World) -> None:
    form = world.form(visit_mapping(create=True))
    codes = [world.enrol(form).applied.code for _ in range(2)]
    nowhere = world.receive(world.incoming(form, {}, household=new_uuid(), create=True)).applied.code
    assert [(code or "")[:11] for code in [*codes, nowhere]] == [
        "A1-014-0001",
        "A1-014-0002",
        f"X-0001{(nowhere or '')[-1]}",
    ]


def test_a_column_that_a_newer_form_does_not_ask_keeps_what_was_known(world: World) -> None:
    enrol = world.form(visit_mapping(create=True))
    short = world.form(visit_mapping(by="question", only={"water.source", "water.sufficient"}))
    got = world.enrol(enrol, {"observed_at": when(1), "water": {"source": "borehole", "round_trip": "12"}})
    answers = {
        "which": got.household,
        "observed_at": when(2),
        "water": {"source": "surface", "sufficient": ""},
    }
    world.receive(world.incoming(short, answers))
    water = world.row("water", got.household)
    assert water is not None
    assert (water["source"], water["round_trip"], water["sufficient"]) == ("surface", 12, None)


def test_a_column_asked_and_left_empty_becomes_null(world: World) -> None:
    form = world.form(visit_mapping(create=True))
    visit = world.form(visit_mapping(by="question"))
    got = world.enrol(form, {"observed_at": when(1), "water": {"source": "borehole", "round_trip": "12"}})
    world.receive(
        world.incoming(
            visit, {"which": got.household, "observed_at": when(2), "water": {"source": "surface"}}
        )
    )
    water = world.row("water", got.household)
    assert water is not None
    assert (water["source"], water["round_trip"]) == ("surface", None)


def test_a_visit_that_arrives_late_stays_behind_the_newer_one(world: World) -> None:
    form = world.form(visit_mapping(create=True))
    visit = world.form(visit_mapping(by="question"))
    got = world.enrol(form, {"observed_at": when(1), "water": {"source": "borehole"}})
    for day, source in ((5, "surface"), (3, "kiosk")):
        answers = {"which": got.household, "observed_at": when(day), "water": {"source": source}}
        world.receive(world.incoming(visit, answers))
    water = world.row("water", got.household)
    assert water is not None
    assert water["source"] == "surface"
    assert len(world.rows("water", got.household, history=True)) == 3


def test_a_correction_supersedes_what_the_submission_said_before(world: World) -> None:
    form = world.form(visit_mapping(create=True))
    got = world.enrol(
        form,
        {
            "observed_at": when(1),
            "water": {"source": "borehole", "round_trip": "12"},
            "waste": {"collection": "burnt"},
        },
    )
    answers = {"area": "A1-014", "observed_at": when(1), "water": {"source": "kiosk"}}
    corrected = replace(got.incoming, record=answers, submission_id=got.submission_id)
    world.receive(corrected)
    rows = world.rows("water", got.household, history=True)
    assert [(row["source"], row["superseded_at"] is None) for row in rows] == [
        ("borehole", False),
        ("kiosk", True),
    ]
    water = world.row("water", got.household)
    assert water is not None
    assert (water["source"], water["round_trip"]) == ("kiosk", None)
    assert world.rows("waste", got.household) == []


def test_the_rows_of_a_repeat_are_those_of_the_newest_visit_that_asked(world: World) -> None:
    form = world.form(visit_mapping(create=True))
    visit = world.form(visit_mapping(by="question"))
    other = world.form(visit_mapping(by="question", only={"water.source"}))
    got = world.enrol(
        form, {"observed_at": when(1), "need": [{"service": "water", "pass_on": "yes"}, {"service": "food"}]}
    )
    assert [(r["position"], r["service"]) for r in world.rows("need", got.household)] == [
        (1, "water"),
        (2, "food"),
    ]
    world.receive(
        world.incoming(other, {"which": got.household, "observed_at": when(2), "water": {"source": "kiosk"}})
    )
    assert len(world.rows("need", got.household)) == 2
    refused = {"which": got.household, "observed_at": when(3), "visit": {"outcome": "refused"}}
    world.receive(world.incoming(visit, refused))
    assert len(world.rows("need", got.household)) == 2
    nothing = {"which": got.household, "observed_at": when(4), "visit": {"outcome": "completed"}}
    world.receive(world.incoming(visit, nothing))
    assert world.rows("need", got.household) == []
    assert len(world.rows("need", got.household, history=True)) == 2


def test_current_rows_follow_a_household_into_the_area_that_its_enrolment_names(world: World) -> None:
    enrol = world.form(visit_mapping(create=True))
    visit = world.form(visit_mapping(by="question"))
    house = new_uuid()

    def seen(day: int, *services: str, area: str | None = None) -> set[tuple[int, int]]:
        answers: dict[str, Any] = {"which": house, "observed_at": when(day), "area": area}
        answers |= {"water": {"source": "kiosk"}, "need": [{"service": one} for one in services]}
        world.receive(world.incoming(visit, answers))
        return {
            (row["area_id"], row["project_id"])
            for name in ("water", "need")
            for row in world.rows(name, house)
        }

    assert seen(1, "water", "food", area="B2") == {(3, 1)}
    world.enrol(enrol, {"observed_at": when(2)}, household=house)
    assert seen(3, "housing", "energy", "water") == {(2, 1)}
    assert [row["service"] for row in world.rows("need", house)] == ["housing", "energy", "water"]
    assert seen(4, "food") == {(2, 1)}
    assert [(row["position"], row["service"]) for row in world.rows("need", house)] == [(1, "food")]


def test_a_held_create_makes_an_unconfirmed_household_and_no_facts(world: World) -> None:
    form = world.form(visit_mapping(create=True))
    incoming = world.incoming(
        form, {"area": "A1-014", "water": {"source": "kiosk"}}, household=new_uuid(), create=True
    )
    got = world.receive(incoming, held=True)
    household = world.row("household", got.household)
    assert household is not None
    assert not household["confirmed"]
    assert world.rows("water", got.household, history=True) == []
    assert got.applied.written == ()
    world.receive(replace(incoming, submission_id=got.submission_id))
    household = world.row("household", got.household)
    assert household is not None
    assert household["confirmed"]
    assert household["code"] == got.applied.code
    assert len(world.rows("water", got.household)) == 1


def test_a_visit_without_household_columns_still_moves_its_dates_and_status(world: World) -> None:
    form = world.form(visit_mapping(create=True))
    visit = world.form(visit_mapping(by="question", only={"visit.outcome", "water.source"}))
    got = world.enrol(form, {"observed_at": when(1), "household": {"status": "active"}})
    world.receive(
        world.incoming(
            visit, {"which": got.household, "observed_at": when(9), "visit": {"outcome": "completed"}}
        )
    )
    household = world.row("household", got.household)
    assert household is not None
    assert (household["last_visit_on"], household["next_visit_due"]) == (date(2026, 3, 9), date(2027, 3, 9))
    gone = {"which": got.household, "observed_at": when(10), "visit": {"outcome": "moved_away"}}
    world.receive(world.incoming(visit, gone))
    household = world.row("household", got.household)
    assert household is not None
    assert household["status"] == "moved_away"
    assert household["last_visit_on"] == date(2026, 3, 9)


def test_withdrawn_consent_erases_the_contact_everywhere(world: World) -> None:
    form = world.form(visit_mapping(create=True))
    visit = world.form(visit_mapping(by="question", only={"household.contact_ok"}))
    got = world.enrol(
        form, {"observed_at": when(1), "household": {"contact_ok": "yes", "contact": "+86 10 0000 0000"}}
    )
    before = world.row("household", got.household)
    assert before is not None
    assert before["contact"] is not None
    answers = {"which": got.household, "observed_at": when(3), "household": {"contact_ok": "no"}}
    world.receive(world.incoming(visit, answers))
    household = world.row("household", got.household)
    assert household is not None
    assert (household["contact_ok"], household["contact"]) == (False, None)
    assert all(row["contact"] is None for row in world.rows("household", got.household, history=True))
