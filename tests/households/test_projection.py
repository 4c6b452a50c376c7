"""From a record to rows: pure, typed, positions on repeats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.households.columns import catalogue
from server.households.mapping import form_plan
from server.households.projection import project
from server.households.serials import check_character
from server.households.times import rank_of, times_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


def mapping(
    columns: Sequence[tuple[str, str]], rows: Sequence[tuple[str, str, Sequence[tuple[str, str]]]] = ()
) -> dict[str, Any]:
    """A compiled mapping of (column, path) and of repeats (table, path, [(column, path)])."""
    return {
        "key": {"kind": "household", "by": "question", "path": "/data/which", "create": False},
        "area": None,
        "observed_at": "/data/seen",
        "start": "/data/start",
        "end": "/data/end",
        "columns": [
            {"table": name.split(".")[0], "column": name.split(".")[1], "path": path}
            for name, path in columns
        ],
        "rows": [
            {"table": table, "path": path, "columns": [{"column": name, "path": at} for name, at in inside]}
            for table, path, inside in rows
        ],
    }


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("water.round_trip", "12", 12),
        ("water.round_trip", "12.0", 12),
        ("spending.food", "12.50", 12.5),
        ("water.sufficient", "yes", True),
        ("water.sufficient", "no", False),
        ("water.sufficient", "unknown", None),
        ("water.sufficient", "true", True),
        ("water.source", " kiosk ", "kiosk"),
        ("water.treatment", "boil filter boil", ["boil", "filter"]),
        ("water.photo", "house.jpg", "house.jpg"),
        ("visit.point", "30.5 103.25 500 4.5", [30.5, 103.25, 500.0, 4.5]),
        ("visit.point", "30.5 103.25", [30.5, 103.25, None, None]),
        ("household.enrolled_on", "2026-03-01", date(2026, 3, 1)),
        ("household.enrolled_on", "2026-03-01T23:00:00.000+08:00", date(2026, 3, 1)),
        ("household.contact", "two words", "two words"),
    ],
)
def test_an_answer_becomes_its_columns_type(column: str, text: str, value: Any) -> None:
    plan = form_plan(mapping([(column, "/data/a/b")]))
    (row,) = project(plan, {"a": {"b": text}})
    assert (row.table, row.path, row.values) == (
        column.split(".")[0],
        "/data/a",
        {column.split(".")[1]: value},
    )


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("water.round_trip", "twelve"),
        ("water.round_trip", "1.5"),
        ("water.round_trip", "99999999999"),
        ("water.source", "unheard_of"),
        ("water.treatment", "boil unheard_of"),
        ("water.sufficient", "perhaps"),
        ("visit.point", "200 10 0 0"),
        ("household.enrolled_on", "2026-02-30"),
        ("water.source", "  "),
    ],
)
def test_what_is_no_value_of_its_column_is_empty_and_what_did_not_come_writes_no_row(
    column: str, text: str
) -> None:
    plan = form_plan(mapping([(column, "/data/a")]))
    (row,) = project(plan, {"a": text})
    assert (row.answered, row.empty) == ([], True)
    assert project(plan, {}) == []


def test_rows_of_nested_repeats_carry_their_positions() -> None:
    plan = form_plan(
        mapping([], [("need", "/data/part/need", [("service", "/data/part/need/group/service")])])
    )
    record = {
        "part": [
            {"need": [{"group": {"service": "water"}}, {"group": {}}]},
            {"need": [{"group": {"service": "food"}}]},
        ]
    }
    rows = project(plan, record)
    assert [(row.path, row.values["service"]) for row in rows] == [
        ("/data/part[1]/need[1]", "water"),
        ("/data/part[2]/need[1]", "food"),
    ]


def test_a_repeat_within_a_mapped_repeat_is_read_where_an_earlier_version_stored_it() -> None:
    inner = {"table": "shock", "path": "/data/need/shock"}
    inner["columns"] = [{"column": "kind", "path": "/data/need/shock/kind"}]  # type: ignore[assignment]
    stored = mapping([], [("need", "/data/need", [("service", "/data/need/service")])])
    stored["rows"][0]["rows"] = [inner]
    plan = form_plan(stored)
    assert plan.repeats == {"need", "shock"}
    record = {"need": [{"service": "water", "shock": [{"kind": "flood"}]}, {"shock": [{"kind": "drought"}]}]}
    assert [(row.table, row.path) for row in project(plan, record)] == [
        ("need", "/data/need[1]"),
        ("shock", "/data/need[1]/shock[1]"),
        ("shock", "/data/need[2]/shock[1]"),
    ]


def test_every_column_asked_is_in_the_row_and_null_where_it_was_not_answered() -> None:
    plan = form_plan(mapping([("water.source", "/data/w/source"), ("water.ecoli", "/data/w/x/ecoli")]))
    (row,) = project(plan, {"w": {"source": "kiosk"}})
    assert (row.path, row.values) == ("/data/w", {"source": "kiosk", "ecoli": None})


def test_of_two_questions_for_one_column_the_answered_one_counts() -> None:
    plan = form_plan(mapping([("water.source", "/data/a"), ("water.source", "/data/b")]))
    assert [row.values for row in project(plan, {"a": "kiosk", "b": ""})] == [{"source": "kiosk"}]
    assert [row.values for row in project(plan, {"b": "surface"})] == [{"source": "surface"}]


def test_a_mapping_to_a_column_that_never_was_is_refused() -> None:
    with pytest.raises(LookupError, match=r"water\.colour"):
        form_plan(mapping([("water.colour", "/data/a")]))


@given(st.dictionaries(st.sampled_from(["a", "b", "part"]), st.recursive(st.text(), st.lists, max_leaves=5)))
def test_no_record_whatever_makes_it_fail(record: dict[str, Any]) -> None:
    names = [name for name, column in catalogue().items() if not column.virtual and not column.repeated]
    plan = form_plan(
        mapping(
            [(name, "/data/a") for name in names],
            [("need", "/data/part/need", [("service", "/data/part/need/b")])],
        )
    )
    assert all(row.answered or row.values for row in project(plan, record))


@pytest.mark.parametrize(
    ("record", "at", "offset"),
    [
        ({"seen": "2026-03-01"}, datetime(2026, 3, 1, 4, tzinfo=UTC), 480),
        ({"seen": "2026-03-01T09:30:00.000+02:00"}, datetime(2026, 3, 1, 7, 30, tzinfo=UTC), 120),
        ({"seen": "2026-03-01T09:30:00"}, datetime(2026, 3, 1, 1, 30, tzinfo=UTC), 480),
        ({"seen": "", "end": "2026-03-02T09:00:00.000Z"}, datetime(2026, 3, 2, 9, tzinfo=UTC), 0),
        (
            {"seen": "nonsense", "start": "2026-03-03T08:00:00.000+08:00"},
            datetime(2026, 3, 3, tzinfo=UTC),
            480,
        ),
        ({}, datetime(2026, 3, 9, 1, tzinfo=UTC), 480),
    ],
)
def test_when_it_was_so(record: dict[str, Any], at: datetime, offset: int) -> None:
    received = datetime(2026, 3, 9, 1, tzinfo=UTC)
    seen = times_of(form_plan(mapping([])), record, received, SHANGHAI).observed
    assert (seen.at, seen.offset) == (at, offset)


def test_rank_goes_by_time_then_end_then_start_then_instance() -> None:
    early, late = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    ranks = [
        rank_of(early, None, late, "z"),
        rank_of(early, early, late, "z"),
        rank_of(early, late, None, "z"),
        rank_of(early, late, early, "a"),
        rank_of(early, late, early, "b"),
        rank_of(late, None, None, "a"),
        rank_of(late, None, None, "a" * 300),
        rank_of(late, None, None, "b" * 300),
    ]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


def test_the_check_character_is_iso_7064_mod_37_2() -> None:
    assert check_character("G123489654321") == "Y"  # the standard's example, as in ISBT 128


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=12), st.data())
def test_a_code_mistyped_in_one_place_or_with_two_neighbours_exchanged_is_seen(
    body: str, data: st.DataObject
) -> None:
    code = body + check_character(body)
    at = data.draw(st.integers(0, len(code) - 2))
    exchanged = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    if exchanged != code and "*" not in exchanged[:-1]:
        assert check_character(exchanged[:-1]) != exchanged[-1]
    other = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    wrong = code[:at] + other + code[at + 1 :]
    assert (check_character(wrong[:-1]) == wrong[-1]) == (wrong == code)
