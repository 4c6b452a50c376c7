"""Stored visits checked again: what another version of the checks says, held back or let through as if it had said so at receipt."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server.accounts.models import Audit
from server.ingest import check as checks
from server.ingest import recheck
from server.ingest.models import FindingRow
from server.ingest.rebuild import rebuild
from server.ledger import Kind, LedgerRow
from server.review.accepting import accept
from tests.ingest.test_rebuild import values
from tests.support.town import Town, check, enrolment, new_id


def rules(town: Town, own: str) -> list[tuple[str, bool]]:
    """Rules of the findings of a visit, and whether each blocks."""
    with town.session() as session:
        query = select(FindingRow).where(FindingRow.version_id == town.submission(own).version_id)
        return sorted((row.rule, row.blocking) for row in session.scalars(query))


def rechecked(town: Town, form: str = "check") -> recheck.Progress:
    """Have a form's visits checked again by the worker; what came of it."""
    with town.session() as session:
        ((form_id, _),) = recheck.forms_of(session, town.project, [form])
        at = recheck.begin(session, form_id, 1)
        assert recheck.begin(session, form_id, 1) == at  # one at a time
    town.work()
    with town.session() as session:
        assert recheck.progress(session, form_id) is None
        last = session.scalars(
            select(Audit).where(Audit.action == "form.recheck").order_by(Audit.id.desc())
        ).first()
    assert last is not None
    numbers = last.details
    return recheck.Progress(
        form_id,
        done=numbers["checked"],
        changed=numbers["changed"],
        held=numbers["held"],
        freed=numbers["freed"],
    )


def same_after_a_rebuild(town: Town) -> None:
    before = values(town)
    with town.session() as session:
        rebuild(session, town.services)
    assert values(town) == before


def test_what_older_checks_let_pass_is_held_back(house: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    home, own = house.enrol(water="borehole"), new_id()
    with monkeypatch.context() as older:
        older.setattr(checks, "BLOCKING", frozenset())
        sent = check(home.household, instance_id=own, water="surface", minutes="many")
        assert house.phone.send(sent).status_code == 201
    assert [row["source"] for row in house.rows("water")] == ["surface"]
    assert rules(house, own) == [("type", False)]
    came = rechecked(house)
    assert (came.done, came.changed, came.held, came.freed) == (1, 1, 1, 0)
    assert rules(house, own) == [("type", True)]
    one = house.submission(own)
    assert (one.blocking, one.warnings, one.projected) == (1, 0, False)
    assert [row["source"] for row in house.rows("water")] == ["borehole"]
    same_after_a_rebuild(house)


def test_what_older_checks_held_back_is_written(house: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    made = enrolment(water="surface")
    label = made.xml.replace("<label>", "<label>Somewhere else · ")
    with monkeypatch.context() as older:
        older.setattr(checks, "blocks", lambda finding: True)
        assert house.phone.send(label).status_code == 201
    assert rules(house, made.instance_id) == [("calculation", True)]
    assert house.rows("water") == []
    came = rechecked(house, "enrol")
    assert (came.done, came.changed, came.held, came.freed) == (1, 1, 0, 1)
    assert rules(house, made.instance_id) == [("calculation", False)]
    assert house.submission(made.instance_id).projected is True
    assert [row["source"] for row in house.rows("water")] == ["surface"]
    same_after_a_rebuild(house)


def test_what_was_said_of_the_place_and_the_time_stays(house: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    home, own = house.enrol(water="borehole"), new_id()
    with monkeypatch.context() as older:
        older.setattr(checks, "blocks", lambda finding: True)
        assert house.phone.send(check(home.household, instance_id=own, minutes="900")).status_code == 201
    assert rules(house, own) == [("domain", True)]
    assert rechecked(house).changed == 0
    assert rules(house, own) == [("domain", True)]


def test_checking_again_changes_nothing_where_the_verdict_is_the_same(house: Town) -> None:
    home, own = house.enrol(water="borehole"), new_id()
    assert house.phone.send(check(home.household, instance_id=own, minutes="many")).status_code == 201
    submission_id = house.submission(own).id
    with house.untouched(), house.session() as session:
        assert recheck.again(session, house.services, submission_id) == ()
    assert rules(house, own) == [("type", True)]


@pytest.mark.parametrize("answers", [{"dwelling": "0 0 0 0"}, {"photo": "front.jpg"}])
def test_what_is_said_again_is_not_said_twice(house: Town, answers: dict[str, str]) -> None:
    made = enrolment(**answers)
    files = {name: b"" for name in answers.values() if name.endswith(".jpg")}
    assert house.phone.send(made.xml, files).status_code == 201
    before = rules(house, made.instance_id)
    assert before == [("evidence", False)]
    assert rechecked(house, "enrol").changed == 0
    assert rules(house, made.instance_id) == before
    assert house.submission(made.instance_id).warnings == 1


def test_a_finding_that_stays_keeps_who_accepted_it(house: Town) -> None:
    home, own = house.enrol(water="borehole"), new_id()
    sent = check(home.household, instance_id=own, water="surface", minutes="many")
    assert house.phone.send(sent).status_code == 201
    visit = house.submission(own)
    with house.session() as session:
        row = session.scalars(select(FindingRow)).one()
        accept(session, house.services, visit, row.id, actor_id=1)
    assert house.submission(own).blocking == 0
    came = rechecked(house)
    assert came.changed == 0
    with house.session() as session:
        assert session.scalars(select(FindingRow.accepted_by)).all() == [1]
        kinds = session.scalars(select(LedgerRow.kind)).all()
    assert str(Kind.RECHECK) not in kinds
    assert house.submission(own).projected is True


def test_many_are_checked_a_part_at_a_time(house: Town) -> None:
    home = house.enrol(water="borehole")
    for _ in range(recheck.AT_ONCE + 3):
        assert house.phone.send(check(home.household)).status_code == 201
    with house.session() as session:
        ((form_id, _),) = recheck.forms_of(session, house.project, ["check"])
        first = recheck.step(session, house.services, recheck.first(session, form_id))
    assert (first.done, first.total) == (recheck.AT_ONCE, recheck.AT_ONCE + 3)
    assert recheck.Progress.read(first.ref) == first
    came = rechecked(house)
    assert came.done == recheck.AT_ONCE + 3
