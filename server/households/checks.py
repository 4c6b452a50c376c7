"""What can be wrong with a visit beyond its form's own rules (domain.md, section 4): warnings about data, never a wall.

Pure. They follow the columns, not the form: whatever asks a column is checked by it. A finding holds no answer; its message
is the English sentence itself, which is also the key of its translations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.households.filling import TOOK_PLACE
from server.households.mapping import FormPlan, steps_of
from server.households.places import distance_m, outside_m
from server.households.projection import convert, text_at
from server.households.times import Times
from server.xforms import Finding, Message, Rule, Source


@dataclass(frozen=True, slots=True)
class Limits:
    """Figures that a programme may change. Lengths in metres, times in minutes but for the clock's: days."""

    accuracy_m: float = 50
    dwelling_m: float = 300
    shortest_min: float = 5
    longest_min: float = 240
    round_trip_min: int = 600
    ahead_days: int = 1  # a visit seen so long after its arrival: that phone's clock is wrong
    behind_days: int = 5 * 365  # or so long before: older than what is still typed in from paper


@dataclass(frozen=True, slots=True)
class Ground:
    """What the server knows of the place: the household's dwelling [lat, lon, …], its area's boundary
    (GeoJSON)."""

    dwelling: list[float | None] | None = None
    boundary: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Answers:
    """The single answers of a record by column, each with the path of its question."""

    values: Mapping[str, Any]
    paths: Mapping[str, str]

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def told(self, *names: str) -> list[Any] | None:
        """The values of these columns, None where one of them is not known."""
        found = [self.values.get(name) for name in names]
        return None if None in found else found


def checks(
    plan: FormPlan,
    record: Mapping[str, Any],
    times: Times,
    ground: Ground | None = None,
    limits: Limits | None = None,
    received_at: datetime | None = None,
) -> Iterator[Finding]:
    """Findings of one submission. `ground` None: what needs the place's surroundings is not checked; `received_at` None:
    nor is the phone's clock."""
    answers = _read(plan, record)
    allowed = limits or Limits()
    for check in _CHECKS:
        yield from check(answers, allowed)
    yield from _length(plan, answers, times, allowed)
    if received_at is not None:
        yield from _clock(plan, record, times, received_at, allowed)
    if ground is not None:
        yield from _place(answers, ground, allowed)


def _read(plan: FormPlan, record: Mapping[str, Any]) -> _Answers:
    values: dict[str, Any] = {}
    paths: dict[str, str] = {}
    for part in plan.parts:
        for slot in part.slots if not part.steps else ():
            text = text_at(record, slot.steps)
            try:
                value = convert(slot, text) if text and text.strip() else None
            except ValueError:  # a finding of its own, by type or choice
                value = None
            if value is not None:
                values[slot.column.full_name] = value
                paths[slot.column.full_name] = slot.path
    return _Answers(values, paths)


def _finding(
    path: str, sentence: str, *, reads: frozenset[Source] = frozenset(), **args: int | float
) -> Finding:
    return Finding(path, Rule.DOMAIN, Message(sentence, args), reads)


_BANDS = [
    f"composition.{sex}_{band}"
    for sex in ("female", "male")
    for band in ("0_4", "5_14", "15_24", "25_64", "65")
]


def _counts(answers: _Answers, limits: Limits) -> Iterator[Finding]:
    """Composition and school tell of the same children; no part is larger than the whole."""
    children = answers["school_access.children_5_14"]
    banded = answers.told("composition.female_5_14", "composition.male_5_14")
    if children is not None and banded is not None and children != sum(banded):
        yield _finding(
            answers.paths["school_access.children_5_14"],
            "The number of children from 5 to 14 is not the one that the household's composition gives.",
        )
    attending = answers["school_access.attending"]
    if children is not None and attending is not None and attending > children:
        yield _finding(
            answers.paths["school_access.attending"],
            "More children attend school than there are from 5 to 14.",
        )
    people = answers.told(*_BANDS)
    difficulty = answers["composition.difficulty"]
    if people is not None and sum(people) == 0:
        yield _finding(answers.paths[_BANDS[0]], "Nobody lives in the household by its composition.")
    elif people is not None and difficulty is not None and difficulty > sum(people):
        yield _finding(
            answers.paths["composition.difficulty"],
            "More people have a difficulty than live in the household.",
        )


def _rooms(answers: _Answers, limits: Limits) -> Iterator[Finding]:
    rooms = answers["housing.sleeping_rooms"]
    if rooms is not None and rooms < 1:
        yield _finding(
            answers.paths["housing.sleeping_rooms"], "There is no room for sleeping. Is it one room for all?"
        )


_ELSEWHERE = {
    "piped_dwelling": frozenset({"own_yard", "elsewhere"}),
    "piped_yard": frozenset({"elsewhere"}),
    "public_tap": frozenset({"own_dwelling"}),
    "piped_neighbour": frozenset({"own_dwelling", "own_yard"}),
    "surface": frozenset({"own_dwelling"}),
}
"""Places where a source of water cannot be."""


