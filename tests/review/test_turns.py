"""Who decides when two act on one visit or one household at the same time, and what can be decided about what is in the bin."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text

from server import problems
from server.db import db
from server.entities.models import Dataset
from server.forms.models import Form, FormCount
from server.households.tables import Household
from server.ingest.models import Submission
from server.ledger import LedgerRow
from server.problems import ProblemError
from server.review import decisions
from tests.support.town import Town, check, enrolment

LATER = "2026-05-01T10:00:00.000+08:00"


def counts(house: Town, form: str = "enrol") -> dict[str, int]:
    """The kept counts of a form, those that are not 0."""
    with house.session() as session:
        row = session.scalars(
            select(FormCount).join(Form, Form.id == FormCount.form_id).where(Form.xml_form_id == form)
        ).one()
        names = ("received", "has_issues", "edited", "approved", "rejected", "held")
        return {name: getattr(row, name) for name in names if getattr(row, name)}


def acts(house: Town) -> int:
    """How many events the ledger has."""
    return house.count(LedgerRow)


def act(house: Town, one: Submission, what: Callable[..., None], *more: Any) -> problems.Problem | None:
    """Act on a visit as a door does that read it before; the problem where it is refused."""
    try:
        with house.session() as session:
            what(session, house.services, session.merge(one, load=False), *more, actor_id=1)
    except ProblemError as error:
        return error.problem
    return None


def found(house: Town, instance_id: str) -> Submission:
    one = house.submission(instance_id)
    assert one is not None
    return one


def test_of_two_who_put_a_visit_into_the_bin_the_second_is_told_to_look_again(house: Town) -> None:
    made = house.enrol(water="surface")
    kept = house.enrol(water="surface")
    one = found(house, made.instance_id)
    assert act(house, one, decisions.put_away) is None
    before = acts(house)
    assert act(house, one, decisions.put_away) is problems.STALE
    assert (counts(house), acts(house)) == ({"received": 1}, before)
    binned = found(house, made.instance_id)
    assert act(house, binned, decisions.bring_back) is None
    before = acts(house)
    assert act(house, binned, decisions.bring_back) is problems.STALE
    assert (counts(house), acts(house)) == ({"received": 2}, before)
    assert {row["household_id"] for row in house.rows("water")} == {made.household, kept.household}


def test_what_is_in_the_bin_cannot_be_decided_about(house: Town) -> None:
    made = house.enrol(water="surface")
    one = found(house, made.instance_id)
    house.bin(made.instance_id)
    before = acts(house)
    assert act(house, one, decisions.decide, "approved") is problems.NOT_FOUND
    assert (counts(house), acts(house)) == ({}, before)
    assert found(house, made.instance_id).review_state is None


def test_a_correction_of_what_goes_into_the_bin_while_it_is_read_is_refused(
    house: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = house.enrol(water="surface")
    edit = enrolment(household=made.household, deprecated=made.instance_id, water="borehole", photo="a.jpg")
    media = type(house.services.store)
    renew = media.touch
    house.phone.send(enrolment(photo="a.jpg").xml, {"a.jpg": b"the same picture"})

    def meanwhile(store: Any, name: str) -> None:
        renew(store, name)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(house.bin, made.instance_id).result()

    monkeypatch.setattr(media, "touch", meanwhile)
    house.at(made.instance_id)
    answer = house.phone.send(edit.xml, {"a.jpg": b"the same picture"})
    assert answer.status_code == 404
    assert made.household not in {row["household_id"] for row in house.rows("water")}
    assert house.files(edit.instance_id) == {}


def test_what_was_rejected_while_a_correction_was_read_did_not_stand_when_that_came(
    house: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = house.enrol(water="surface")
    edit = enrolment(household=made.household, deprecated=made.instance_id, water="sea", photo="a.jpg")
    house.phone.send(enrolment(photo="a.jpg").xml, {"a.jpg": b"the same picture"})
    media = type(house.services.store)
    renew = media.touch

    def meanwhile(store: Any, name: str) -> None:
        renew(store, name)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(house.decide, made.instance_id, "rejected").result()

    with monkeypatch.context() as patched:
        patched.setattr(media, "touch", meanwhile)
        assert house.phone.send(edit.xml, {"a.jpg": b"the same picture"}).status_code == 201
    assert house.decide(made.instance_id, "approved").status_code == 200
    assert house.decide(made.instance_id, None).status_code == 200
    assert made.household not in {row["household_id"] for row in house.rows("water")}


def waits_for_a_lock(engine: Engine) -> bool:
    """Whether a transaction of this database (PostgreSQL) waits for another's lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with engine.connect() as look:
        return bool(look.execution_options(isolation_level="AUTOCOMMIT").execute(waiting).scalar())


