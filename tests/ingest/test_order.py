"""The order that a promise rests on: file on disk, its name, its folder, then the one commit, then the answer."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from server.db import db
from tests.support.answers import message, refused
from tests.support.photos import fresh
from tests.support.town import Town, enrolment, new_id, note


class Diary:
    """What reached the disk and the database, in order."""

    def __init__(self, house: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: list[str] = []
        media = house.services.settings.data / "media"
        fsync, replace = os.fsync, os.replace

        def write(line: str) -> None:
            self.lines.append(line)

        def traced_fsync(handle: int) -> None:
            fsync(handle)
            path = Path(os.readlink(f"/proc/self/fd/{handle}"))
            if path.is_relative_to(media):
                write("fsync folder" if path.is_dir() else "fsync file")

        def traced_replace(source: str, target: str) -> None:
            replace(source, target)
            if Path(target).is_relative_to(media):
                write("rename")

        monkeypatch.setattr(os, "fsync", traced_fsync)
        monkeypatch.setattr(os, "replace", traced_replace)
        with house.app.app_context():
            engine = db.engines[None]
        self.listeners = [("begin", lambda _: write("begin")), ("commit", lambda _: write("commit"))]
        self.engine = engine
        for name, listener in self.listeners:
            event.listen(engine, name, listener)

    def close(self) -> None:
        """Listen no more."""
        for name, listener in self.listeners:
            event.remove(self.engine, name, listener)


@pytest.fixture
def diary(shared: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Diary]:
    shared.phone.get("/formList")  # the phone was heard of: that write is none of this
    shared.phone.send(note(), {"first.jpg": fresh()})  # whatever is made once is made
    diary = Diary(shared, monkeypatch)
    yield diary
    diary.close()


def assert_durable_first(lines: list[str]) -> None:
    """Every file is on disk, named and its folder on disk before the transaction even begins, and one commits."""
    assert lines.count("commit") == 1
    begun = lines.index("begin")
    before, after = lines[:begun], lines[begun:]
    assert after == ["begin", "commit"]
    names = [number for number, line in enumerate(before) if line == "rename"]
    assert names
    assert max(n for n, line in enumerate(before) if line == "fsync file") < min(names)
    assert before[-1] == "fsync folder"


def test_a_visit_with_a_photo_is_on_disk_before_its_one_commit(shared: Town, diary: Diary) -> None:
    made = enrolment(water="borehole", needs=["clinic"], photo="a.jpg")
    assert shared.phone.send(made.xml, {"a.jpg": fresh()}).status_code == 201
    assert_durable_first(diary.lines)
    assert diary.lines.count("rename") == 1


def test_a_larger_photo_that_goes_to_disk_while_it_comes_keeps_the_order(shared: Town, diary: Diary) -> None:
    photo = fresh() + bytes(6_000_000)
    assert (
        shared.phone.send(note("<photo>a.jpg</photo>"), {"a.jpg": photo, "b.jpg": fresh()}).status_code == 201
    )
    assert_durable_first(diary.lines)
    assert diary.lines.count("rename") == 2


def test_the_second_part_of_a_split_visit_keeps_the_order_too(shared: Town, diary: Diary) -> None:
    xml = note("<photo>a.jpg</photo><view>b.jpg</view>")
    assert shared.phone.send(xml, {"a.jpg": fresh()}, incomplete=True).status_code == 201
    diary.lines.clear()
    assert shared.phone.send(xml, {"b.jpg": fresh()}).status_code == 201
    assert_durable_first(diary.lines)


def test_a_visit_without_photos_is_one_commit_and_touches_no_file(shared: Town, diary: Diary) -> None:
    assert shared.phone.send(note()).status_code == 201
    assert diary.lines == ["begin", "commit"]


def test_a_resend_writes_nothing(shared: Town, diary: Diary) -> None:
    xml, files = note("<photo>a.jpg</photo>"), {"a.jpg": fresh()}
    assert shared.phone.send(xml, files).status_code == 201
    diary.lines.clear()
    assert shared.phone.send(xml, files).status_code == 201
    assert diary.lines == []


def test_a_commit_waits_for_the_disk(shared: Town) -> None:
    with shared.session() as session:
        if shared.services.settings.is_sqlite:
            assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert session.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
        else:
            asked = text("SELECT source FROM pg_settings WHERE name IN ('synchronous_commit', 'fsync')")
            sources = set(session.execute(asked).scalars())
            assert not sources & {
                "session",
                "client",
                "database",
                "user",
            }  # the server's own: never changed here


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_is_full_at_any_step_is_said_and_leaves_nothing(
    shared: Town, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    own, photo = new_id(), fresh()
    xml = note("<photo>a.jpg</photo>", instance_id=own)
    with shared.untouched(), monkeypatch.context() as broken:
        broken.setattr(os, call, full)
        refused(shared.phone.send(xml, {"a.jpg": photo}), "507.60")
    assert shared.phone.send(xml, {"a.jpg": photo}).status_code == 201
    assert shared.photo(own, "a.jpg") == photo


def test_a_fault_in_the_middle_leaves_nothing_and_tells_the_log_no_answer(
    house: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("fieldfare"), "propagate", True)
    with house.session() as session:
        session.execute(text("ALTER TABLE audit RENAME TO audit_away"))
    own = new_id()
    xml = note("<village>the last house by the ford</village>", instance_id=own)
    with house.untouched():
        answer = house.phone.send(xml)
    assert answer.status_code in (500, 503)
    assert message(answer)[0] == "error"
    assert "audit" in caplog.text
    assert "ford" not in caplog.text
    assert house.phone.token not in caplog.text
    with house.session() as session:
        session.execute(text("ALTER TABLE audit_away RENAME TO audit"))
    assert house.phone.send(xml).status_code == 201


def test_an_error_of_the_database_prints_no_value(house: Town) -> None:
    with pytest.raises(DBAPIError) as trouble, house.session() as session:
        session.execute(text("SELECT :secret FROM no_such_table"), {"secret": "the last house by the ford"})
    assert "no_such_table" in str(trouble.value)
    assert "ford" not in str(trouble.value)
