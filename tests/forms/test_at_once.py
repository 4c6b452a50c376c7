"""Designers who act in the same instant, on both databases: one wins, the others are told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.forms import lifecycle
from server.forms.examine import Examination
from server.forms.models import Form
from server.problems import ProblemError
from tests.forms.desk import Desk, form, looked_at


def at_once(engine: Engine, work: Callable[[Session], None], count: int = 6) -> Counter[str]:
    """What came of the same work in so many threads, each in a transaction of its own."""
    outcomes: Counter[str] = Counter()
    start = threading.Barrier(count)
    lock = threading.Lock()

    def run() -> None:
        start.wait()
        with Session(engine, expire_on_commit=False) as session:
            try:
                work(session)
                session.commit()
                outcome = "done"
            except ProblemError as error:
                session.rollback()
                outcome = error.problem.name
        with lock:
            outcomes[outcome] += 1

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def upload(examined: Examination, desk: Desk) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        lifecycle.create(
            session,
            desk.services,
            desk.project_id,
            examined,
            desk.actor_id,
            announce=desk.announce,
            publish=True,
        )

    return work


def test_of_many_uploads_of_one_id_at_once_one_becomes_the_form(engine: Engine, desk: Desk) -> None:
    desk.session.commit()
    examined = looked_at(form("type | name | label\ninteger | rooms | Rooms"))
    assert at_once(engine, upload(examined, desk)) == {"done": 1, "NOT_UNIQUE": 5}
    assert [one.xml_form_id for one in lifecycle.of_project(desk.session, desk.project_id)] == ["visit"]


def test_of_many_publishings_of_one_draft_at_once_one_counts(engine: Engine, desk: Desk) -> None:
    made = desk.create(form("type | name | label\ninteger | rooms | Rooms"))
    desk.session.commit()

    def publish(session: Session) -> None:
        found = session.get_one(Form, made.id)
        lifecycle.publish(session, desk.services, found, actor_id=desk.actor_id, announce=desk.announce)

    assert at_once(engine, publish) == {"done": 1, "NOT_FOUND": 5}
    desk.session.refresh(made)
    assert len(lifecycle.versions(desk.session, made)) == 1
    assert len(desk.audits("form.update.publish")) == 1