class Meanwhile:
    """Holds back the commit of the next transaction until `other` has ended or waits for its locks."""

    def __init__(self, house: Town, other: Callable[[], Any]) -> None:
        self._house, self._other = house, other
        self._pool = ThreadPoolExecutor(1)
        self._holding = False
        self.future: Future[Any] | None = None
        with house.app.app_context():
            self._engine = db.engines[None]

    def __enter__(self) -> Meanwhile:
        event.listen(self._engine, "commit", self._hold)
        return self

    def __exit__(self, *error: object) -> None:
        event.remove(self._engine, "commit", self._hold)
        self._pool.shutdown()

    def _hold(self, connection: Any) -> None:
        if self._holding:
            return
        self._holding = True  # before `other` begins: it commits, too, perhaps while this thread has not got its future yet
        self.future = self._pool.submit(self._other)
        while not self.future.done() and not waits_for_a_lock(self._engine):
            threading.Event().wait(0.01)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("what", ["reject", "bin", "back", "undo"])
def test_a_decision_made_while_later_answers_are_written_leaves_those_current(house: Town, what: str) -> None:
    made = house.enrol(water="surface")
    visit = house.visit(made.household, water="surface")
    if what == "back":
        house.bin(visit)
    if what == "undo":
        assert house.decide(visit, "rejected").status_code == 200
    other: dict[str, Callable[[], Any]] = {
        "reject": lambda: house.decide(visit, "rejected"),
        "bin": lambda: house.bin(visit),
        "back": lambda: house.bin(visit, back=True),
        "undo": lambda: house.decide(visit, None),
    }
    later = enrolment(
        household=made.household,
        deprecated=made.instance_id,
        when=LATER,
        water="borehole",
        action='update="1"',
    )
    with Meanwhile(house, other[what]) as meanwhile:
        assert house.phone.send(later.xml).status_code == 201
        assert meanwhile.future is not None
        meanwhile.future.result(timeout=30)
    (water,) = house.rows("water")
    assert (water["source"], water["submission"]) == ("borehole", made.instance_id)
    with house.session() as session:
        order = [row.kind for row in session.scalars(select(LedgerRow).order_by(LedgerRow.seq)).all()]
    assert order[-1] in ("review", "delete", "restore")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_correction_and_a_decision_at_once_wait_for_each_other_in_one_order(house: Town) -> None:
    made = house.enrol(water="surface")
    edit = enrolment(household=made.household, deprecated=made.instance_id, water="borehole")
    house.at(made.instance_id)
    with Meanwhile(house, lambda: house.decide(made.instance_id, "approved")) as meanwhile:
        assert house.phone.send(edit.xml).status_code == 201
        assert meanwhile.future is not None
        assert meanwhile.future.result(timeout=30).status_code == 200
    assert counts(house) == {"approved": 1}
    assert [row["source"] for row in house.rows("water")] == ["borehole"]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("what", ["reject", "bin", "correct"])
