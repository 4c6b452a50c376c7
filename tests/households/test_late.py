"""What phones see of a household does not rest on the order of arrival: late visits and edits take their own place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.entities.models import Entity, EntityVersion
from server.households import standing
from server.households.incoming import Incoming
from tests.households.world import Received, World, new_uuid, visit_mapping, when

SAVETO = {f"/data/{name}": name for name in ("status", "floor", "roof", "last_visit_on", "next_visit_due")}
ASKED = {"visit.outcome", "housing.floor"}


def forms(world: World) -> tuple[int, int, int]:
    """A form that creates households, one that updates them, one that writes facts about them alone."""
    create = world.form(visit_mapping(create=True, only=ASKED), saveto=SAVETO)
    update = world.form(visit_mapping(only=ASKED), saveto=SAVETO)
    return create, update, world.form(visit_mapping(by="question", only=ASKED), saveto=SAVETO)


def enrolled(world: World, form: int, day: int, **properties: str) -> Received:
    """An enrolment that saves these properties."""
    answers = {"area": "A1-014", "observed_at": when(day)}
    return world.receive(
        world.incoming(form, answers, household=new_uuid(), create=True, properties=properties)
    )


def visited(world: World, form: int, household: str, day: int, **properties: str) -> Received:
    """A completed visit that saves these properties and, as forms do, its own dates."""
    dates = {"last_visit_on": f"2026-03-{day:02d}", "next_visit_due": f"2027-03-{day:02d}"}
    answers = {
        "observed_at": when(day),
        "visit": {"outcome": "completed"},
        "housing": {"floor": properties.get("floor", "")},
    }
    saves = {**dates, **properties}
    incoming = world.incoming(form, answers, household=household, properties=saves, base=1, label=None)
    return world.receive(incoming)


def edited(world: World, one: Received, properties: dict[str, str], **more: Any) -> Received:
    """A correction of a submission, saving these properties and no others."""
    saved = one.incoming.entities[0]
    again = replace(one.incoming, submission_id=one.submission_id, **more)
    return world.receive(replace(again, entities=(replace(saved, properties=properties),)))


def listed(world: World, household: str) -> dict[str, str]:
    """What the list says of a household now."""
    world.session.expire_all()
    data = dict(world.session.query(Entity).filter_by(uuid=household).one().data)
    return {name: value for name, value in data.items() if name != "code" and value}


def numbers(world: World, household: str) -> list[int]:
    entity = world.session.query(Entity).filter_by(uuid=household).one()
    rows = world.session.query(EntityVersion).filter_by(entity_id=entity.id).order_by(EntityVersion.version)
    return [row.version for row in rows]


def test_a_visit_that_arrives_late_leaves_what_a_newer_one_said_to_phones(world: World) -> None:
    create, visit, _ = forms(world)
    household = enrolled(world, create, 1, floor="earth", roof="thatch").household
    visited(world, visit, household, 22, floor="tiles")
    late = visited(world, visit, household, 10, floor="cement", roof="metal")
    dates = {"last_visit_on": "2026-03-22", "next_visit_due": "2027-03-22"}
    assert {"floor": "tiles", "roof": "metal", **dates}.items() <= listed(world, household).items()
    row, house = world.row("housing", household), world.row("household", household)
    assert row is not None
    assert house is not None
    assert (row["floor"], str(house["last_visit_on"])) == ("tiles", "2026-03-22")
    assert numbers(world, household) == [1, 2, 3]
    standing.supersede(world.session, world.services, late.submission_id, world.later())
    assert listed(world, household)["roof"] == "thatch"


def test_what_a_newer_visit_overruled_comes_forth_when_that_one_is_rejected(world: World) -> None:
    create, visit, _ = forms(world)
    household = enrolled(world, create, 1, floor="earth").household
    newer = visited(world, visit, household, 22, floor="tiles")
    visited(world, visit, household, 10, floor="cement")
    standing.supersede(world.session, world.services, newer.submission_id, world.later())
    assert (listed(world, household)["floor"], listed(world, household)["last_visit_on"]) == (
        "cement",
        "2026-03-10",
    )


def test_a_late_visit_that_saves_its_dates_does_not_turn_back_those_of_a_silent_one(world: World) -> None:
    create, visit, silent = forms(world)
    household = enrolled(world, create, 1).household
    answers = {"which": household, "observed_at": when(22), "visit": {"outcome": "completed"}}
    world.receive(world.incoming(silent, answers))
    visited(world, visit, household, 10)
    assert listed(world, household)["last_visit_on"] == "2026-03-22"


def test_an_edited_enrolment_keeps_its_place_before_the_visits(world: World) -> None:
    create, visit, _ = forms(world)
    enrolment = enrolled(world, create, 1, floor="earth", roof="thatch")
    household = enrolment.household
    visited(world, visit, household, 22, floor="tiles")
    edited(world, enrolment, {"floor": "cement", "roof": "metal"})
    assert listed(world, household)["floor"] == "tiles"
    assert listed(world, household)["roof"] == "metal"
    assert numbers(world, household) == [1, 2, 3]


def test_a_correction_takes_back_what_it_no_longer_says(world: World) -> None:
    create, visit, _ = forms(world)
    household = enrolled(world, create, 1, floor="earth", roof="thatch").household
    wrong = visited(world, visit, household, 10, floor="tiles", roof="metal")
    edited(world, wrong, {"floor": "tiles"})
    assert (listed(world, household)["floor"], listed(world, household)["roof"]) == ("tiles", "thatch")


def test_without_a_mapping_an_edit_of_the_creating_submission_leaves_later_updates(world: World) -> None:
    """Its place is that of its first arrival, whatever its form is asked."""
    create, visit, _ = forms(world)
    made = world.incoming(
        create, {}, household=new_uuid(), create=True, properties={"floor": "earth", "roof": "thatch"}
    )
    first = world.receive(replace(made, plan=None))
    household = made.entities[0].block.id
    saves = {"floor": "tiles"}
    later = world.incoming(visit, {}, household=household, properties=saves, base=1, label=None)
    second = world.receive(replace(later, plan=None))
    edited(world, first, {"floor": "cement", "roof": "metal"})
    assert listed(world, household) == {"floor": "tiles", "roof": "metal"}
    edited(world, second, {"floor": "carpet"})
    assert listed(world, household)["floor"] == "carpet"


@dataclass
class Sent:
    """A visit to come: its day, what it saves (None: a form that saves nothing), what a correction of it saves."""

    day: int
    saves: dict[str, str] | None
    corrected: dict[str, str] | None
    outcome: str


SAVES = st.fixed_dictionaries(
    {},
    optional={
        "floor": st.sampled_from(["earth", "tiles", ""]),
        "roof": st.sampled_from(["metal", "thatch"]),
        "status": st.sampled_from(["active", "left_panel"]),
        "last_visit_on": st.sampled_from(["2026-03-02", "2026-03-03"]),
    },
)
VISITS = st.lists(
    st.builds(
        Sent,
        st.integers(1, 4),
        st.none() | SAVES,
        st.none() | SAVES,
        st.sampled_from(["completed", "refused", "moved_away", "nobody_home"]),
    ),
    min_size=2,
    max_size=5,
)


def seen(world: World, chosen: tuple[int, int, int], visits: list[tuple[int, Sent]]) -> dict[str, str]:
    """What phones see after an enrolment on day 2 and these visits, each corrected when all have come."""
    create, update, silent = chosen
    household = new_uuid()
    answers: dict[str, Any] = {"area": "A1-014", "observed_at": when(2), "visit": {"outcome": "completed"}}
    world.receive(
        world.incoming(
            create,
            answers,
            household=household,
            create=True,
            properties={"floor": "cement"},
            instance="uuid:first",
        ),
        commit=False,
    )
    to_correct: list[tuple[Incoming, int, dict[str, str]]] = []
    for number, one in visits:
        answers = {"observed_at": when(one.day), "visit": {"outcome": one.outcome}}
        name = f"uuid:{number}"
        if one.saves is None:
            world.receive(
                world.incoming(silent, {**answers, "which": household}, instance=name), commit=False
            )
            continue
        incoming = world.incoming(
            update,
            answers,
            household=household,
            properties=one.saves,
            base=1,
            label=f"A1-014 · {number}",
            instance=name,
        )
        got = world.receive(incoming, commit=False)
        if one.corrected is not None:
            to_correct.append((incoming, got.submission_id, one.corrected))
    for incoming, submission_id, properties in to_correct:
        saved = replace(incoming.entities[0], properties=properties)
        again = replace(incoming, submission_id=submission_id, entities=(saved,))
        world.receive(again, commit=False)
    told = listed(world, household)
    label = world.session.query(Entity).filter_by(uuid=household).one().label
    world.session.rollback()
    return {**told, "label": label}


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(visits=VISITS, data=st.data())
def test_whatever_the_order_of_arrival_phones_see_the_same(
    world: World, visits: list[Sent], data: st.DataObject
) -> None:
    if not world.plans:
        forms(world)
    events = list(enumerate(visits))
    shuffled = data.draw(st.permutations(events))
    assert seen(world, (1, 2, 3), events) == seen(world, (1, 2, 3), shuffled)


def test_an_enrolment_with_the_uuid_of_a_rejected_one_puts_it_back_on_the_lists(world: World) -> None:
    """By one more version, so that phones take it; what the rejected one alone had said is not in it."""
    create, visit, _ = forms(world)
    wrong = enrolled(world, create, 1, floor="earth", roof="thatch")
    visited(world, visit, wrong.household, 2, status="active")
    standing.supersede(world.session, world.services, wrong.submission_id, world.later())
    assert world.session.query(Entity).one().deleted_at is not None
    answers = {"area": "A1-014", "observed_at": when(3)}
    saves = {"floor": "tiles"}
    right = world.receive(
        world.incoming(create, answers, household=wrong.household, create=True, properties=saves)
    )
    world.session.expire_all()
    entity = world.session.query(Entity).one()
    assert (entity.deleted_at, entity.version > 2) == (None, True)
    assert entity.data["code"] == right.applied.code
    told = listed(world, wrong.household)
    assert (told["floor"], told.get("roof"), told["last_visit_on"]) == ("tiles", None, "2026-03-02")
    row = world.row("household", wrong.household)
    assert row is not None
    assert (row["confirmed"], row["created_by"]) == (True, right.submission_id)
    standing.supersede(world.session, world.services, right.submission_id, world.later(901))
    world.session.expire_all()
    assert world.session.query(Entity).one().deleted_at is not None
