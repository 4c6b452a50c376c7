"""Units of work that share a commit: each is durable before its caller goes on, and one that fails fails alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Engine,
    Integer,
    bindparam,
    column,
    create_engine,
    event,
    insert,
    select,
    table,
    text,
    update,
)
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from server.commit import Committer
from server.db import prepare_sqlite
from server.hot import Hot, at_last, wire


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def engine(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if database == "sqlite":
        made = create_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}", connect_args={"isolation_level": None})
        prepare_sqlite(made, immediate=True)
    else:
        made = create_engine(request.getfixturevalue("postgres_url"))
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY, said INTEGER DEFAULT 0)"))
    yield made
    made.dispose()


NOTE = table("note", column("id", Integer), column("said", Integer))
ADD = Hot(insert(NOTE), ["id", "said"])
SAY = Hot(update(NOTE).where(NOTE.c.id == bindparam("which")).values(said=NOTE.c.said + bindparam("more")))
SAID = Hot(select(NOTE.c.said).where(NOTE.c.id == bindparam("which")))


def together(
    committer: Committer, works: Sequence[Callable[[Session], Any]], orders: Sequence[str]
) -> list[Any]:
    """Run units that wait for one commit: a first one keeps the writer busy until all are there."""
    gate, begun = threading.Event(), threading.Event()

    def busy(session: Session) -> None:
        begun.set()
        gate.wait()

    with ThreadPoolExecutor(len(works) + 1) as pool:
        pool.submit(committer.run, busy)
        begun.wait()
        sent = []
        for number, (work, order) in enumerate(zip(works, orders, strict=True), 1):
            sent.append(pool.submit(committer.run, work, order=order))
            while committer.waiting < number:
                threading.Event().wait(0.001)
        gate.set()
        return [one.result() for one in sent]


def writes(number: int) -> Callable[[Session], int]:
    def work(session: Session) -> int:
        session.execute(text("INSERT INTO note (id) VALUES (:n)"), {"n": number})
        return number

    return work


def stored(engine: Engine) -> set[int]:
    with engine.connect() as connection:
        return {row[0] for row in connection.execute(text("SELECT id FROM note"))}


def said(engine: Engine) -> dict[int, int]:
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text("SELECT id, said FROM note"))}


def test_what_was_returned_is_committed(engine: Engine) -> None:
    committer = Committer(engine)
    assert committer.run(writes(1)) == 1
    assert stored(engine) == {1}


def test_many_at_once_share_commits_and_each_gets_its_own_result(engine: Engine) -> None:
    committer = Committer(engine)
    commits: list[int] = []
    event.listen(engine, "commit", lambda connection: commits.append(1))
    gate = threading.Barrier(24)

    def send(number: int) -> int:
        gate.wait()
        return committer.run(writes(number))

    with ThreadPoolExecutor(24) as pool:
        assert sorted(pool.map(send, range(24))) == list(range(24))
    assert stored(engine) == set(range(24))
    assert 1 <= len(commits) <= 24


def test_a_unit_that_fails_fails_alone(engine: Engine) -> None:
    committer = Committer(engine)
    gate = threading.Barrier(12)

    def fails(session: Session) -> int:
        writes(1000)(session)
        raise LookupError("no")

    def send(number: int) -> int | str:
        gate.wait()
        try:
            return committer.run(fails if number % 3 == 0 else writes(number))
        except LookupError as error:
            return str(error)

    with ThreadPoolExecutor(12) as pool:
        results = list(pool.map(send, range(12)))
    assert results == ["no" if n % 3 == 0 else n for n in range(12)]
    assert stored(engine) == {n for n in range(12) if n % 3}


def test_the_writer_outlives_a_failed_unit(engine: Engine) -> None:
    committer = Committer(engine)
    committer.run(writes(1))
    with pytest.raises(Exception, match=r"(?i)unique"):
        committer.run(writes(1))
    assert committer.run(writes(2)) == 2
    assert stored(engine) == {1, 2}


def test_a_unit_that_asks_for_more_than_the_database_holds_fails_alone(engine: Engine) -> None:
    """PostgreSQL's driver says OperationalError, as of a database that is away."""
    wide = f"SELECT {', '.join('1' for _ in range(3000))}"
    too_much = text(wide if engine.dialect.name == "postgresql" else "SELECT zeroblob(2000000000)")
    committer = Committer(engine)

    def fails(session: Session) -> int:
        writes(2)(session)
        session.execute(too_much)
        return 2

    with pytest.raises(OperationalError if engine.dialect.name == "postgresql" else DataError):
        together(committer, [writes(1), fails, writes(3)], ["a", "b", "c"])
    assert stored(engine) == {1, 3}


