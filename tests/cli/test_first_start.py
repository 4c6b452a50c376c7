"""A first start that is broken off goes on where it stopped at the next one, and makes nothing twice."""

from __future__ import annotations

import signal
import socket
import sqlite3
import subprocess
import sys
import time
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

PATIENCE = 60.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def sent(data: Path) -> int:
    """How many forms the database holds, looked at from outside; 0 before it has its tables."""
    try:
        address = f"file:{data / 'fieldfare.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as looking:
            return int(looking.execute("SELECT count(*) FROM submission").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def killed_at(data: Path, wanted: int) -> None:
    """A start that the power fails on when so many of the sample's forms are there."""
    words = [sys.executable, "-m", "server.cli", "--data", str(data), "serve", "--port", str(free_port())]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        assert "Making the sample project" in process.stdout.readline()
        deadline = time.monotonic() + PATIENCE
        while sent(data) < wanted:
            assert process.poll() is None, "it ended by itself"
            assert time.monotonic() < deadline, "it makes no sample"
            time.sleep(0.002)  # only until it is there: nothing tells us
        process.send_signal(signal.SIGKILL)


@pytest.fixture
def broken_off(tmp_path: Path) -> Settings:
    """An installation whose first start was killed within the sample."""
    killed_at(tmp_path / "data", 2)
    settings = Settings.load({}, data=tmp_path / "data", log_level="CRITICAL")
    assert 2 <= sent(settings.data) < 16
    return settings


def started(settings: Settings) -> list[str]:
    with running(settings) as (_, services):
        lines = list(first_start(db.session(), services, lan=False))
        db.session.remove()
    return lines


def test_a_sample_that_was_broken_off_is_whole_after_the_next_start(broken_off: Settings) -> None:
    before = sent(broken_off.data)
    lines = started(broken_off)
    assert any("earlier start was broken off" in line for line in lines)
    with running(broken_off):
        session = db.session()

        def count(model: type) -> int:
            return int(session.scalar(select(func.count()).select_from(model)) or 0)

        project = session.scalars(select(Project)).one()
        planned = Counter(event.told.instance_id for event in sample.planned(project))
        assert before < len(planned)
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
