"""A first start that is broken off goes on where it stopped at the next one, and makes nothing twice."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server import sample
from server.accounts.models import Actor
from server.cli_base import running
from server.db import db
from server.forms.models import Project
from server.households.tables import Facility, Household
from server.ingest.models import FindingRow, Submission
from server.settings import Settings
from server.start import first_start

SENT = 2
"""Forms of the sample that are there when the power fails."""

FAILS = f"""
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.pool import Pool
from server.cli import main

begun = []

def told(statement):
    if statement.split("(")[0].split() == ["INSERT", "INTO", "submission"]:
        begun.append(statement)
    if len(begun) > {SENT}:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(Pool, "connect", lambda connection, _: connection.set_trace_callback(told))
main(["--data", sys.argv[1], "serve"])
"""
"""A start that ends, as by a power failure, within the transaction of one form more."""


def sent(data: Path) -> int:
    """How many forms the database holds, looked at from outside; 0 before it has its tables."""
    try:
        address = f"file:{data / 'fieldfare.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as looking:
            return int(looking.execute("SELECT count(*) FROM submission").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.fixture
def broken_off(tmp_path: Path) -> Settings:
    """An installation whose first start was killed within the sample."""
    started = subprocess.run(
        [sys.executable, "-c", FAILS, str(tmp_path / "data")], capture_output=True, text=True, check=False
    )
    assert started.returncode == -signal.SIGKILL, started.stderr
    settings = Settings.load({}, data=tmp_path / "data", log_level="CRITICAL")
    assert sent(settings.data) == SENT
    return settings


def started(settings: Settings) -> list[str]:
    with running(settings) as (_, services):
        lines = list(first_start(db.session(), services, lan=False))
        db.session.remove()
    return lines


def test_a_sample_that_was_broken_off_is_whole_after_the_next_start(broken_off: Settings) -> None:
    lines = started(broken_off)
    assert any("earlier start was broken off" in line for line in lines)
    with running(broken_off):
        session = db.session()

        def count(model: type) -> int:
            return int(session.scalar(select(func.count()).select_from(model)) or 0)

        project = session.scalars(select(Project)).one()
        planned = Counter(event.told.instance_id for event in sample.planned(project))
        assert len(planned) > SENT
        assert Counter(session.scalars(select(Submission.instance_id))) == planned
        assert (count(Household), count(FindingRow)) == (sample.HOUSEHOLDS, 0)
        assert count(Facility) >= 3
        assert session.scalars(select(Actor).where(Actor.type == "field_key")).one().deleted_at is not None
        db.session.remove()


def test_what_is_whole_is_never_filled_again(broken_off: Settings) -> None:
    started(broken_off)
    with running(broken_off):
        session = db.session()
        last = session.scalars(select(Submission).order_by(Submission.id.desc()).limit(1)).one()
        last.deleted_at = last.updated_at
        session.commit()
        db.session.remove()
    there = sent(broken_off.data)
    assert not any("Making the sample" in line for line in started(broken_off))
    assert sent(broken_off.data) == there


def test_a_start_without_sample_leaves_a_broken_off_one_alone(broken_off: Settings) -> None:
    there = sent(broken_off.data)
    without = Settings.load({}, data=broken_off.data, sample=False, log_level="CRITICAL")
    assert not any("Making the sample" in line for line in started(without))
    assert sent(broken_off.data) == there