def test_what_waits_for_the_phones_list_keeps_nobody_from_the_counts(house: Town, what: str) -> None:
    """An enrolment raises its list first and its form's counts after: who took them the other way round would wait for it
    while it waits for them."""
    made = house.enrol(water="surface")
    edit = enrolment(household=made.household, deprecated=made.instance_id, water="borehole")
    corrected = edit.xml.replace("<label>", "<label>Ford ")
    acts: dict[str, Callable[[], Any]] = {
        "reject": lambda: house.decide(made.instance_id, "rejected").status_code,
        "bin": lambda: house.bin(made.instance_id),
        "correct": lambda: house.phone.send(corrected).status_code,
    }
    with house.app.app_context():
        engine = db.engines[None]
    with ThreadPoolExecutor(1) as pool, engine.connect() as other:
        other.execute(select(Dataset.id).with_for_update(key_share=True))
        future = pool.submit(acts[what])
        while not waits_for_a_lock(engine):
            assert not future.done()
            threading.Event().wait(0.01)
        held = other.execute(select(FormCount.form_id).with_for_update(nowait=True)).all()
        other.rollback()
        assert held
        assert future.result(timeout=30) in (None, 200, 201)


def waiting(engine: Engine) -> int:
    """How many locks of this database (PostgreSQL) are waited for."""
    locks = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with engine.connect() as look:
        return int(look.execution_options(isolation_level="AUTOCOMMIT").execute(locks).scalar_one())


def deadlocks(engine: Engine) -> int:
    """How many deadlocks this database has found."""
    found_ = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    with engine.connect() as look:
        return int(look.execution_options(isolation_level="AUTOCOMMIT").execute(found_).scalar_one())


def until(true: Callable[[], bool]) -> None:
    while not true():
        threading.Event().wait(0.01)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_photo_that_comes_late_and_a_decision_take_their_turns_in_one_order(house: Town) -> None:
    made = house.enrol(water="surface", photo="a.jpg")
    house.at(made.instance_id)
    committer, begun, free = house.services.committer, threading.Event(), threading.Event()
    with house.app.app_context():
        engine = db.engines[None]
    with ThreadPoolExecutor(4) as pool, engine.connect() as other:
        pool.submit(committer.run, lambda _: (begun.set(), free.wait()))
        begun.wait()
        other.execute(select(Household.uuid).where(Household.uuid == made.household).with_for_update())
        sent = [pool.submit(house.phone.send, check(made.household, rooms="2"))]
        until(lambda: committer.waiting == 1)
        sent.append(pool.submit(house.phone.send, made.xml, {"a.jpg": b"late"}))
        until(lambda: committer.waiting == 2)
        free.set()  # one commit: the visit waits for the household, the photo comes after it
        until(lambda: waiting(engine) == 1)
        decided = pool.submit(house.decide, made.instance_id, "hasIssues")
        until(lambda: waiting(engine) == 2)
        before = deadlocks(engine)
        other.rollback()
        assert [one.result(timeout=30).status_code for one in (*sent, decided)] == [201, 201, 200]
        assert deadlocks(engine) == before


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_decision_that_the_database_undoes_for_another_s_sake_is_made_again(house: Town) -> None:
    made = house.enrol(water="surface")
    one = found(house, made.instance_id)
    house.at(made.instance_id)
    with house.app.app_context():
        engine = db.engines[None]
    with ThreadPoolExecutor(1) as pool, engine.connect() as other:
        other.execute(select(Submission.id).where(Submission.id == one.id).with_for_update())
        decided = pool.submit(house.decide, made.instance_id, "rejected")
        until(lambda: waiting(engine) == 1)
        other.execute(
            text("SET deadlock_timeout = '30s'")
        )  # so that the decision is what finds it, and is undone
        other.execute(select(Household.uuid).where(Household.uuid == made.household).with_for_update())
        other.rollback()
        assert decided.result(timeout=30).status_code == 200
    assert found(house, made.instance_id).review_state == "rejected"
    with house.session() as session:
        assert [row.kind for row in session.scalars(select(LedgerRow))].count("review") == 1
