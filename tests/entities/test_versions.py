"""Entities from submissions: versions, conflicts, corrections, what the server adds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from server.entities import datasets
from server.entities.models import Dataset, DatasetProperty, Entity, EntityVersion
from server.entities.versions import EntityWrite, clean_uuid
from server.households import standing, writer
from server.xforms import EntityDecl, SavedEntity
from tests.households.world import Received, World, new_uuid, visit_mapping, when

SAVETO = {f"/data/{name}": name for name in ("status", "floor", "roof")}


def forms(world: World) -> tuple[int, int]:
    """A form that creates households and one that updates them."""
    create = world.form(visit_mapping(create=True), saveto=SAVETO)
    return create, world.form(visit_mapping(), saveto=SAVETO)


def update(
    world: World, form: int, household: str, base: int | None, day: int = 2, **properties: str
) -> Received:
    """A visit that saves these properties."""
    incoming = world.incoming(
        form, {"observed_at": when(day)}, household=household, base=base, properties=properties, label=None
    )
    return world.receive(incoming)


def entity(world: World, uuid: str) -> Entity:
    world.session.expire_all()
    return world.session.scalars(select(Entity).where(Entity.uuid == uuid)).one()


def versions(world: World, uuid: str) -> list[EntityVersion]:
    query = select(EntityVersion).where(EntityVersion.entity_id == entity(world, uuid).id)
    return list(world.session.scalars(query.order_by(EntityVersion.version)))


def test_version_1_keeps_the_phones_label_and_has_the_code(world: World) -> None:
    create, _ = forms(world)
    got = world.enrol(create, properties={"status": "active"})
    (first,) = versions(world, got.household)
    assert (first.version, first.label, first.origin) == (1, "A1-014 · 7F3A2", "submission")
    assert first.data == {"status": "active", "code": got.applied.code}
    assert sorted(first.received) == ["label", "status"]
    assert entity(world, got.household).area_id == 2


def test_an_update_from_the_current_version_is_the_next_one_and_no_conflict(world: World) -> None:
    create, visit = forms(world)
    household = world.enrol(create, properties={"status": "active", "floor": "earth"}).household
    update(world, visit, household, 1, floor="cement")
    now = entity(world, household)
    assert (now.version, now.conflict, now.data["floor"], now.data["status"]) == (2, None, "cement", "active")
    assert now.label == "A1-014 · 7F3A2"


@pytest.mark.parametrize(
    ("late", "conflict", "conflicting"),
    [
        ({"roof": "metal"}, "soft", []),
        ({"floor": "tiles"}, "hard", ["floor"]),
        ({"floor": "cement"}, "soft", []),
    ],
)
def test_an_update_from_an_old_version_is_applied_and_marked(
    world: World, late: dict[str, str], conflict: str, conflicting: list[str]
) -> None:
    create, visit = forms(world)
    household = world.enrol(create, properties={"floor": "earth", "roof": "thatch"}).household
    update(world, visit, household, 1, floor="cement")
    update(world, visit, household, 1, 3, **late)
    third = versions(world, household)[2]
    assert (third.base_version, third.conflict, third.conflicting) == (1, conflict, conflicting)
    assert entity(world, household).conflict == conflict
    assert {**third.data, **late} == third.data


def test_a_version_by_the_server_is_no_conflict_for_what_a_phone_holds(world: World) -> None:
    create, visit = forms(world)
    silent = world.form(visit_mapping(by="question", only={"visit.outcome"}), saveto=SAVETO)
    household = world.enrol(create, properties={"status": "active"}).household
    answers = {"which": household, "observed_at": when(2), "visit": {"outcome": "moved_away"}}
    world.receive(world.incoming(silent, answers))
    derived = versions(world, household)[1]
    assert (derived.origin, derived.data["status"]) == ("derived", "moved_away")
    update(world, visit, household, 1, 3, status="active")
    third = versions(world, household)[2]
    assert (third.version, third.conflict) == (3, None)


def test_a_visit_that_changes_nothing_that_phones_see_makes_no_version(world: World) -> None:
    create, _ = forms(world)
    silent = world.form(visit_mapping(by="question", only={"visit.outcome", "water.source"}), saveto=SAVETO)
    household = world.enrol(
        create, {"household": {"status": "active"}}, properties={"status": "active"}
    ).household
    generation = world.session.scalar(select(Dataset.generation))
    answers = {
        "which": household,
        "observed_at": when(2),
        "visit": {"outcome": "completed"},
        "water": {"source": "kiosk"},
    }
    world.receive(world.incoming(silent, answers))
    assert len(versions(world, household)) == 1
    assert (
        world.session.scalar(select(Dataset.generation).execution_options(populate_existing=True))
        == generation
    )


def test_the_steps_of_an_offline_chain_stand_on_each_other(world: World) -> None:
    """The phone counts its own versions: its base 2 is the version that its step before became here."""
    create, visit = forms(world)
    household = world.enrol(create, properties={"floor": "earth"}).household
    update(world, visit, household, 1, 2, floor="cement")
    branch = new_uuid()
    for base, floor in ((1, "tiles"), (2, "carpet")):
        made = world.incoming(
            visit, {"observed_at": when(3)}, household=household, base=base, properties={"floor": floor}
        )
        saved = made.entities[0]
        block = replace(saved.block, trunk_version="1", branch_id=branch)
        world.receive(replace(made, entities=(replace(saved, block=block),)))
    _, _, one, two = versions(world, household)
    assert (one.version, one.base_version, one.branch_base_version, one.conflict) == (3, 1, 1, "hard")
    assert (two.version, two.base_version, two.branch_base_version, two.conflict) == (4, 3, 2, None)


def test_a_correction_changes_what_it_gave_before_and_is_no_conflict(world: World) -> None:
    create, visit = forms(world)
    got = world.enrol(create, properties={"floor": "earth", "status": "active"})
    update(world, visit, got.household, 1, roof="metal")
    again = replace(got.incoming, submission_id=got.submission_id)
    world.receive(again)
    assert len(versions(world, got.household)) == 2
    saved = again.entities[0]
    corrected = replace(again, entities=(replace(saved, properties={"floor": "tiles", "status": "active"}),))
    world.receive(corrected)
    third = versions(world, got.household)[2]
    assert (third.conflict, third.data["floor"], third.data["roof"]) == (None, "tiles", "metal")


def counting(world: World, uuid: str) -> list[tuple[int, str, str | None, str | None]]:
    """Each version: number, origin, floor, roof."""
    return [(v.version, v.origin, v.data.get("floor"), v.data.get("roof")) for v in versions(world, uuid)]


def test_what_a_rejected_submission_gave_goes_back_and_comes_back_with_higher_versions(world: World) -> None:
    """What another changed since stays; what the submission wrote is not written again, but counts again."""
    create, visit = forms(world)
    household = world.enrol(create, properties={"floor": "earth", "roof": "thatch"}).household
    got = update(world, visit, household, 1, floor="tiles", roof="tiles")
    update(world, visit, household, 2, 3, roof="metal")
    standing.supersede(world.session, world.services, got.submission_id, world.later())
    writer.apply(
        world.session,
        world.services,
        replace(got.incoming, submission_id=got.submission_id),
        got.determined,
        world.later(901),
        submission_id=got.submission_id,
        version_id=got.seq,
    )
    assert counting(world, household) == [
        (1, "submission", "earth", "thatch"),
        (2, "submission", "tiles", "tiles"),
        (3, "submission", "tiles", "metal"),
        (4, "derived", "earth", "metal"),
        (5, "derived", "tiles", "metal"),
    ]


def test_an_update_made_before_a_rejected_one_was_taken_back_is_no_conflict(world: World) -> None:
    create, visit = forms(world)
    household = world.enrol(create, properties={"floor": "earth"}).household
    wrong = update(world, visit, household, 1, floor="tiles")
    standing.supersede(world.session, world.services, wrong.submission_id, world.later())
    update(world, visit, household, 1, 3, floor="cement")
    assert (entity(world, household).data["floor"], entity(world, household).conflict) == ("cement", None)


def test_a_conflict_with_what_was_rejected_is_over(world: World) -> None:
    create, visit = forms(world)
    household = world.enrol(create, properties={"floor": "earth"}).household
    update(world, visit, household, 1, floor="cement")
    late = update(world, visit, household, 1, 3, floor="tiles")
    assert entity(world, household).conflict == "hard"
    standing.supersede(world.session, world.services, late.submission_id, world.later())
    assert (entity(world, household).data["floor"], entity(world, household).conflict) == ("cement", None)


def test_what_a_silent_visit_told_falls_back_with_it(world: World) -> None:
    create, _ = forms(world)
    silent = world.form(visit_mapping(by="question", only={"visit.outcome"}), saveto=SAVETO)
    household = world.enrol(create, properties={"status": "active"}).household
    answers = {"which": household, "observed_at": when(2), "visit": {"outcome": "moved_away"}}
    got = world.receive(world.incoming(silent, answers))
    assert entity(world, household).data["status"] == "moved_away"
    standing.supersede(world.session, world.services, got.submission_id, world.later())
    assert entity(world, household).data["status"] == "active"
    standing.reinstate(world.session, world.services, got.submission_id, world.later(901))
    assert [v.data["status"] for v in versions(world, household)] == [
        "active",
        "moved_away",
        "active",
        "moved_away",
    ]


def test_a_second_create_writes_nothing_and_an_update_of_nothing_no_version(world: World) -> None:
    create, visit = forms(world)
    got = world.enrol(create, {"water": {"source": "kiosk"}})
    second = world.enrol(
        create, {"water": {"source": "surface"}, "observed_at": when(9)}, household=got.household
    )
    assert second.determined.entities[0].reason == "exists"
    assert (second.applied.code, second.applied.written) == (got.applied.code, ())
    assert [row["source"] for row in world.rows("water", got.household, history=True)] == ["kiosk"]
    assert len(versions(world, got.household)) == 1
    unknown = update(world, visit, new_uuid(), 1, floor="tiles")
    assert unknown.determined.entities[0].reason == "unknown"


def test_a_protected_property_lies_sealed_and_stays_so_through_updates(world: World) -> None:
    create, visit = forms(world)
    world.form(visit_mapping(create=True), saveto={"/data/dwelling": "geometry"})
    point = "30.123456 103.987654 500 5"
    household = world.enrol(create, properties={"geometry": point, "floor": "earth"}).household
    update(world, visit, household, 1, floor="tiles")
    for row in (entity(world, household), *versions(world, household)):
        assert "geometry" not in row.data
        assert row.protected is not None
        assert b"30.123456" not in row.protected
        opened = world.services.keys.open(row.protected, "entity.protected")
        assert opened.decode() == f'{{"geometry":"{point}"}}'


def test_lists_are_made_at_publishing_and_a_property_once_protected_stays_so(world: World) -> None:
    def declared(saveto: dict[str, str]) -> EntityDecl:
        return EntityDecl(
            "/d/meta/entity", "/d", "trees", "1", None, "", "", None, None, None, "2024.1.0", None, saveto
        )

    form = world.form(visit_mapping(create=True))
    session = world.session
    assert datasets.dataset_id_of(session, 1, "trees") is None
    made = datasets.declare(
        session, 1, form, [declared({"/d/where": "geometry", "/d/kind": "kind"})], {"/d/where"}
    )
    again = datasets.declare(session, 1, form, [declared({"/d/kind": "kind", "/d/where": "geometry"})])
    assert made == again == {"trees": datasets.dataset_id_of(session, 1, "trees")}
    assert datasets.properties_of(session, made["trees"]) == {"geometry": True, "kind": False}
    assert datasets.points_of(session, made["trees"]) == {"geometry"}
    datasets.declare(session, 1, form, [declared({"/d/words": "geometry"})], point_paths=frozenset())
    assert datasets.points_of(session, made["trees"]) == set()
    assert session.scalars(select(DatasetProperty).where(DatasetProperty.dataset_id == made["trees"])).all()


@pytest.mark.parametrize(
    ("text", "uuid"),
    [
        ("0F8FAD5B-D9CB-469F-A165-70867728950E", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        (" 0f8fad5b-d9cb-469f-a165-70867728950e ", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        ("0f8fad5b-d9cb-169f-a165-70867728950e", None),
        ("0f8fad5b", None),
        ("", None),
        (None, None),
    ],
)
def test_only_uuids_of_version_4_are_entities(text: str | None, uuid: str | None) -> None:
    assert clean_uuid(text) == uuid


def test_a_decision_survives_the_ledger() -> None:
    full: dict[str, Any] = {
        "conflict": "hard",
        "conflicting": ("floor",),
        "protected": ("geometry",),
        "base_version": 3,
    }
    for made in (
        EntityWrite("/d/meta/entity", 1, "u", "none", "unknown"),
        EntityWrite("/d", 2, "u", "update", **full),
    ):
        assert EntityWrite.from_dict(made.as_dict()) == made


def test_a_block_of_a_list_that_is_not_there_writes_nothing(world: World) -> None:
    create, _ = forms(world)
    made = world.incoming(create, {"area": "A1-014"}, household=new_uuid(), create=True)
    saved: SavedEntity = made.entities[0]
    elsewhere = replace(saved, block=replace(saved.block, dataset="elsewhere"))
    got = world.receive(replace(made, entities=(elsewhere,)))
    assert got.determined.entities == ()
    assert world.session.scalars(select(Entity)).all() == []
