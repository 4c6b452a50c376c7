"""Units of work that share a commit: each is durable before its caller goes on, and one that fails fails alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session

from server.commit import Committer
from server.db import prepare_sqlite


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}", connect_args={"isolation_level": None})
    prepare_sqlite(made, immediate=True)
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY)"))
    yield made
    made.dispose()


def writes(number: int) -> Callable[[Session], int]:
    def work(session: Session) -> int:
        session.execute(text("INSERT INTO note VALUES (:n)"), {"n": number})
        return number

    return work


def stored(engine: Engine) -> set[int]:
    with engine.connect() as connection:
        return {row[0] for row in connection.execute(text("SELECT id FROM note"))}


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
    with pytest.raises(Exception, match="UNIQUE"):
        committer.run(writes(1))
    assert committer.run(writes(2)) == 2
    assert stored(engine) == {1, 2}
