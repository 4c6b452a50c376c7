"""An edit that is held back takes nothing away: what stood before it stands until somebody decides, or mends it."""

from __future__ import annotations

from typing import Any

import pytest

from server.entities.models import Entity
from server.ingest.rebuild import rebuild
from tests.households.test_doors import give
from tests.support.house import instance, xlsx
from tests.support.town import Enrolled, Town, check, enrolment, new_id

WELLS = xlsx(
    """
    type    | name   | label::English (en)    | save_to
    text    | title  | Which well is it?      | title
    integer | depth  | How deep is it?        | depth
    """,
    entities="""
    list_name | label
    wells     | concat('Well ', substr(/data/meta/entity/@id, 32, 36))
    """,
    settings="""
    form_id | form_title | version | default_language
    wells   | Wells      | 1       | English (en)
    """,
)


def minutes(house: Town, household: str) -> Any:
    """The round trip that is known of a household's water; None where nothing is."""
    rows = [row["round_trip"] for row in house.rows("water") if row["household_id"] == household]
    return rows[0] if rows else None


def edits(house: Town, *answers: str) -> tuple[Enrolled, str, list[str]]:
    """A household, a visit to it with the first answer, and edits of the visit with the others; their instanceIDs."""
    made = house.enrol(water="surface", minutes="50")
    visit = house.visit(made.household, minutes=answers[0])
    ids = [visit]
    for answer in answers[1:]:
        ids.append(new_id())
        xml = check(made.household, instance_id=ids[-1], deprecated=ids[-2], minutes=answer)
        assert house.phone.send(xml).status_code == 201
    return made, visit, ids


def decided(house: Town, instance_id: str, *states: str | None) -> None:
    for state in states:
        answer = house.decide(instance_id, state)
        assert answer.status_code == 200, answer.text


def same_after_a_rebuild(house: Town, household: str) -> None:
    before = minutes(house, household)
    with house.session() as session:
        rebuild(session, house.services)
        session.commit()
    assert minutes(house, household) == before


def test_a_held_edit_leaves_the_facts_of_the_version_before_it(house: Town) -> None:
    made, _, _ = edits(house, "25", "30", "abc")
    assert minutes(house, made.household) == 30
    same_after_a_rebuild(house, made.household)


@pytest.mark.parametrize(
    ("states", "known"),
    [
        (["hasIssues"], 25),
        (["rejected"], 50),
        (["rejected", None], 25),
        (["approved"], None),
        (["approved", None], 25),
        (["approved", "rejected"], 50),
        (["approved", "rejected", "approved"], None),
        (["approved", "rejected", "hasIssues"], 25),
        (["rejected", "approved"], None),
        (["approved", "hasIssues", "approved"], None),
    ],
)
def test_decisions_about_a_held_edit_go_between_it_and_what_stood_before(
    house: Town, states: list[str | None], known: int | None
) -> None:
    """The enrolment says 50, the visit 25, its edit `abc`, which approved is empty; rejected, the whole visit is out."""
    made, visit, _ = edits(house, "25", "abc")
    decided(house, visit, *states)
    assert minutes(house, made.household) == known
    same_after_a_rebuild(house, made.household)


def test_the_bin_takes_all_of_a_visit_with_a_held_edit_and_gives_back_what_stood(house: Town) -> None:
    made, visit, _ = edits(house, "25", "abc")
    house.bin(visit)
    assert minutes(house, made.household) == 50
    house.bin(visit, back=True)
    assert minutes(house, made.household) == 25
    same_after_a_rebuild(house, made.household)


def test_an_edit_that_mends_a_held_one_takes_the_place_of_both(house: Town) -> None:
    made, visit, _ = edits(house, "25", "abc", "31")
    assert minutes(house, made.household) == 31
    decided(house, visit, "rejected")
    assert minutes(house, made.household) == 50
    same_after_a_rebuild(house, made.household)


def test_what_was_rejected_before_a_held_edit_does_not_come_back_with_it(house: Town) -> None:
    made, visit, ids = edits(house, "25")
    decided(house, visit, "rejected")
    xml = check(made.household, deprecated=ids[0], minutes="abc")
    assert house.phone.send(xml).status_code == 201
    decided(house, visit, "hasIssues")
    assert minutes(house, made.household) == 50
    same_after_a_rebuild(house, made.household)


def test_a_held_edit_of_an_enrolment_leaves_the_household_confirmed(house: Town) -> None:
    made = house.enrol(water="surface", minutes="50")
    edit = enrolment(household=made.household, deprecated=made.instance_id, water="borehole", minutes="few")
    assert house.phone.send(edit.xml).status_code == 201
    decided(house, made.instance_id, "hasIssues")
    (household,) = [row for row in house.rows("household") if row["uuid"] == made.household]
    assert (household["confirmed"], minutes(house, made.household)) == (True, 50)


def test_rejecting_a_held_edit_of_an_enrolment_takes_the_household_off_until_it_is_undone(
    house: Town,
) -> None:
    made = house.enrol(water="surface", minutes="50")
    edit = enrolment(household=made.household, deprecated=made.instance_id, water="borehole", minutes="few")
    assert house.phone.send(edit.xml).status_code == 201

    def stands() -> tuple[bool, Any, bool]:
        (household,) = [row for row in house.rows("household") if row["uuid"] == made.household]
        with house.session() as session:
            listed = session.query(Entity).filter_by(uuid=made.household).one().deleted_at is None
        return household["confirmed"], minutes(house, made.household), listed

    decided(house, made.instance_id, "rejected")
    assert stands() == (False, None, False)
    same_after_a_rebuild(house, made.household)
    decided(house, made.instance_id, "edited")
    assert stands() == (True, 50, True)
    same_after_a_rebuild(house, made.household)


def test_a_held_edit_leaves_what_lists_say(house: Town) -> None:
    house.publish(house.project, WELLS)
    give(house, house.project, "wells", "all")
    uuid = new_id().removeprefix("uuid:")

    def send(depth: str, own: str, old: str | None = None) -> None:
        body = f"<title>North</title><depth>{depth}</depth>"
        made = instance("wells", body, instance_id=own, deprecated=old)
        block = f'<entity dataset="wells" id="{uuid}" create="1"><label>Well</label></entity>'
        assert house.phone.send(made.replace("</orx:meta>", f"{block}</orx:meta>")).status_code == 201

    def depth() -> tuple[str, bool]:
        with house.session() as session:
            entity = session.query(Entity).filter_by(uuid=uuid).one()
            return entity.data["depth"], entity.deleted_at is None

    first, second, third = new_id(), new_id(), new_id()
    send("10", first)
    send("12", second, first)
    assert depth() == ("12", True)
    send("deep", third, second)
    seen = [depth()]
    for state in ("hasIssues", "approved", None, "rejected", None):
        decided(house, first, state)
        seen.append(depth())
    assert [one[1] for one in seen] == [True, True, True, True, False, True]
    assert [one[0] for one in seen if one[1]] == ["12", "12", "deep", "12", "12"]