def _water(answers: _Answers, limits: Limits) -> Iterator[Finding]:
    source, location = answers["water.source"], answers["water.location"]
    if location in _ELSEWHERE.get(source, ()):
        yield _finding(
            answers.paths["water.location"], "The source of water and the place where it is do not agree."
        )
    trip = answers["water.round_trip"]
    if trip is not None and trip > limits.round_trip_min:
        yield _finding(
            answers.paths["water.round_trip"],
            "Fetching water takes more than {limit} minutes. Is it minutes, there and back?",
            limit=limits.round_trip_min,
        )


_MILDER = [
    f"food.{item}" for item in ("worried", "healthy", "few_foods", "skipped", "ate_less", "ran_out", "hungry")
]


def _food(answers: _Answers, limits: Limits) -> Iterator[Finding]:
    """The scale goes from mild to severe: the last item alone is an answer to look at (FAO FIES)."""
    if answers["food.whole_day"] == "yes" and answers.told(*_MILDER) == ["no"] * len(_MILDER):
        yield _finding(
            answers.paths["food.whole_day"],
            "A whole day without eating, but no to all seven questions before: were they understood?",
        )


_POINTS = ("visit.point", "household.dwelling", "facility.point")


def _accuracy(answers: _Answers, limits: Limits) -> Iterator[Finding]:
    for name in _POINTS:
        point = answers[name]
        if point is not None and point[3] is not None and point[3] > limits.accuracy_m:
            yield _finding(
                answers.paths[name], "The point is less accurate than {limit} m.", limit=limits.accuracy_m
            )


_CHECKS: tuple[Callable[[_Answers, Limits], Iterator[Finding]], ...] = (
    _counts,
    _rooms,
    _water,
    _food,
    _accuracy,
)


def _length(plan: FormPlan, answers: _Answers, times: Times, limits: Limits) -> Iterator[Finding]:
    """How long a visit lasted by the form's own start and end; one that did not take place may be short."""
    outcome = answers["visit.outcome"]
    if outcome not in TOOK_PLACE or plan.end is None or times.started is None or times.ended is None:
        return
    lasted = times.ended - times.started
    if lasted < timedelta(minutes=limits.shortest_min):
        yield _finding(plan.end, "The visit lasted less than {limit} minutes.", limit=limits.shortest_min)
    elif lasted > timedelta(minutes=limits.longest_min):
        yield _finding(plan.end, "The visit lasted more than {limit} minutes.", limit=limits.longest_min)


def _clock(
    plan: FormPlan, record: Mapping[str, Any], times: Times, received_at: datetime, limits: Limits
) -> Iterator[Finding]:
    """A time that no visit of this arrival can have. The fact keeps it: what is newest may not rest on when a visit arrived
    (docs/decisions/clocks-that-are-wrong.md)."""
    asked = (path for path in (plan.observed_at, plan.end, plan.start) if path is not None)
    path = next((path for path in asked if text_at(record, steps_of(path))), None)
    if path is None:
        return
    ahead = times.observed.at - received_at
    clock = frozenset({Source.CLOCK})
    if ahead > timedelta(days=limits.ahead_days):
        yield _finding(
            path,
            "The visit is later than its arrival: the phone's clock was wrong. Correct the time.",
            reads=clock,
        )
    elif -ahead > timedelta(days=limits.behind_days):
        yield _finding(
            path,
            "The visit is more than {limit} years older than its arrival: was the phone's clock wrong? Then correct the time.",
            reads=clock,
            limit=limits.behind_days // 365,
        )


def _place(answers: _Answers, ground: Ground, limits: Limits) -> Iterator[Finding]:
    """Where it was, against what is known: verdicts that rest on the tables as they were at receipt."""
    known = frozenset({Source.LIST})
    for name in _POINTS:
        point = answers[name]
        if point is None:
            continue
        if ground.dwelling is not None and name == "visit.point":
            metres = distance_m(point, ground.dwelling)
            if metres is not None and metres > limits.dwelling_m:
                yield _finding(
                    answers.paths[name],
                    "The visit was made more than {limit} m from the dwelling.",
                    reads=known,
                    limit=limits.dwelling_m,
                )
        if far := _outside(ground, point):
            yield _finding(
                answers.paths[name], "The point lies {metres} m outside the area.", reads=known, metres=far
            )


def _outside(ground: Ground, point: Sequence[float | None]) -> int:
    """By how much a point lies outside the area, if by more than it was measured to; in hundreds of metres, since a protected
    point is not to be found again by its way to the boundary. 0: within, or not known."""
    lat, lon, _, accuracy = [*point, None, None][:4]
    if ground.boundary is None or lat is None or lon is None:
        return 0
    metres = outside_m(ground.boundary, lat, lon) or 0.0
    return max(100, int(round(metres, -2))) if metres > (accuracy or 0) else 0
