"""No result rests on the order of arrival: the same submissions in any order give the same current rows."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.households import standing
from server.households.incoming import Incoming
from server.households.tables import TABLES
from tests.households.world import World, lay_out, new_uuid, visit_mapping, when

SHORT = {"water.source", "water.sufficient", "household.contact_ok", "need.service"}

WATER = st.fixed_dictionaries(
    {},
    optional={
        "source": st.sampled_from(["kiosk", "surface", ""]),
        "round_trip": st.sampled_from(["5", "40", ""]),
        "sufficient": st.sampled_from(["yes", "no", ""]),
    },
)
HOUSEHOLD = st.fixed_dictionaries(
    {},
    optional={
        "contact_ok": st.sampled_from(["yes", "no", ""]),
        "contact": st.sampled_from(["one", "two", ""]),
        "dwelling": st.sampled_from(["30.1 103.2 0 5", "31.5 104.9 0 5", ""]),
        "status": st.sampled_from(["active", "left_panel", ""]),
    },
)


@dataclass
class Visit:
    """A visit to be received, once the household has its name: the form, its answers, and what becomes of it."""

    short: bool
    answers: dict[str, Any]
    rejected: bool = False
    corrected: dict[str, Any] | None = field(default=None)


@st.composite
def visits(draw: st.DrawFn) -> list[Visit]:
    """Up to six visits, some at the same instant, some corrected or rejected later."""
    made = []
    for _ in range(draw(st.integers(1, 6))):
        day = draw(st.integers(1, 3))
        answers = {
            "observed_at": when(day),
            "end": draw(st.sampled_from(["", when(day, 11), when(day, 12)])),
            "water": draw(WATER),
            "household": draw(HOUSEHOLD),
            "visit": {"outcome": draw(st.sampled_from(["completed", "refused", "moved_away", ""]))},
            "need": [{"service": s} for s in draw(st.lists(st.sampled_from(["water", "food"]), max_size=2))],
        }
        corrected = {**answers, "water": draw(WATER)} if draw(st.booleans()) else None
        made.append(Visit(draw(st.booleans()), answers, draw(st.booleans()), corrected))
    return made


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[World, int, int, int]]:
    """One installation for all examples: each takes households of its own."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/fieldfare.sqlite3"
        lay_out(url)
        world = World.open(url, Path(folder))
        long = world.form(visit_mapping(by="question"))
        short = world.form(visit_mapping(by="question", only=SHORT))
        enrol = world.form(visit_mapping(create=True))
        yield world, enrol, long, short
        world.close()


def told(world: World, forms: tuple[int, int, int], events: list[tuple[int, Visit | None]]) -> Any:
    """What the tables say of a new household after these events in this order.

    Event (-1, None) is its enrolment; (n, visit) the n-th visit's arrival, which brings its correction and its
    rejection behind it.
    """
    enrol, long, short = forms
    uuid = new_uuid()
    for number, visit in events:
        if visit is None:
            answers = {"area": "A1-014", "observed_at": when(2), "household": {"status": "active"}}
            incoming = world.incoming(enrol, answers, household=uuid, create=True, instance="uuid:enrolment")
            world.receive(incoming, commit=False)
            continue
        incoming = world.incoming(short if visit.short else long, {"which": uuid, **visit.answers})
        incoming = replace(incoming, instance_id=f"uuid:{number}")
        received = world.receive(incoming, commit=False)
        if visit.corrected is not None:
            again: Incoming = replace(incoming, record={"which": uuid, **visit.corrected})
            world.receive(replace(again, submission_id=received.submission_id), commit=False)
        if visit.rejected:
            standing.supersede(world.session, world.services, received.submission_id, world.later())
    said = {}
    for name, table in TABLES.items():
        if table.subject == "household":
            said[name] = [plain(world, name, row) for row in world.rows(name, uuid)]
    world.session.rollback()
    return said


def plain(world: World, table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A current row without what differs by itself: ids, codes, nonces, times of record."""
    opened = {
        name: world.services.keys.open(value, f"{table}.{name}") if isinstance(value, bytes) else value
        for name, value in row.items()
    }
    ids = {
        "uuid",
        "household_id",
        "code",
        "submission_id",
        "updated_at",
        "recorded_at",
        "created_by",
        "distance",
    }
    return {name: value for name, value in opened.items() if name not in ids}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(visits=visits(), data=st.data())
def test_the_order_of_arrival_changes_nothing_that_is_current(
    shared: tuple[World, int, int, int], visits: list[Visit], data: st.DataObject
) -> None:
    world, *forms = shared
    events = list(itertools.chain([(-1, None)], enumerate(visits)))
    shuffled = data.draw(st.permutations(events))
    chosen = (forms[0], forms[1], forms[2])
    assert told(world, chosen, events) == told(world, chosen, shuffled)
