"""Domain checks: each says what is odd, and is silent where it is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.households.checks import Ground, Limits, checks
from server.households.mapping import form_plan
from server.households.times import Moment, Times
from server.xforms import Message, Rule, Source
from tests.households.world import visit_mapping

PLAN = form_plan(visit_mapping())
START = datetime(2026, 3, 1, 2, tzinfo=UTC)
SOUND = {
    "composition": {
        **{
            f"{sex}_{band}": "1"
            for sex in ("female", "male")
            for band in ("0_4", "5_14", "15_24", "25_64", "65")
        },
        "difficulty": "1",
    },
    "school_access": {"children_5_14": "2", "attending": "1"},
    "housing": {"sleeping_rooms": "1"},
    "water": {"source": "piped_yard", "location": "own_yard", "round_trip": "600"},
    "food": {"whole_day": "yes", "hungry": "yes", "worried": "no"},
    "visit": {"outcome": "completed", "point": "30.0 103.0 500 50"},
    "household": {"dwelling": "30.0 103.0 500 50"},
}
SQUARE = {"type": "Polygon", "coordinates": [[[102, 29], [104, 29], [104, 31], [102, 31], [102, 29]]]}
FAR = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
GROUND = Ground(dwelling=[30.0, 103.0, None, None], boundary=SQUARE)


def found(
    record: dict[str, Any], minutes: float = 30, ground: Ground | None = GROUND
) -> list[tuple[str, str]]:
    """(path, first words) of each finding; all are warnings about the domain."""
    times = Times(Moment(START, 480), START, START + timedelta(minutes=minutes))
    findings = list(checks(PLAN, record, times, ground))
    assert {finding.rule for finding in findings} <= {Rule.DOMAIN}
    return [(finding.path, getattr(finding.message, "key", "")[:24]) for finding in findings]


def changed(**groups: dict[str, str]) -> dict[str, Any]:
    return {name: {**answers, **groups.get(name, {})} for name, answers in SOUND.items()}


def test_a_sound_visit_has_no_findings() -> None:
    assert found(SOUND) == []


@pytest.mark.parametrize(
    ("record", "path"),
    [
        (changed(school_access={"children_5_14": "3"}), "/data/school_access/children_5_14"),
        (changed(school_access={"attending": "3"}), "/data/school_access/attending"),
        (changed(composition={"difficulty": "11"}), "/data/composition/difficulty"),
        (changed(housing={"sleeping_rooms": "0"}), "/data/housing/sleeping_rooms"),
        (changed(water={"location": "elsewhere"}), "/data/water/location"),
        (changed(water={"source": "piped_dwelling"}), "/data/water/location"),
        (changed(water={"round_trip": "601"}), "/data/water/round_trip"),
        (changed(visit={"point": "30.0 103.0 500 50.1"}), "/data/visit/point"),
        (changed(household={"dwelling": "30.0 103.0 500 51"}), "/data/household/dwelling"),
        (changed(visit={"point": "30.01 103.0 500 5"}), "/data/visit/point"),
        (changed(household={"dwelling": "32.0 103.0 500 5"}), "/data/household/dwelling"),
    ],
)
def test_each_oddity_is_found_at_its_question_once(record: dict[str, Any], path: str) -> None:
    assert [at for at, _ in found(record)] == [path]


def test_the_worst_food_answer_alone_is_odd_and_an_unknown_one_before_it_is_not() -> None:
    milder = dict.fromkeys(
        ["worried", "healthy", "few_foods", "skipped", "ate_less", "ran_out", "hungry"], "no"
    )
    assert [at for at, _ in found(changed(food=milder))] == ["/data/food/whole_day"]
    assert found(changed(food={**milder, "skipped": "unknown"})) == []


@pytest.mark.parametrize(("minutes", "odd"), [(4.9, True), (5, False), (240, False), (241, True)])
def test_a_visit_too_short_or_too_long_is_found_at_its_end(minutes: float, odd: bool) -> None:
    assert [at for at, _ in found(SOUND, minutes)] == (["/data/end"] if odd else [])


@pytest.mark.parametrize(
    ("arrived", "said"),
    [
        (START, None),
        (START - timedelta(hours=23), None),
        (START - timedelta(days=2), "The visit is later than "),
        (START - timedelta(days=365 * 29), "The visit is later than "),
        (START + timedelta(days=365 * 4), None),
        (START + timedelta(days=365 * 27), "The visit is more than 5"),
    ],
)
def test_a_clock_that_is_off_by_more_than_a_day_or_by_years_is_found_at_the_time(
    arrived: datetime, said: str | None
) -> None:
    record = {**SOUND, "observed_at": START.isoformat()}
    times = Times(Moment(START, 480), START, START + timedelta(minutes=30))
    findings = list(checks(PLAN, record, times, GROUND, received_at=arrived))
    assert [
        (one.path, getattr(one.message, "key", "").replace("{limit}", "5")[:24], one.reads)
        for one in findings
    ] == ([] if said is None else [("/data/observed_at", said, frozenset({Source.CLOCK}))])


def test_a_visit_that_tells_no_time_has_the_one_of_its_arrival() -> None:
    times = Times(Moment(START, 480), None, None)
    assert list(checks(PLAN, SOUND, times, GROUND, received_at=START - timedelta(days=9))) == []


def test_a_refused_visit_may_be_short() -> None:
    assert found({"visit": {"outcome": "refused"}}, 1) == []


def test_without_surroundings_nothing_is_said_about_the_place() -> None:
    far = changed(visit={"point": "50.0 10.0 500 5"})
    assert found(far, ground=None) == []
    assert found(far, ground=Ground()) == []


def test_a_point_outside_the_boundary_is_found_and_the_verdict_says_that_it_read_the_lists() -> None:
    times = Times(Moment(START, 480), START, START + timedelta(minutes=30))
    findings = list(checks(PLAN, SOUND, times, Ground(boundary=FAR), Limits(accuracy_m=10)))
    outside = [finding for finding in findings if finding.reads]
    assert [finding.path for finding in outside] == ["/data/visit/point", "/data/household/dwelling"]
    assert all(finding.reads == {Source.LIST} for finding in outside)
    assert len(findings) == 4


HOLED = {
    "type": "Polygon",
    "coordinates": [
        *SQUARE["coordinates"],
        [[102.9, 29.9], [103.1, 29.9], [103.1, 30.1], [102.9, 30.1], [102.9, 29.9]],
    ],
}
BOTH = {"type": "MultiPolygon", "coordinates": [SQUARE["coordinates"], FAR["coordinates"]]}


@pytest.mark.parametrize(
    ("boundary", "point", "metres"),
    [
        (SQUARE, "30.0 103.0 500 5", None),
        (SQUARE, "31.01 103.0 500 5", 1100),  # 0.01 degrees of latitude are 1,112 m
        (SQUARE, "30.0 104.01 500 5", 1000),  # and of longitude, at 30 degrees north, 963 m
        (SQUARE, "31.03 104.04 500 5", 5100),  # the way to the corner: 3,336 m north and 3,812 m east
        (SQUARE, "31.0002 103.0 500 5", 100),  # 22 m are said as 100: no point is found again by it
        (SQUARE, "31.0002 103.0 500 30", None),  # measured to 30 m, it may well lie within
        (HOLED, "30.09 103.0 500 5", 1100),  # in the hole: the way to its edge
        (HOLED, "30.2 103.0 500 5", None),
        (BOTH, "0.5 0.5 500 5", None),
        (BOTH, "0.5 1.1 500 5", 11100),
        ({"type": "Point", "coordinates": [0, 0]}, "30.0 103.0 500 5", None),
    ],
)
def test_a_point_outside_says_by_how_much(boundary: dict[str, Any], point: str, metres: int | None) -> None:
    times = Times(Moment(START, 480), START, START + timedelta(minutes=30))
    found = list(checks(PLAN, {"household": {"dwelling": point}}, times, Ground(boundary=boundary)))
    said = [one.message.args["metres"] for one in found if isinstance(one.message, Message)]
    assert said == ([] if metres is None else [metres])
