"""Bad inputs, rows 20 and 22, on a real server: huge files with flat memory, too huge ones refused in words, cut connections."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import func

from server.ingest.models import Blob
from tests.support import multipart
from tests.support.fixtures import sqlite_template
from tests.support.photos import jpeg
from tests.support.served import Served, head, served
from tests.support.town import Town, close, new_id, note, open_copy

MB = 1_000_000
PIECE = bytes(1 << 20)
FLAT = 100 * MB
"""How much more memory an upload may take than none: far less than the file."""


SMALL = 20 * MB


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("uploads") / "data"
    town = open_copy(sqlite_template(tmp_path_factory.getbasetemp()), folder)
    yield town
    close(town)


@pytest.fixture(scope="module")
def server(town: Town) -> Iterator[Served]:
    with served(town.services.settings) as running:
        assert running.get(f"{town.phone.base}/formList")[0] == 200
        yield running


class Peak:
    """The most memory that a server took while inside, beyond what it had before."""

    def __init__(self, server: Served) -> None:
        self.server, self.most, self.over = server, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self) -> None:
        while not self.over.wait(0.05):
            self.most = max(self.most, self.server.memory())

    def __enter__(self) -> Peak:
        self.before = self.server.memory()
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    @property
    def growth(self) -> int:
        return self.most - self.before


def body_of(xml: str, name: str, size: int, *, says: bool = True) -> tuple[int, Iterator[bytes]]:
    """Length and pieces of a submission with one file of that many zeros, whose head says so or not."""
    first = multipart.submission(xml.encode()).removesuffix(f"--{multipart.BOUNDARY}--\r\n".encode())
    first += multipart.head(name, name, "video/mp4", size if says else None)
    last = f"\r\n--{multipart.BOUNDARY}--\r\n".encode()

    def pieces() -> Iterator[bytes]:
        yield first
        left = size
        while left:
            piece = PIECE[: min(left, len(PIECE))]
            left -= len(piece)
            yield piece
        yield last

    return len(first) + size + len(last), pieces()


def test_row_20_900_mb_are_taken_with_flat_memory_and_the_form_list_goes_on(
    town: Town, server: Served
) -> None:
    own = new_id()
    length, pieces = body_of(note("<photo>a.mp4</photo>", instance_id=own), "a.mp4", 900 * MB)
    slowest = 0.0

    def polled() -> Iterator[bytes]:
        nonlocal slowest
        for number, piece in enumerate(pieces):
            yield piece
            if number % 200 == 100:
                began = time.monotonic()
                assert server.get(f"{town.phone.base}/formList")[0] == 200
                slowest = max(slowest, time.monotonic() - began)

    with Peak(server) as peak:
        status, _ = server.stream(town.phone.base, length, polled())
    assert status == 201
    assert town.files(own) == {"a.mp4": True}
    with town.session() as session:
        assert session.query(func.max(Blob.size)).scalar() == 900 * MB
    assert peak.growth < FLAT
    assert slowest < 20  # it never waited for the upload to end


def test_row_20_2_gb_are_refused_in_words_with_flat_memory_and_nothing_stays(
    town: Town, server: Served
) -> None:
    length, pieces = body_of(note("<photo>a.mp4</photo>"), "a.mp4", 2000 * MB)
    with town.untouched(), Peak(server) as peak:
        status, body = server.stream(town.phone.base, length, pieces)
    assert status == 413
    assert b"OpenRosaResponse" in body
    assert b"a.mp4" in body
    assert b"1000 MB" in body
    assert peak.growth < FLAT
    assert server.send(town.phone.base, note())[0] == 201


def test_row_20_a_file_of_unknown_size_is_refused_where_it_passes_the_limit(
    town: Town,
) -> None:
    with served(replace(town.services.settings, max_upload=SMALL)) as server:
        length, pieces = body_of(note("<photo>a.mp4</photo>"), "a.mp4", 3 * SMALL, says=False)
        with town.untouched():
            status, body = server.stream(town.phone.base, length, pieces)
        assert status == 413
        assert b"a.mp4" in body
        assert b"20 MB" in body


def test_a_refusal_reaches_a_phone_that_is_still_sending(town: Town, server: Served) -> None:
    length, pieces = body_of(note(), "a.mp4", 40 * MB)
    status, body = server.stream(town.phone.base.replace(town.phone.token, "x" * 64), length, pieces)
    assert status == 403
    assert b"QR" in body


def test_row_22_a_connection_cut_within_the_photo_leaves_nothing_and_the_resend_is_whole(
    town: Town, server: Served
) -> None:
    own, photo = new_id(), jpeg(7, size=(1600, 1200)) + bytes(6 * MB)
    xml = note("<photo>a.jpg</photo>", instance_id=own)
    body = multipart.submission(xml.encode(), {"a.jpg": photo})
    with town.untouched():
        for kept in (200, len(xml) + 400, 100_000, 4 * MB, len(body) - 10):
            cut(server, town, body, kept)
        assert server.get(f"{town.phone.base}/formList")[0] == 200
    assert server.send(town.phone.base, xml, {"a.jpg": photo})[0] == 201
    assert town.photo(own, "a.jpg") == photo


def test_row_22_a_file_that_is_cut_over_rest_is_not_stored_by_half(town: Town, server: Served) -> None:
    own, photo = new_id(), jpeg(8, size=(1600, 1200)) + bytes(3 * MB)
    assert town.phone.send(note("<photo>a.jpg</photo>", instance_id=own)).status_code == 201
    path = f"/v1{town.at(own)}/attachments/a.jpg"
    lines = [f"POST {path} HTTP/1.1", f"Authorization: Bearer {town.token}", "Content-Type: image/jpeg"]
    with town.untouched():
        for kept in (0, 1000, 2 * MB, len(photo) - 1):
            broken_off(server, [*lines, f"Content-Length: {len(photo)}"], photo[:kept])
    assert town.files(own) == {"a.jpg": False}
    broken_off(server, [*lines, f"Content-Length: {len(photo)}"], photo)
    assert town.photo(own, "a.jpg") == photo


def cut(server: Served, town: Town, body: bytes, kept: int) -> None:
    """Send the beginning of a submission, then be gone; returns when the server has noticed."""
    lines = [f"POST {town.phone.base}/submission HTTP/1.1"]
    broken_off(server, [*lines, *(f"{name}: {value}" for name, value in head(len(body)))], body[:kept])


def broken_off(server: Served, lines: list[str], body: bytes) -> None:
    """Send a request and so much of its body, then say that nothing more comes; returns when the server has noticed."""
    with server.connect() as connection:
        connection.sendall("\r\n".join([*lines, "Host: x"]).encode() + b"\r\n\r\n" + body)
        with suppress(OSError):  # it has answered and gone already
            connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
