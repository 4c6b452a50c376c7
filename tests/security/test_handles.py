"""Bad inputs, row 57: out of file handles. Each phone hears a clear answer or waits; nothing is stored by half; all is well after."""

from __future__ import annotations

import errno
import http.client
import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.ingest.models import Attachment, Blob, Submission
from server.words import catalogue
from tests.support.answers import refused
from tests.support.fixtures import MakeTown
from tests.support.photos import jpeg
from tests.support.served import Served, served
from tests.support.town import Town, close, new_id, note

PHONES = 16
SPARE = 6
"""Handles that are left to a worker: fewer than the phones' connections need, and far fewer than their photos."""


def workers(server: Served) -> list[int]:
    """The processes of the server, the parent first."""
    assert server.process is not None
    parent = server.process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(parent or 0), *map(int, children)]


@contextmanager
def few_handles(server: Served) -> Iterator[None]:
    """Leave every worker a few handles beyond those that it has open."""
    before = {pid: resource.prlimit(pid, resource.RLIMIT_NOFILE) for pid in workers(server)[1:]}
    for pid, (_, hard) in before.items():
        used = len(os.listdir(f"/proc/{pid}/fd"))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + SPARE, hard))
    try:
        yield
    finally:
        for pid, limit in before.items():
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_NOFILE, limit)


def whole(town: Town) -> None:
    """Every submission that is there has each of its photos, and each photo its file."""
    with town.session() as session:
        lacking = select(func.count()).select_from(Attachment).where(Attachment.blob_id.is_(None))
        assert session.scalar(lacking) == 0
        sent = session.scalar(select(func.count()).select_from(Submission))
        assert session.scalar(select(func.count()).select_from(Attachment)) == 2 * (sent or 0)
        for name in session.scalars(select(Blob.name)):
            assert town.services.store.exists(name), name


def test_row_57_out_of_file_handles_nothing_is_half_stored_and_the_server_comes_back(
    make_town: MakeTown,
) -> None:
    town = make_town()
    base, heard, lock = town.phone.base, [], threading.Lock()
    close(town)
    mine = [(new_id(), {"0.jpg": jpeg(n) * 3, "1.jpg": jpeg(n + 50) * 3}) for n in range(PHONES)]

    def send(server: Served, own: str, files: dict[str, bytes]) -> None:
        xml = note("<photo>0.jpg</photo><view>1.jpg</view>", instance_id=own)
        try:
            status = server.send(base, xml, files)[0]
        except (OSError, http.client.HTTPException):
            status = 0  # not heard: the phone keeps it and sends it again
        with lock:
            heard.append((own, status))

    def all_send(server: Served) -> None:
        threads = [threading.Thread(target=send, args=(server, *one)) for one in mine]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    with served(town.services.settings) as server:
        assert server.get(f"{base}/formList")[0] == 200
        with few_handles(server):
            all_send(server)
        under = dict(heard)
        assert set(under.values()) <= {0, 201, 503}
        assert {own for own, status in under.items() if status == 201} <= stored(town)
        whole(town)
        heard.clear()
        all_send(server)
        assert {status for _, status in heard} == {201}
        assert server.get("/healthz")[0] == 200
    whole(town)
    assert stored(town) == {own for own, _ in mine}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_row_57_a_phone_is_told_even_where_no_handle_is_left_to_look_up_its_words(
    make_town: MakeTown, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    def none_left(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    town = make_town(language=language)
    close(town)  # each connection has to be opened anew
    catalogue.cache_clear()
    with monkeypatch.context() as without:
        if town.services.settings.is_sqlite:
            without.setattr("sqlite3.dbapi2.connect", none_left)
        else:
            without.setattr("psycopg.waiting.DefaultSelector", none_left)
        without.setattr("pathlib.Path.open", none_left)
        told = refused(town.phone.send(note()), "503.60")
    assert told.startswith("The server cannot store visits at the moment.")
    assert town.phone.send(note()).status_code == 201


def stored(town: Town) -> set[str]:
    """The instanceIDs that are there."""
    with town.session() as session:
        return set(session.scalars(select(Submission.instance_id)))
