"""Bad inputs, row 54: SIGKILL at any instant of an ingest. Every acknowledged submission is whole, none there twice, the rest completable."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import pytest
from lxml import etree
from sqlalchemy import func, select

from server.households.tables import TABLES
from server.ingest.models import Attachment, Blob, InstanceKey, Submission, SubmissionVersion
from tests.support.fixtures import sqlite_template
from tests.support.photos import jpeg
from tests.support.served import Served, served
from tests.support.town import Enrolled, Town, close, enrolment, new_id, note, open_copy

KILLS = 30
CLIENTS = 4
LONGEST = 0.4
"""Seconds of sending before a kill, at most: some hundred submissions are under way in it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that a phone sends: XML, photos by name."""

    instance_id: str
    xml: str
    files: dict[str, bytes]
    enrolled: Enrolled | None = None


@dataclass
class Phones:
    """Phones that send without pause, and remember what was acknowledged."""

    server: Served
    town: Town
    seed: int
    acknowledged: list[Sent] = field(default_factory=list)
    unanswered: list[Sent] = field(default_factory=list)

    def run(self, rng: Random, over: threading.Event) -> None:
        """Send until the server is gone."""
        while not over.is_set():
            one = made(rng)
            try:
                status, _ = self.server.send(self.town.phone.base, one.xml, one.files)
            except (OSError, http.client.HTTPException):
                self.unanswered.append(one)
                return
            assert status == 201
            self.acknowledged.append(one)

    def until_killed(self, round_number: int) -> None:
        """One round: all phones send; at some instant every process of the server is killed."""
        over = threading.Event()
        threads = [
            threading.Thread(target=self.run, args=(Random(f"{self.seed}/{round_number}/{number}"), over))
            for number in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        over.wait(Random(f"{self.seed}/{round_number}").uniform(0.01, LONGEST))
        self.server.kill()
        over.set()
        for thread in threads:
            thread.join()


def made(rng: Random) -> Sent:
    """An enrolment or a note, with none, small or larger photos."""
    if rng.random() < 0.5:
        one = enrolment(water="borehole", needs=["clinic"] * rng.randint(0, 3), photo="w.jpg")
        return Sent(one.instance_id, one.xml, {"w.jpg": jpeg(rng.randrange(1 << 16))}, one)
    own = new_id()
    count = rng.randint(0, 2)
    files = {f"{n}.jpg": jpeg(rng.randrange(1 << 16)) + rng.randbytes(300_000) for n in range(count)}
    body = "".join(("<photo>0.jpg</photo>", "<view>1.jpg</view>")[:count])
    return Sent(own, note(body, instance_id=own), files)


@pytest.fixture
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("kill") / "data"
    town = open_copy(sqlite_template(tmp_path_factory.getbasetemp()), folder)
    close(town)  # nobody else holds the database open while the server is killed and comes back
    yield town
    close(town)


def test_row_54_after_kill_9_every_acknowledged_submission_is_whole_and_none_is_there_twice(
    town: Town,
) -> None:
    seed = time.time_ns()
    print(f"seed {seed}")
    with served(town.services.settings) as server:
        phones = Phones(server, town, seed)
        for number in range(KILLS):
            if server.process is None:
                server.start()
            phones.until_killed(number)
        server.start()
        print(f"{len(phones.acknowledged)} acknowledged, {len(phones.unanswered)} not")
        assert len(phones.acknowledged) > KILLS
        assert len(phones.unanswered) > KILLS  # the kills fell within requests
        found = stored_ids(town)
        for one in phones.acknowledged:
            assert found.count(one.instance_id) == 1
            assert_whole(town, one)
        sent = phones.acknowledged + phones.unanswered
        assert set(found) <= {one.instance_id for one in sent}
        for one in phones.unanswered:
            assert server.send(town.phone.base, one.xml, one.files)[0] == 201
            assert_whole(town, one)
        server.stop()
    assert sorted(stored_ids(town)) == sorted(one.instance_id for one in sent)
    assert town.count(InstanceKey) == town.count(SubmissionVersion) == len(sent)
    households = [row["uuid"] for row in town.rows("household")]
    assert sorted(households) == sorted(one.enrolled.household for one in sent if one.enrolled)
    codes = [row["code"] for row in town.rows("household")]
    assert len(set(codes)) == len(codes)
    assert_blobs_are_there(town)


def stored_ids(town: Town) -> list[str]:
    """instanceIDs of all submissions."""
    with town.session() as session:
        return list(session.scalars(select(Submission.instance_id)))


def assert_whole(town: Town, one: Sent) -> None:
    """Its XML opens and is what was sent, its photos open, its rows are in the tables."""
    assert town.xml(one.instance_id) == one.xml.encode()
    etree.fromstring(town.xml(one.instance_id))
    assert town.files(one.instance_id) == dict.fromkeys(one.files, True)
    for name, content in one.files.items():
        assert town.photo(one.instance_id, name) == content
    stored = town.submission(one.instance_id)
    assert stored is not None
    assert stored.missing == 0
    if one.enrolled is not None:
        assert stored.projected
        with town.session() as session:
            for table, count in (("water", 1), ("need", one.xml.count("<need>"))):
                history = TABLES[table].history
                mine = select(func.count()).where(history.c.submission_id == stored.id)
                assert session.scalar(mine) == count, table


def assert_blobs_are_there(town: Town) -> None:
    """Every row of a file has its file, and every attachment that came has its row."""
    with town.session() as session:
        names = list(session.scalars(select(Blob.name)))
        attached = session.scalar(select(func.count()).where(Attachment.blob_id.is_(None)))
    assert attached == 0
    for name in names:
        assert town.services.store.size(name) > 0
