"""Accepting one finding: it holds nothing back any more; when the last goes, the rows stand, and a rebuild gives the same."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server import problems
from server.accounts.models import Audit
from server.ingest.models import FindingRow
from server.ingest.rebuild import rebuild
from server.ledger import LedgerRow
from server.problems import ProblemError
from server.review.accepting import accept
from tests.ingest.test_decisions import known, on_phones
from tests.ingest.test_rebuild import values
from tests.review.test_turns import counts, found
from tests.support.town import Enrolled, Town, enrolment


def twice_held(house: Town) -> Enrolled:
    """An enrolment with two answers that hold it back."""
    return house.enrol(minutes="many", rooms="some", water="borehole", needs=["clinic"])


def holding(house: Town, instance_id: str) -> list[int]:
    """Ids of the findings of a visit as it stands."""
    with house.session() as session:
        version = found(house, instance_id).version_id
        query = select(FindingRow.id).where(FindingRow.version_id == version, FindingRow.blocking)
        return list(session.scalars(query.order_by(FindingRow.id)))


def accepting(house: Town, instance_id: str, finding: int, *, accepted: bool = True) -> None:
    with house.session() as session:
        one = session.merge(found(house, instance_id), load=False)
        accept(session, house.services, one, finding, actor_id=1, accepted=accepted)


def standing(house: Town, instance_id: str) -> tuple[int, bool, str | None, int]:
    """Findings that hold it, whether it is written, its state, the form's count of what is held back."""
    one = found(house, instance_id)
    return one.blocking, one.projected, one.review_state, counts(house).get("held", 0)


def test_the_last_accepted_finding_writes_what_waited_and_undo_takes_it_out_again(house: Town) -> None:
    made = twice_held(house)
    before = known(house, made.household)
    first, second = holding(house, made.instance_id)
    accepting(house, made.instance_id, first)
    assert standing(house, made.instance_id) == (1, False, None, 1)
    assert known(house, made.household) == before
    accepting(house, made.instance_id, second)
    assert standing(house, made.instance_id) == (0, True, None, 0)
    now = known(house, made.household)
    assert [row["source"] for row in now["water"]] == ["borehole"]
    assert [row["confirmed"] for row in now["household"]] == [True]
    accepting(house, made.instance_id, first, accepted=False)
    assert standing(house, made.instance_id) == (1, False, None, 1)
    assert known(house, made.household) == before
    assert on_phones(house, made.household)
    accepting(house, made.instance_id, first)
    assert known(house, made.household) == now


@pytest.mark.parametrize("undone", [False, True])
def test_a_rebuild_gives_the_same(house: Town, undone: bool) -> None:
    made = twice_held(house)
    for finding in holding(house, made.instance_id):
        accepting(house, made.instance_id, finding)
    if undone:
        accepting(house, made.instance_id, holding(house, made.instance_id)[0], accepted=False)
    before = values(house)
    with house.session() as session:
        rebuild(session, house.services)
    assert values(house) == before


def test_each_acceptance_stands_in_the_ledger_and_the_audit_log_without_the_answer(house: Town) -> None:
    made = twice_held(house)
    [first, _] = holding(house, made.instance_id)
    accepting(house, made.instance_id, first)
    accepting(house, made.instance_id, first, accepted=False)
    with house.session() as session:
        kinds = [row.kind for row in session.scalars(select(LedgerRow).order_by(LedgerRow.seq))]
        rows = session.scalars(select(Audit).order_by(Audit.id)).all()
        told = [(row.action, row.details) for row in rows if row.action.startswith("submission.finding")]
    assert kinds[-2:] == ["accept", "accept"]
    assert [action for action, _ in told] == ["submission.finding.accept", "submission.finding.accept.undo"]
    assert all(details["path"] == "/data/minutes" and "many" not in str(details) for _, details in told)


def test_a_finding_of_an_earlier_version_or_one_accepted_already_is_refused(house: Town) -> None:
    made = twice_held(house)
    first, second = holding(house, made.instance_id)
    accepting(house, made.instance_id, first)
    with pytest.raises(ProblemError) as refused:
        accepting(house, made.instance_id, first)
    assert refused.value.problem is problems.STALE
    edit = enrolment(household=made.household, deprecated=made.instance_id, rooms="some", water="borehole")
    assert house.phone.send(edit.xml).status_code == 201
    with pytest.raises(ProblemError) as refused:
        accepting(house, made.instance_id, second)
    assert refused.value.problem is problems.STALE
    assert standing(house, made.instance_id)[:2] == (1, False)
    house.bin(made.instance_id)
    with pytest.raises(ProblemError) as refused:
        accepting(house, made.instance_id, holding(house, made.instance_id)[0])
    assert refused.value.problem is problems.NOT_FOUND
