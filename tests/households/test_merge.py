"""Two enrolments of one dwelling: merged, undone, replayed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from server import ledger, problems
from server.entities.models import Entity
from server.households import merge, standing, writer
from server.ingest.rebuild import rebuild
from tests.households.world import Received, World, new_uuid, visit_mapping, when
from tests.support.town import Town


def pair(world: World) -> tuple[Received, Received, int]:
    """Two households with one table each of their own, and a form to visit them."""
    enrol, visit = world.form(visit_mapping(create=True)), world.form(visit_mapping(by="question"))
    one = world.enrol(enrol, {"observed_at": when(1), "water": {"source": "kiosk"}})
    two = world.enrol(
        enrol, {"observed_at": when(3), "water": {"source": "surface"}, "waste": {"collection": "burnt"}}
    )
    return one, two, visit


def test_the_kept_household_shows_both_histories_and_what_is_newest(world: World) -> None:
    one, two, _ = pair(world)
    merge.merge(world.session, world.services, one.household, two.household, None)
    assert [row["source"] for row in world.rows("water", one.household, history=True)] == ["kiosk", "surface"]
    water, waste = world.row("water", one.household), world.row("waste", one.household)
    assert water is not None
    assert waste is not None
    assert water["source"] == "surface"
    gone = world.row("household", two.household)
    assert gone is not None
    assert (gone["merged_into"], gone["status"]) == (one.household, "merged")
    assert world.rows("water", two.household) == []
    entity = world.session.query(Entity).filter_by(uuid=two.household).one()
    assert entity.deleted_at is not None


def test_a_visit_that_still_names_the_gone_household_goes_to_the_kept_one(world: World) -> None:
    one, two, visit = pair(world)
    merge.merge(world.session, world.services, one.household, two.household, None)
    answers = {"which": two.household, "observed_at": when(5), "water": {"source": "borehole"}}
    got = world.receive(world.incoming(visit, answers))
    assert (got.household, got.applied.code) == (one.household, one.applied.code)
    water = world.row("water", one.household)
    assert water is not None
    assert water["source"] == "borehole"


def test_undone_each_has_its_own_again_also_what_came_since(world: World) -> None:
    one, two, visit = pair(world)
    before = [world.row("household", r.household) for r in (one, two)]
    merge.merge(world.session, world.services, one.household, two.household, None)
    answers = {"which": two.household, "observed_at": when(5), "water": {"source": "borehole"}}
    world.receive(world.incoming(visit, answers))
    merge.undo(world.session, world.services, two.household, None)
    sources = {
        r.household: [w["source"] for w in world.rows("water", r.household, history=True)] for r in (one, two)
    }
    assert sources == {one.household: ["kiosk"], two.household: ["surface", "borehole"]}
    after = [world.row("household", r.household) for r in (one, two)]
    for old, new in zip(before, after, strict=True):
        assert old is not None
        assert new is not None
        assert {k: v for k, v in old.items() if k != "updated_at"} == {
            k: v for k, v in new.items() if k != "updated_at"
        }
    assert world.session.query(Entity).filter_by(uuid=two.household).one().deleted_at is None


def test_merges_in_a_row_come_apart_in_any_place(world: World) -> None:
    one, two, _ = pair(world)
    three, _, _ = pair(world)
    merge.merge(world.session, world.services, two.household, one.household, None)
    merge.merge(world.session, world.services, three.household, two.household, None)
    assert len(world.rows("water", three.household, history=True)) == 3
    merge.undo(world.session, world.services, two.household, None)
    assert [w["source"] for w in world.rows("water", three.household, history=True)] == ["kiosk"]
    assert [w["source"] for w in world.rows("water", two.household, history=True)] == ["kiosk", "surface"]
    merge.undo(world.session, world.services, one.household, None)
    assert [w["source"] for w in world.rows("water", two.household, history=True)] == ["surface"]


def test_of_merges_in_a_row_the_first_can_be_undone_before_the_second(world: World) -> None:
    one, two, _ = pair(world)
    three, _, _ = pair(world)
    merge.merge(world.session, world.services, two.household, one.household, None)
    merge.merge(world.session, world.services, three.household, two.household, None)
    merge.undo(world.session, world.services, one.household, None)
    sources = {
        r.household: [w["source"] for w in world.rows("water", r.household, history=True)]
        for r in (one, two, three)
    }
    assert sources == {one.household: ["kiosk"], two.household: [], three.household: ["surface", "kiosk"]}
    merge.undo(world.session, world.services, two.household, None)
    assert [w["source"] for w in world.rows("water", two.household, history=True)] == ["surface"]


def test_what_waited_through_a_merge_and_its_undoing_goes_to_the_household_it_named(world: World) -> None:
    one, two, visit = pair(world)
    merge.merge(world.session, world.services, one.household, two.household, None)
    answers = {"which": two.household, "observed_at": when(5), "water": {"source": "borehole"}}
    held = world.receive(world.incoming(visit, answers), held=True)
    assert held.determined.names == f"household:{two.household}"
    merge.undo(world.session, world.services, two.household, None)
    writer.apply(
        world.session,
        world.services,
        replace(held.incoming, submission_id=held.submission_id),
        held.determined,
        world.later(),
        submission_id=held.submission_id,
        version_id=held.seq,
    )
    sources = [[w["source"] for w in world.rows("water", r.household, history=True)] for r in (one, two)]
    assert sources == [["kiosk"], ["surface", "borehole"]]


def test_an_entity_that_was_updated_while_it_was_merged_says_so_when_it_is_back(world: World) -> None:
    one, two, _ = pair(world)
    visit = world.form(visit_mapping())
    merge.merge(world.session, world.services, one.household, two.household, None)
    world.receive(
        world.incoming(
            visit,
            {"observed_at": when(5)},
            household=two.household,
            base=1,
            properties={"status": "left_panel"},
        )
    )
    merge.undo(world.session, world.services, two.household, None)
    world.session.expire_all()
    entity = world.session.query(Entity).filter_by(uuid=two.household).one()
    assert (entity.deleted_at, entity.data["status"]) == (None, "left_panel")


def test_a_household_whose_enrolment_was_rejected_while_it_was_merged_stays_off_the_lists(
    world: World,
) -> None:
    one, two, _ = pair(world)
    merge.merge(world.session, world.services, one.household, two.household, None)
    standing.supersede(world.session, world.services, two.submission_id, world.later())
    merge.undo(world.session, world.services, two.household, None)
    world.session.expire_all()
    assert world.session.query(Entity).filter_by(uuid=two.household).one().deleted_at is not None
    standing.reinstate(world.session, world.services, two.submission_id, world.later(901))
    world.session.expire_all()
    assert world.session.query(Entity).filter_by(uuid=two.household).one().deleted_at is None


def test_a_household_is_merged_once(world: World) -> None:
    one, two, _ = pair(world)
    three, _, _ = pair(world)
    merge.merge(world.session, world.services, one.household, two.household, None)
    for keep, gone in ((three, two), (two, three)):
        with pytest.raises(problems.ProblemError) as refused:
            merge.merge(world.session, world.services, keep.household, gone.household, None)
        assert refused.value.problem is problems.ALREADY_MERGED
        assert refused.value.details["code"] == two.applied.code
    with pytest.raises(problems.ProblemError) as refused:
        merge.merge(world.session, world.services, one.household, new_uuid(), None)
    assert refused.value.problem is problems.NOT_FOUND
    with pytest.raises(problems.ProblemError) as refused:
        merge.undo(world.session, world.services, one.household, None)
    assert refused.value.problem is problems.STALE


def test_replayed_from_the_ledger_a_merge_does_the_same(world: World) -> None:
    one, two, _ = pair(world)
    merge.merge(world.session, world.services, one.household, two.household, None)
    merged = [world.rows(name, one.household) for name in ("water", "waste")]
    merge.undo(world.session, world.services, two.household, None)
    events = [e for e in ledger.read(world.session, world.services.keys) if e.kind is ledger.Kind.MERGE]
    merge.replay(world.session, world.services, events[0])
    assert [world.rows(name, one.household) for name in ("water", "waste")] == merged
    merge.replay(world.session, world.services, events[1])
    assert len(world.rows("water", two.household)) == 1


@pytest.mark.parametrize("enrolled_again", [4, 9])
def test_enrolled_once_more_a_household_keeps_the_first_day_of_those_merged_into_it_as_after_a_rebuild(
    house: Town, enrolled_again: int
) -> None:
    kept = house.enrol(when="2026-04-24T10:00:00.000+08:00", water="surface")
    gone = house.enrol(when="2026-08-10T10:00:00.000+08:00", rooms="4")
    assert house.decide(kept.instance_id, "rejected").status_code == 200
    with house.session() as session:
        merge.merge(session, house.services, kept.household, gone.household, None)

    def subject() -> dict[str, object]:
        (row,) = (row for row in house.rows("household") if row["uuid"] == kept.household)
        return {name: value for name, value in row.items() if name != "dwelling"}

    assert subject()["enrolled_on"] == date(2026, 8, 10)
    house.enrol(household=kept.household, when=f"2026-{enrolled_again:02d}-08T10:00:00.000+08:00", rooms="3")
    live = subject()
    assert live["enrolled_on"] == date(2026, min(8, enrolled_again), 10 if enrolled_again > 8 else 8)
    assert live["last_visit_on"] == max(date(2026, 8, 10), date(2026, enrolled_again, 8))
    with house.session() as session:
        rebuild(session, house.services)
    assert subject() == live
