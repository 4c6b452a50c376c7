"""Taking rows out of force and back: rejection, undo, approval of what was held, what the page shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import text

from server.entities.models import Entity
from server.entities.versions import Moment
from server.households import standing, writer
from server.households.determine import Determined
from server.households.ground import findings_of
from server.households.tables import until_views
from tests.households.world import NOW, Received, World, new_uuid, visit_mapping, when


def two_visits(world: World) -> tuple[Received, Received]:
    """An enrolment that found a kiosk and a later visit that found a river; the visit."""
    enrol, visit = world.form(visit_mapping(create=True)), world.form(visit_mapping(by="question"))
    first = world.enrol(enrol, {"observed_at": when(1), "water": {"source": "kiosk"}})
    answers = {
        "which": first.household,
        "observed_at": when(2),
        "water": {"source": "surface"},
        "need": [{"service": "water"}],
    }
    return first, world.receive(world.incoming(visit, answers))


def source(world: World, household: str) -> Any:
    row = world.row("water", household)
    return None if row is None else row["source"]


def test_a_rejected_visits_rows_fall_back_and_come_back_with_undo(world: World) -> None:
    first, second = two_visits(world)
    standing.supersede(world.session, world.services, second.submission_id, world.later())
    assert source(world, first.household) == "kiosk"
    assert world.rows("need", first.household) == []
    assert standing.written(world.session, second.submission_id) == []
    assert standing.wrote(world.session, second.submission_id, second.seq)
    assert not standing.wrote(world.session, second.submission_id, 999)
    standing.reinstate(world.session, world.services, second.submission_id, world.later(901))
    assert source(world, first.household) == "surface"
    assert [row["service"] for row in world.rows("need", first.household)] == ["water"]


def test_undo_does_not_bring_back_what_a_correction_superseded(world: World) -> None:
    first, second = two_visits(world)
    answers = {**second.incoming.record, "water": {"source": "borehole"}}
    world.receive(replace(second.incoming, record=answers, submission_id=second.submission_id))
    standing.supersede(world.session, world.services, second.submission_id, world.later())
    standing.reinstate(world.session, world.services, second.submission_id, world.later(901))
    rows = world.rows("water", first.household, history=True)
    assert [(row["source"], row["superseded_at"] is None) for row in rows] == [
        ("kiosk", True),
        ("surface", False),
        ("borehole", True),
    ]


def test_what_was_written_is_told_with_table_row_and_columns(world: World) -> None:
    _, second = two_visits(world)
    told = standing.written(world.session, second.submission_id)
    assert [(row.table, row.columns) for row in told] == [
        ("water", ("source",)),
        ("need", ("service",)),
        ("visit", ("form", "version")),
    ]
    assert told[0].row_id == world.rows("water", second.household, history=True)[1]["id"]
    assert list(second.applied.written) == told


def test_a_held_visit_is_applied_at_its_approval_with_what_was_determined_at_receipt(world: World) -> None:
    """Also where others came meanwhile: its place is by time, and its entity version the next free one."""
    enrol, visit = world.form(visit_mapping(create=True)), world.form(visit_mapping())
    household = new_uuid()
    created = world.receive(
        world.incoming(
            enrol, {"area": "A1-014"}, household=household, create=True, properties={"status": "active"}
        ),
        held=True,
    )
    assert created.applied.code is not None
    answers = {"observed_at": when(2), "water": {"source": "surface"}}
    late = world.incoming(visit, answers, household=household, properties={"status": "left_panel"}, base=1)
    held = world.receive(late, held=True)
    answers = {"observed_at": when(3), "water": {"source": "kiosk"}}
    world.receive(
        world.incoming(visit, answers, household=household, properties={"status": "active"}, base=1)
    )
    for one, seq in ((created, 100), (held, 101)):
        stored = Determined.from_dict(one.determined.as_dict())
        assert stored == one.determined
        writer.apply(
            world.session,
            world.services,
            replace(one.incoming, submission_id=one.submission_id),
            stored,
            Moment(seq, NOW),
            submission_id=one.submission_id,
            version_id=one.seq,
        )
    row = world.row("household", household)
    assert row is not None
    assert row["confirmed"]
    assert source(world, household) == "kiosk"
    assert len(world.rows("water", household, history=True)) == 2
    entity = world.session.query(Entity).one()
    assert (entity.version, entity.data["status"]) == (3, "active")


def test_rejecting_a_held_create_takes_it_off_the_lists_and_undo_puts_it_back(world: World) -> None:
    enrol = world.form(visit_mapping(create=True))
    incoming = world.incoming(enrol, {"area": "A1-014"}, household=new_uuid(), create=True)
    held = world.receive(incoming, held=True)
    standing.supersede(world.session, world.services, held.submission_id, world.later())
    assert world.session.query(Entity).one().deleted_at is not None
    standing.reinstate(world.session, world.services, held.submission_id, world.later(901))
    world.session.expire_all()
    assert world.session.query(Entity).one().deleted_at is None


def test_the_view_says_until_when_a_row_held(world: World) -> None:
    first, _ = two_visits(world)
    for name, sql in until_views():
        world.session.execute(text(sql))
        world.session.execute(text(f"SELECT * FROM {name}"))
    rows = world.session.execute(
        text(
            "SELECT source, valid_to IS NULL AS holds FROM water_until WHERE household_id = :h ORDER BY observed_at"
        ),
        {"h": first.household},
    ).all()
    assert [(row.source, bool(row.holds)) for row in rows] == [("kiosk", False), ("surface", True)]


def test_a_visit_far_from_the_dwelling_is_found_and_its_distance_kept(world: World) -> None:
    enrol, visit = world.form(visit_mapping(create=True)), world.form(visit_mapping(by="question"))
    got = world.enrol(enrol, {"observed_at": when(1), "household": {"dwelling": "30.0 103.0 500 5"}})
    answers = {"which": got.household, "observed_at": when(2), "visit": {"point": "30.01 103.0 500 5"}}
    incoming = world.incoming(visit, answers)
    assert [finding.path for finding in findings_of(world.session, world.services, incoming)] == [
        "/data/visit/point"
    ]
    world.receive(incoming)
    row = world.row("visit", got.household)
    assert row is not None
    assert row["distance"] == 1112
    assert (row["point_lat"], row["point_lon"]) == (30.01, 103.0)
