"""The worker: jobs run once and are gone, failed ones wait and tell why without telling answers, a database away is waited for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from server import jobs
from server.db import utcnow
from server.jobs import Job, Later, enqueue, ensure, run_due, work
from server.traces import says, trace
from tests.support.house import House, make_app


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(make_app(tmp_path / "data"))


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


def test_the_worker_waits_for_a_database_that_is_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "AWAY", 0.01)
    stop = threading.Event()
    tries: list[int] = []

    def away_then_stop(session: Session, functions: object) -> int:
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
