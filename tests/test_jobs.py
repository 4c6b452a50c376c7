"""The worker: jobs run once and are gone, failed ones wait, are tried until they go through, and tell why without telling answers.

A database that is away is waited for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, delete, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from server import jobs
from server.db import utcnow
from server.ingest.sweep import SWEEP
from server.jobs import LATE, LEASE, LONGEST, Job, Later, enqueue, ensure, run_due, work
from server.traces import says, trace
from tests.support import closing
from tests.support.house import House, make_app


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    made = House(make_app(tmp_path / "data", database_url=url))
    yield made
    closing.close(made.app)


def away(session: Session, ref: str) -> None:
    raise OSError("the photo store is away")


def make_due(session: Session) -> None:
    session.execute(update(Job).values(run_at=utcnow()))
    session.commit()


def waiting(session: Session) -> list[Job]:
    return list(session.scalars(select(Job).order_by(Job.id)))


def test_a_job_runs_once_and_is_gone(house: House) -> None:
    ran: list[str] = []
    with house.session() as session:
        enqueue(session, [Later("note", "a"), Later("note", "b")])
    with house.session() as session:
        assert run_due(session, {"note": lambda _, ref: ran.append(ref)}) == 2
        assert ran == ["a", "b"]
        assert waiting(session) == []


def test_a_failed_job_waits_longer_each_time_and_undoes_what_it_did(house: House) -> None:
    def fails(session: Session, ref: str) -> None:
        session.add(Job(kind="never", ref="", run_at=utcnow(), attempts=0))
        session.flush()
        raise LookupError("no such thing")

    with house.session() as session:
        enqueue(session, [Later("note", "a")])
    with house.session() as session:
        run_due(session, {"note": fails})
        (job,) = waiting(session)
        assert (job.kind, job.attempts) == ("note", 1)
        assert job.run_at > utcnow()
        assert "LookupError: no such thing" in (job.error or "")


def test_a_job_that_comes_again_by_itself_is_written_once(house: House) -> None:
    with house.session() as session:
        ensure(session, ["sweep"])
        ensure(session, ["sweep"])
        assert [job.kind for job in waiting(session)] == ["sweep"]


def test_what_failed_for_days_runs_when_what_stood_in_its_way_is_mended(house: House) -> None:
    ran: list[str] = []
    with house.session() as session:
        enqueue(session, [Later("project", "7")])
    with house.session() as session:
        for _ in range(30):
            make_due(session)
            assert run_due(session, {"project": away}) == 1
        (job,) = waiting(session)
        assert timedelta(0) < job.run_at - utcnow() <= LONGEST
        make_due(session)
        run_due(session, {"project": lambda _, ref: ran.append(ref)})
        assert ran == ["7"]
        assert waiting(session) == []


def test_a_job_that_comes_again_by_itself_comes_again_after_any_number_of_faults(house: House) -> None:
    functions = house.app.extensions["fieldfare.jobs"]
    with house.session() as session:
        ensure(session, [SWEEP])
        for _ in range(20):
            make_due(session)
            run_due(session, {SWEEP: away})
        make_due(session)
        assert run_due(session, functions) == 1
        (job,) = waiting(session)
        assert (job.kind, job.attempts, job.error) == (SWEEP, 0, None)


def test_a_job_that_ends_its_workers_is_left_alone_ever_longer_and_counts_as_failing(house: House) -> None:
    def ends(session: Session, ref: str) -> None:
        raise SystemExit

    with house.session() as session:
        enqueue(session, [Later("note", "a")])
    with house.session() as session:
        for _ in range(12):
            make_due(session)
            with pytest.raises(SystemExit):
                run_due(session, {"note": ends})
            session.rollback()
        (job,) = waiting(session)
        assert job.run_at - utcnow() > 2 * LEASE
        assert jobs.standing(session).failing == 1
        assert [one.id for one in jobs.failing(session)] == [job.id]


def test_of_two_workers_with_one_job_the_second_undoes_what_it_did(house: House) -> None:
    def slow(session: Session, ref: str) -> None:
        with house.session() as other:  # the lease is over: another worker has done it
            other.execute(delete(Job).where(Job.kind == "note"))
        enqueue(session, [Later("next", "")])

    with house.session() as session:
        enqueue(session, [Later("note", "a")])
    with house.session() as session:
        run_due(session, {"note": slow})
        assert waiting(session) == []


def test_a_worker_told_to_stop_finishes_its_job_and_leaves_the_others(house: House) -> None:
    stop = threading.Event()
    ran: list[str] = []

    def stops(session: Session, ref: str) -> None:
        ran.append(ref)
        stop.set()

    with house.session() as session:
        enqueue(session, [Later("note", str(number)) for number in range(5)])
    with house.session() as session:
        work(session, {"note": stops}, stop)
        assert ran == ["0"]
        assert [job.ref for job in waiting(session)] == ["1", "2", "3", "4"]


def test_jobs_that_fail_are_tried_again_at_once_where_somebody_asks(house: House) -> None:
    with house.session() as session:
        enqueue(session, [Later("note", "a"), Later("note", "b"), Later("well", "c", timedelta(days=1))])
    with house.session() as session:
        run_due(session, {"note": away})
        first, second, _ = (job.id for job in waiting(session))
        assert jobs.retry(session, [second, 99]) == [second]
        session.commit()
        assert run_due(session, {"note": away}) == 1
        assert jobs.retry(session) == [first, second]
        session.commit()
        assert run_due(session, {"note": lambda _, ref: None}) == 2
        assert [job.ref for job in waiting(session)] == ["c"]


def test_readyz_and_metrics_say_how_many_jobs_fail_and_whether_the_worker_is_late(house: House) -> None:
    client = house.app.test_client()
    with house.session() as session:
        enqueue(session, [Later("note", "a"), Later("note", "b", timedelta(days=1))])
    with house.session() as session:
        run_due(session, {"note": away})
    told = client.get("/readyz")
    assert (told.status_code, told.json["jobs"], told.json["jobs_failing"]) == (200, "ok", 1)
    figures = client.get("/metrics").text
    assert "fieldfare_jobs_failing 1.0" in figures
    assert "fieldfare_jobs_waiting 0.0" in figures
    with house.session() as session:
        session.execute(update(Job).values(run_at=utcnow() - timedelta(seconds=LATE + 60)))
    told = client.get("/readyz")
    assert told.status_code == 503
    assert told.json["jobs"].startswith("late by 36")
    assert "fieldfare_jobs_waiting 2.0" in client.get("/metrics").text


def test_figures_are_refused_to_a_token_of_any_letters(tmp_path: Path) -> None:
    app = make_app(tmp_path / "data", metrics_token="an invented token")
    for token in ("\xe9", "an invented", ""):
        headers = {"Authorization": f"Bearer {token}"}
        asked = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.9"})
        assert asked.status_code == 404
    headers = {"Authorization": "Bearer an invented token"}
    asked = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert asked.status_code == 200
    closing.close(app)


def test_the_worker_waits_for_a_database_that_is_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "AWAY", 0.01)
    stop = threading.Event()
    tries: list[int] = []

    def away_then_stop(session: Session, functions: object, stop: threading.Event) -> int:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("SELECT 1", None, Exception("connection refused"))
        stop.set()
        return 0

    monkeypatch.setattr(jobs, "run_due", away_then_stop)
    with house.session() as session:
        work(session, {}, stop, idle=0.01)
    assert len(tries) == 3


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    engine = create_engine(postgres_url, hide_parameters=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE home (contact text PRIMARY KEY, rooms int CHECK (rooms > 0))"))
    yield engine
    engine.dispose()


def test_what_is_written_of_a_postgresql_error_holds_no_value(postgres_engine: Engine) -> None:
    with postgres_engine.connect() as connection, pytest.raises(IntegrityError) as caught:
        connection.execute(text("INSERT INTO home VALUES (:c, -1)"), {"c": "0700 123 456"})
    assert "0700 123 456" in str(caught.value)  # what would have been written
    written = trace(caught.value)
    assert "0700 123 456" not in written
    assert "23514" in says(caught.value)
    assert "home_rooms_check" in written
