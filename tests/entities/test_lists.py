"""Lists as phones get them."""

from __future__ import annotations

import csv
import io
import threading
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.entities import datasets, lists
from server.entities.later import JOBS
from server.entities.models import ListCopy
from server.households import merge
from server.jobs import Job
from tests.households.world import World, new_uuid, visit_mapping

POINT = "30.123456 103.987654 512.3 4.9"
SAVED = {"status": "active", "geometry": POINT, "contact": "+86 10 0000 0000"}
SAVETO = {"/data/status": "status", "/data/dwelling": "geometry", "/data/contact": "contact"}


def a_list(world: World) -> tuple[int, int]:
    """A form that creates households, and its list's id."""
    form = world.form(visit_mapping(create=True), saveto=SAVETO)
    dataset = datasets.dataset_id_of(world.session, 1, "households")
    assert dataset is not None
    return form, dataset


def listed(
    world: World, dataset: int, areas: tuple[int, ...], *, exact: bool = False, generation: int | None = None
) -> lists.Copy:
    """The list as a phone fetches it."""
    with world.reading() as session:
        return lists.csv_for(
            session, world.services, dataset, areas, exact_points=exact, generation=generation
        )


def rows_of(copy: lists.Copy) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(copy.content.decode())))


def test_a_list_holds_id_label_version_and_the_published_properties_in_order(world: World) -> None:
    form, dataset = a_list(world)
    got = world.enrol(form, properties={"status": "active"})
    copy = listed(world, dataset, ())
    assert copy.content.decode().splitlines()[0] == "name,label,__version,code,status,geometry,contact"
    assert rows_of(copy) == [
        {
            "name": got.household,
            "label": "A1-014 · 7F3A2",
            "__version": "1",
            "code": got.applied.code,
            "status": "active",
            "geometry": "",
            "contact": "",
        }
    ]


def test_a_protected_point_is_rounded_in_a_list_and_a_contact_is_never_there(world: World) -> None:
    form, dataset = a_list(world)
    protected = frozenset({"/data/dwelling", "/data/contact"})
    world.enrol(form, properties=SAVED, protected=protected)
    for exact, point in ((False, "30.12 103.99 0 0"), (True, POINT)):
        copy = listed(world, dataset, (), exact=exact)
        assert [(row["geometry"], row["contact"]) for row in rows_of(copy)] == [(point, "")]


def test_a_phone_gets_the_entities_of_its_areas_and_below_alone(world: World) -> None:
    form, dataset = a_list(world)
    inside = world.enrol(form).household
    world.enrol(form, {"area": "B2"})
    copy = listed(world, dataset, (1,))
    assert [row["name"] for row in rows_of(copy)] == [inside]


def test_a_change_makes_a_new_copy_and_the_old_one_stays_readable_under_its_generation(world: World) -> None:
    form, dataset = a_list(world)
    world.enrol(form)
    first = listed(world, dataset, ())
    assert lists.stamp_for(world.session, world.services, dataset, ()) == lists.Stamp(
        first.md5, first.generation
    )
    world.enrol(form)
    second = listed(world, dataset, ())
    assert len(rows_of(second)) == 2
    assert second.generation > first.generation
    again = listed(world, dataset, (), generation=first.generation)
    assert again == first


def test_a_copy_is_made_once_and_lies_encrypted(world: World) -> None:
    form, dataset = a_list(world)
    world.enrol(form)
    world.session.commit()
    got: list[lists.Copy] = []

    def ask() -> None:
        with Session(world.readers, info={"read_only": True}) as session:
            got.append(lists.csv_for(session, world.services, dataset, (1,)))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    assert len(set(got)) == 1
    kept = world.session.scalars(select(ListCopy)).all()
    assert len(kept) == 1
    assert b"A1-014" not in kept[0].content


def test_copies_followed_by_a_newer_one_for_a_day_are_swept(world: World) -> None:
    form, dataset = a_list(world)
    for _ in range(3):
        world.enrol(form)
        listed(world, dataset, ())
        world.session.commit()
    assert world.session.scalar(select(func.count()).select_from(Job).where(Job.kind == "lists.sweep")) == 3
    kept = world.session.scalars(select(ListCopy).order_by(ListCopy.generation)).all()
    for copy, days in zip(kept, (5, 3, 0), strict=True):
        made = copy.made_at - timedelta(days=days)
        world.session.execute(update(ListCopy).where(ListCopy.id == copy.id).values(made_at=made))
    JOBS["lists.sweep"](world.session, world.services, str(dataset))
    world.session.commit()
    left = world.session.scalars(select(ListCopy.generation).order_by(ListCopy.generation)).all()
    assert left == [kept[1].generation, kept[2].generation]


def test_a_household_taken_off_is_gone_from_the_list_and_told_as_deleted(world: World) -> None:
    form, dataset = a_list(world)
    kept, gone = world.enrol(form).household, world.enrol(form).household
    merge.merge(world.session, world.services, kept, gone, None)
    world.session.commit()
    copy = listed(world, dataset, ())
    assert [row["name"] for row in rows_of(copy)] == [kept]
    unknown = new_uuid()
    assert lists.deleted(world.session, dataset, [kept, gone, unknown]) == {kept: False, gone: True}


def test_areas_come_with_their_ancestors_and_labels_in_every_language(world: World) -> None:
    copy = lists.areas_csv(world.session, world.services, (2,), "zh")
    assert rows_of(copy) == [
        {
            "name": "A1",
            "label": "A1 村",
            "label_en": "A1",
            "label_zh": "A1 村",
            "label_ar": "A1",
            "parent": "",
            "level": "village",
        },
        {
            "name": "A1-014",
            "label": "A1-014 村",
            "label_en": "A1-014",
            "label_zh": "A1-014 村",
            "label_ar": "A1-014",
            "parent": "A1",
            "level": "village",
        },
    ]
    assert [row["name"] for row in rows_of(lists.areas_csv(world.session, world.services, ()))] == [
        "A1",
        "A1-014",
        "B2",
    ]


def test_a_list_without_copies_is_made_anew(world: World) -> None:
    form, dataset = a_list(world)
    world.enrol(form)
    first = listed(world, dataset, (1,))
    world.session.execute(delete(ListCopy))
    datasets.touch_all(world.session)
    world.session.commit()
    assert listed(world, dataset, (1,)).content == first.content
