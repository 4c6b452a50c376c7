"""What findings hold back, what decisions, edits and the bin do to the tables, and that no result depends on the order of arrival."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from server.accounts.models import Audit
from server.entities.models import Entity, EntityVersion
from server.forms.models import Form, FormCount
from server.ingest.models import SubmissionVersion
from tests.support.answers import message
from tests.support.town import Enrolled, Town, check, enrolment, new_id

MOVING = ("id", "seq", "recorded_at", "updated_at", "submission_id", "created_by", "code", "superseded_at")
"""Columns that tell when or in which order something arrived, not what is known."""


def known(house: Town, household: str) -> dict[str, Any]:
    """What the current rows say of a household, and what phones see of it."""
    tables: dict[str, Any] = {}
    for name in ("household", "water", "housing", "need"):
        key = "uuid" if name == "household" else "household_id"
        rows = [row for row in house.rows(name) if row[key] == household]
        tables[name] = [{n: v for n, v in row.items() if n not in MOVING} for row in rows]
    with house.session() as session:
        entity = session.scalars(select(Entity).where(Entity.uuid == household)).one_or_none()
        if entity is not None:
            tables["entity"] = (entity.label, entity.data, entity.deleted_at is None)
    return tables


def standing(house: Town, table: str, household: str) -> list[dict[str, Any]]:
    """The rows of history that stand, about a household."""
    rows = house.rows(table, history=True)
    return [row for row in rows if row["household_id"] == household and row["superseded_at"] is None]


def on_phones(house: Town, household: str) -> bool:
    """Whether phones see the household."""
    return household in house.phone.get("/forms/check/attachments/households.csv").text


def held(house: Town, **answers: Any) -> Enrolled:
    """An enrolment that a blocking finding holds back."""
    return house.enrol(minutes="many", water="borehole", needs=["clinic"], **answers)


def decided(house: Town, instance_id: str, state: str | None) -> None:
    answer = house.decide(instance_id, state)
    assert answer.status_code == 200, answer.text


def test_a_held_enrolment_makes_an_unconfirmed_household_that_phones_see_and_nothing_else(
    shared: Town,
) -> None:
    made = held(shared)
    (household,) = [row for row in shared.rows("household") if row["uuid"] == made.household]
    assert household["confirmed"] is False
    assert household["code"]
    for table in ("water", "housing", "need"):
        assert standing(shared, table, made.household) == []
    assert on_phones(shared, made.household)
    again = shared.phone.send(made.xml)
    assert household["code"] in message(again)[1]
    stored = shared.submission(made.instance_id)
    assert stored is not None
    assert (stored.blocking, stored.projected) == (1, False)


def test_a_held_visit_changes_nothing_that_is_known(shared: Town) -> None:
    made = shared.enrol(water="surface")
    before = known(shared, made.household)
    shared.visit(made.household, water="borehole", minutes="many")
    assert known(shared, made.household) == before


def test_approving_writes_what_waits_and_undoing_restores_what_was(shared: Town) -> None:
    made = held(shared)
    before = known(shared, made.household)
    decided(shared, made.instance_id, "approved")
    after = known(shared, made.household)
    assert after["household"][0]["confirmed"] is True
    assert after["water"][0]["source"] == "borehole"
    assert after["water"][0]["round_trip"] is None
    assert [row["service"] for row in after["need"]] == ["clinic"]
    decided(shared, made.instance_id, None)
    assert known(shared, made.household) == before
    decided(shared, made.instance_id, "approved")
    assert known(shared, made.household) == after
    assert len(standing(shared, "water", made.household)) == 1


def test_approving_a_held_visit_writes_it_over_what_was_known(shared: Town) -> None:
    made = shared.enrol(water="surface")
    before = known(shared, made.household)
    visit = shared.visit(made.household, water="borehole", minutes="many")
    decided(shared, visit, "approved")
    assert known(shared, made.household)["water"][0]["source"] == "borehole"
    decided(shared, visit, None)
    assert known(shared, made.household) == before


def test_rejecting_supersedes_the_rows_and_undoing_brings_them_back(shared: Town) -> None:
    made = shared.enrol(water="surface")
    first = known(shared, made.household)
    visit = shared.visit(made.household, water="borehole", rooms="3")
    second = known(shared, made.household)
    decided(shared, visit, "rejected")
    assert known(shared, made.household) == first
    decided(shared, visit, None)
    assert known(shared, made.household) == second


def test_rejecting_a_held_enrolment_takes_its_household_off_the_phones_and_undoing_puts_it_back(
    shared: Town,
) -> None:
    made = held(shared)
    decided(shared, made.instance_id, "rejected")
    assert not on_phones(shared, made.household)
    decided(shared, made.instance_id, None)
    assert on_phones(shared, made.household)


def test_rejecting_an_enrolment_takes_its_household_off_the_phones_whether_it_was_held_or_not(
    shared: Town,
) -> None:
    made = shared.enrol(water="surface")
    before = known(shared, made.household)
    decided(shared, made.instance_id, "rejected")
    assert not on_phones(shared, made.household)
    decided(shared, made.instance_id, "approved")
    assert on_phones(shared, made.household)
    assert known(shared, made.household) == before


def test_has_issues_changes_no_row(shared: Town) -> None:
    made = shared.enrol(water="surface", needs=["clinic"])
    before = known(shared, made.household)
    decided(shared, made.instance_id, "hasIssues")
    assert known(shared, made.household) == before
    waiting = held(shared)
    before = known(shared, waiting.household)
    decided(shared, waiting.instance_id, "hasIssues")
    assert known(shared, waiting.household) == before


@pytest.mark.parametrize("states", list(itertools.permutations(["approved", "rejected", "hasIssues", None])))
def test_whatever_was_decided_before_the_last_decision_alone_counts(
    shared: Town, states: tuple[str | None, ...]
) -> None:
    made = held(shared)
    for state in states:
        decided(shared, made.instance_id, state)
    last = states[-1]
    found = known(shared, made.household)
    assert bool(found["water"]) == (last == "approved")
    assert on_phones(shared, made.household) == (last != "rejected")
    assert found["household"][0]["confirmed"] == (last == "approved")


def test_an_edit_supersedes_what_its_visit_wrote_and_the_current_rows_follow(shared: Town) -> None:
    made = shared.enrol(water="surface", needs=["clinic", "school"], rooms="2")
    edit = enrolment(
        household=made.household, deprecated=made.instance_id, water="borehole", needs=["school"]
    )
    assert shared.phone.send(edit.xml).status_code == 201
    found = known(shared, made.household)
    assert found["water"][0]["source"] == "borehole"
    assert found["housing"] == [] or found["housing"][0]["sleeping_rooms"] is None
    assert [row["service"] for row in found["need"]] == ["school"]
    assert len(standing(shared, "water", made.household)) == 1
    old = [row for row in shared.rows("water", history=True) if row["household_id"] == made.household]
    assert len(old) == 2
    assert [row["superseded_at"] is None for row in old] == [False, True]


def test_a_corrected_edit_frees_what_was_held_and_a_wrong_one_holds_it_again(shared: Town) -> None:
    made = held(shared)
    better = enrolment(household=made.household, deprecated=made.instance_id, water="borehole", minutes="12")
    assert shared.phone.send(better.xml).status_code == 201
    found = known(shared, made.household)
    assert found["household"][0]["confirmed"] is True
    assert found["water"][0]["round_trip"] == 12
    worse = enrolment(household=made.household, deprecated=better.instance_id, minutes="often")
    assert shared.phone.send(worse.xml).status_code == 201
    assert known(shared, made.household) == found  # what stood stays in force while its correction is held
    stored = shared.submission(made.instance_id)
    assert stored is not None
    assert (stored.review_state, stored.projected, stored.blocking) == ("edited", False, 1)


def test_the_bin_takes_rows_out_and_gives_them_back(shared: Town) -> None:
    made = shared.enrol(water="surface")
    first = known(shared, made.household)
    visit = shared.visit(made.household, water="borehole")
    second = known(shared, made.household)
    shared.bin(visit)
    assert known(shared, made.household) == first
    shared.bin(visit, back=True)
    assert known(shared, made.household) == second


def test_a_resend_of_what_was_deleted_gets_201_stores_nothing_and_is_noticed(house: Town) -> None:
    made = house.enrol(water="surface")
    house.bin(made.instance_id)
    with house.untouched():
        answer = house.phone.send(made.xml)
    assert answer.status_code == 201
    assert message(answer)[0] == "submit_success"
    assert known(house, made.household)["water"] == []
    with house.session() as session:
        noticed = session.scalars(select(Audit).where(Audit.action == "submission.resend.deleted")).all()
    assert [row.actor_id for row in noticed] == [house.phone.actor_id]


def test_an_edit_of_what_was_deleted_is_refused(shared: Town) -> None:
    made = shared.enrol(water="surface")
    shared.bin(made.instance_id)
    edit = enrolment(household=made.household, deprecated=made.instance_id, water="borehole")
    with shared.untouched():
        assert shared.phone.send(edit.xml).status_code == 404


def test_row_53_of_two_reviewers_the_second_is_told_to_look_again(shared: Town) -> None:
    made = held(shared)
    assert shared.decide(made.instance_id, "approved", seen=None).status_code == 200
    late = shared.decide(made.instance_id, "rejected", seen=None)
    assert (late.status_code, late.json["code"]) == (409, 409.61)
    stored = shared.submission(made.instance_id)
    assert stored is not None
    assert stored.review_state == "approved"
    assert shared.decide(made.instance_id, "rejected", seen="approved").status_code == 200


def test_row_53_of_many_reviewers_at_once_one_decides(shared: Town) -> None:
    made = held(shared)
    gate = threading.Barrier(8)
    shared.at(made.instance_id)

    def act(number: int) -> int:
        gate.wait()
        state = "approved" if number % 2 else "rejected"
        return shared.decide(made.instance_id, state, seen=None).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(act, range(8)))
    assert sorted(codes) == [200] + [409] * 7
    stored = shared.submission(made.instance_id)
    assert stored is not None
    assert bool(standing(shared, "water", made.household)) == (stored.review_state == "approved")


def test_an_older_visit_that_arrives_later_fills_the_past_and_leaves_the_present(shared: Town) -> None:
    made = shared.enrol(water="surface")
    shared.visit(made.household, when="2026-06-01T10:00:00.000+08:00", water="borehole", minutes="9")
    shared.visit(made.household, when="2026-05-01T10:00:00.000+08:00", water="surface", rooms="4")
    found = known(shared, made.household)
    assert (found["water"][0]["source"], found["water"][0]["round_trip"]) == ("borehole", 9)
    assert found["housing"][0]["sleeping_rooms"] == 4  # of which the later visit said nothing at all
    assert len(standing(shared, "water", made.household)) == 3


def arrivals(household: str) -> dict[str, str]:
    """XMLs about one household: an enrolment, two visits at one instant, a later visit, and a correction of it."""
    ids = {name: f"uuid:{name}-{household}" for name in ("enrol", "one", "two", "late", "edit")}
    same = "2026-04-01T10:00:00.000+08:00"
    later = "2026-05-01T10:00:00.000+08:00"
    return {
        "enrol": enrolment(
            household=household, instance_id=ids["enrol"], water="surface", rooms="2", needs=["clinic"]
        ).xml,
        "one": check(household, instance_id=ids["one"], when=same, water="borehole", minutes="5"),
        "two": check(household, instance_id=ids["two"], when=same, minutes="7", rooms="4"),
        "late": check(household, instance_id=ids["late"], when=later, rooms="9"),
        "edit": check(household, instance_id=ids["edit"], when=later, rooms="6", deprecated=ids["late"]),
    }


def test_no_result_depends_on_the_order_of_arrival(shared: Town) -> None:
    """Of the two visits at one instant the one with the later instanceID counts, and it gave no source of water."""
    orders = [
        order
        for order in itertools.permutations(("enrol", "one", "two", "late", "edit"))
        if order.index("late") < order.index("edit")
    ]
    results = []
    for number, order in enumerate(orders):
        household = f"00000000-0000-4000-8000-{number:012x}"
        xmls = arrivals(household)
        for name in order:
            assert shared.phone.send(xmls[name]).status_code == 201, (order, name)
        shared.work()  # what waited for the enrolment
        found = known(shared, household)
        found.pop("entity")
        results.append((order, str(found).replace(household, "…")))
    first = results[0][1]
    assert "'sleeping_rooms': 6" in first
    assert "'round_trip': 7" in first
    for order, result in results[1:]:
        assert result == first, order


def test_the_entity_s_first_version_keeps_the_phone_s_label_and_gets_the_code(shared: Town) -> None:
    made = shared.enrol(water="surface")
    with shared.session() as session:
        query = select(EntityVersion).join(Entity, Entity.id == EntityVersion.entity_id)
        (version,) = session.scalars(query.where(Entity.uuid == made.household)).all()
    (row,) = [row for row in shared.rows("household") if row["uuid"] == made.household]
    assert version.label == f"A1-014 · {made.household[-5:]}"
    assert version.data["code"] == row["code"]


def test_every_version_of_a_visit_stays_readable(shared: Town) -> None:
    made = shared.enrol(water="surface")
    own = new_id()
    edit = enrolment(household=made.household, instance_id=own, deprecated=made.instance_id, water="borehole")
    assert shared.phone.send(edit.xml).status_code == 201
    assert shared.xml(made.instance_id) == made.xml.encode()
    assert shared.xml(own) == edit.xml.encode()
    with shared.session() as session:
        query = select(SubmissionVersion.submission_id).where(
            SubmissionVersion.instance_id.in_([own, made.instance_id])
        )
        assert len(set(session.scalars(query))) == 1


def test_a_correction_of_what_was_rejected_comes_back_to_tables_and_phones(shared: Town) -> None:
    made = held(shared)
    decided(shared, made.instance_id, "rejected")
    assert not on_phones(shared, made.household)
    better = enrolment(household=made.household, deprecated=made.instance_id, water="borehole", minutes="12")
    assert shared.phone.send(better.xml).status_code == 201
    found = known(shared, made.household)
    assert found["household"][0]["confirmed"] is True
    assert found["water"][0]["round_trip"] == 12
    assert on_phones(shared, made.household)


def test_counts_of_a_form_follow_arrivals_decisions_edits_and_the_bin(house: Town) -> None:
    clean, waiting = house.enrol(water="surface"), held(house)

    def counts() -> dict[str, int]:
        with house.session() as session:
            row = session.scalars(
                select(FormCount)
                .join(Form, Form.id == FormCount.form_id)
                .where(Form.xml_form_id == "enrol", FormCount.draft.is_(False))
            ).one()
            names = ("received", "has_issues", "edited", "approved", "rejected", "held")
            return {name: getattr(row, name) for name in names if getattr(row, name)}

    assert counts() == {"received": 2, "held": 1}
    decided(house, waiting.instance_id, "hasIssues")
    assert counts() == {"received": 1, "has_issues": 1, "held": 1}
    edit = enrolment(household=waiting.household, deprecated=waiting.instance_id, water="borehole")
    assert house.phone.send(edit.xml).status_code == 201
    assert counts() == {"received": 1, "edited": 1}
    house.bin(clean.instance_id)
    assert counts() == {"edited": 1}
    house.bin(clean.instance_id, back=True)
    decided(house, clean.instance_id, "approved")
    assert counts() == {"approved": 1, "edited": 1}


def test_approving_a_held_correction_writes_the_correction_and_not_what_it_replaced(shared: Town) -> None:
    made = shared.enrol(water="surface", minutes="50", rooms="2")
    edit = enrolment(household=made.household, deprecated=made.instance_id, water="borehole", minutes="few")
    assert shared.phone.send(edit.xml).status_code == 201
    assert known(shared, made.household)["water"][0]["source"] == "surface"
    decided(shared, made.instance_id, "approved")
    found = known(shared, made.household)
    assert (found["water"][0]["source"], found["water"][0]["round_trip"]) == ("borehole", None)
    assert found["housing"] == []
    decided(shared, made.instance_id, "rejected")
    assert known(shared, made.household)["water"] == []
    decided(shared, made.instance_id, "approved")
    assert known(shared, made.household) == found
