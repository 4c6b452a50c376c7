"""`fieldfare jobs`: which fail and why, and another try where somebody asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cli import main
from server.cli_base import running
from server.db import db, transaction, utcnow
from server.jobs import Job, Later, enqueue, run_due
from server.settings import Settings


def away(session: Session, ref: str) -> None:
    raise OSError("the photo store is away")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of an installation in which two jobs fail and one waits."""
    folder = tmp_path / "data"
    with running(Settings.load({}, data=folder)):
        with transaction(db.session()) as session:
            enqueue(session, [Later("photo", "7"), Later("project", "12")])
        run_due(db.session(), {"photo": away, "project": away})
        with transaction(db.session()) as session:
            enqueue(session, [Later("photo", "8")])
    return folder


def jobs(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(data), "jobs", *words])


def due(data: Path) -> list[str]:
    with running(Settings.load({}, data=data)), transaction(db.session()) as session:
        query = select(Job.ref).where(Job.run_at <= utcnow()).order_by(Job.id)
        return list(session.scalars(query))


def test_jobs_that_fail_are_listed_with_their_faults(data: Path) -> None:
    told = jobs(data, "list")
    assert told.exit_code == 1
    last, first, total = told.output.splitlines()
    assert first.startswith("1  photo 7  tried once, again at 2")
    assert first.endswith(": OSError: the photo store is away")
    assert last.startswith("2  project 12  tried once")
    assert total == "2 failing."


def test_all_are_tried_again_at_once(data: Path) -> None:
    assert due(data) == ["8"]
    told = jobs(data, "retry")
    assert (told.exit_code, told.output) == (0, "2 to be tried again now.\n")
    assert due(data) == ["7", "12", "8"]


def test_one_is_tried_again_by_its_number_and_a_number_that_none_has_is_named(data: Path) -> None:
    told = jobs(data, "retry", "2", "3", "44")  # 3 waits and fails not
    assert told.exit_code == 1
    assert "1 to be tried again now." in told.output
    assert "none numbered 3, 44" in told.output
    assert due(data) == ["12", "8"]


def test_where_none_fails_the_list_says_so(tmp_path: Path) -> None:
    with running(Settings.load({}, data=tmp_path)), transaction(db.session()) as session:
        enqueue(session, [Later("photo", "8")])
    told = jobs(tmp_path, "list")
    assert (told.exit_code, told.output) == (0, "No job fails.\n")
