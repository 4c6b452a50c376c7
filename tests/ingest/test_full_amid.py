"""A disk that is full while a visit's rows are written: SQLite then undoes the whole transaction, not its SAVEPOINT alone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.households import writer
from server.ingest.models import Submission
from server.jobs import Job
from server.ledger import Kind, LedgerRow
from tests.support.town import Town, enrolment


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_full_disk_undid_within_a_savepoint_is_refused_and_leaves_nothing(
    house: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = writer.apply, []

    def apply(session: Session, *given: Any, **more: Any) -> Any:
        """Our own fault first, so that a SAVEPOINT is set; within that the database may not grow any more."""
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("a fault of our own")
        pages = session.scalar(text("PRAGMA page_count"))
        session.execute(text(f"PRAGMA max_page_count={pages}"))
        try:
            written = real(session, *given, **more)
            session.execute(
                text("INSERT INTO audit (at, action, details) VALUES ('2026-01-01', 'x', zeroblob(3000000))")
            )
        finally:
            driver = session.connection().connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA max_page_count=4294967294")
        return written

    made = enrolment(water="surface")
    with monkeypatch.context() as patched:
        patched.setattr(writer, "apply", apply)
        assert house.phone.send(made.xml).status_code == 503
    assert len(tries) == 2
    with house.session() as session:
        assert session.scalars(select(Submission.id)).all() == []
        assert session.scalars(select(LedgerRow.seq).where(LedgerRow.kind == str(Kind.PENDING))).all() == []
        assert session.scalars(select(Job.id).where(Job.kind == "project")).all() == []
    assert house.phone.send(made.xml).status_code == 201
    assert [row["source"] for row in house.rows("water")] == ["surface"]