def test_units_of_one_commit_run_in_the_order_of_what_they_lock(engine: Engine) -> None:
    ran: list[str] = []
    works = [lambda session, name=name: ran.append(name) for name in ("c", "a", "b")]
    together(Committer(engine), works, ["c", "a", "b"])
    assert ran == ["a", "b", "c"]


def test_what_many_units_raise_is_raised_once_before_their_commit(engine: Engine) -> None:
    raised: list[list[int]] = []

    def add(session: Session, which: int, more: list[int]) -> None:
        raised.append(more)
        SAY.later(wire(session), {"which": which, "more": sum(more)})

    committer = Committer(engine)
    committer.run(writes(1))
    together(
        committer, [lambda session, n=n: at_last(session, add, 1, n) for n in (1, 2, 3)], ["a", "b", "c"]
    )
    assert (raised, said(engine)) == ([[1, 2, 3]], {1: 6})


def test_outside_a_committer_it_is_raised_at_once(engine: Engine) -> None:
    def add(session: Session, which: int, more: list[int]) -> None:
        SAY.later(wire(session), {"which": which, "more": sum(more)})

    Committer(engine).run(writes(1))
    with Session(engine) as session:
        at_last(session, add, 1, 5)
        assert SAID.scalar(wire(session), {"which": 1}) == 5
        session.commit()


def test_what_is_put_off_is_there_for_whoever_reads_next(engine: Engine) -> None:
    def work(session: Session) -> tuple[int, int]:
        ADD.later(wire(session), {"id": 1, "said": 1})
        SAY.later(wire(session), {"which": 1, "more": 2})
        compiled = SAID.scalar(wire(session), {"which": 1})
        SAY.later(wire(session), {"which": 1, "more": 4})
        return compiled, session.execute(text("SELECT said FROM note")).scalar_one()

    assert Committer(engine).run(work) == (3, 7)


def test_how_many_rows_were_touched_is_told_of_what_was_put_off(engine: Engine) -> None:
    touched: list[int] = []

    def work(session: Session) -> None:
        ADD.many_later(wire(session), [{"id": 1, "said": 0}, {"id": 2, "said": 0}])
        SAY.later(wire(session), {"which": 1, "more": 1}, then=touched.append)
        SAY.later(wire(session), {"which": 9, "more": 1}, then=touched.append)
        SAY.later(wire(session), {"which": 2, "more": 1})

    Committer(engine).run(work)
    assert (touched, said(engine)) == ([1, 0], {1: 1, 2: 1})


def test_a_unit_whose_put_off_statement_fails_fails_alone(engine: Engine) -> None:
    committer = Committer(engine)
    committer.run(writes(1))

    def add(number: int) -> Callable[[Session], bool]:
        def work(session: Session) -> bool:
            ADD.later(wire(session), {"id": number, "said": 0})
            return True

        return work

    def tried(number: int) -> Callable[[], bool | str]:
        def run() -> bool | str:
            try:
                return committer.run(add(number))
            except IntegrityError:
                return "taken"

        return run

    with ThreadPoolExecutor(4) as pool:
        results = [one.result() for one in [pool.submit(tried(number)) for number in (1, 2, 3, 4)]]
    assert results == ["taken", True, True, True]
    assert stored(engine) == {1, 2, 3, 4}


def test_two_committers_that_wait_for_each_other_both_get_through(engine: Engine, database: str) -> None:
    if database == "sqlite":  # one writer at a time: nobody waits for each other
        return
    one, other = Committer(engine), Committer(engine)
    one.run(lambda session: ADD.many_later(wire(session), [{"id": 1, "said": 0}, {"id": 2, "said": 0}]))
    met = threading.Barrier(2)

    def raises(first: int, second: int) -> Callable[[Session], None]:
        met_once: list[bool] = []

        def work(session: Session) -> None:
            SAY.run(wire(session), {"which": first, "more": 1})
            if not met_once:
                met_once.append(True)
                met.wait()
            SAY.run(wire(session), {"which": second, "more": 1})

        return work

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(one.run, raises(1, 2)), pool.submit(other.run, raises(2, 1))]:
            done.result()
    assert said(engine) == {1: 2, 2: 2}
