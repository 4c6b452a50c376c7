"""Files on their way in: all or none, nothing in clear, memory flat."""

import errno
import hashlib
import os
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from media import (
    Damaged,
    FolderStore,
    Full,
    Inbox,
    Missing,
    Received,
    Store,
    TooLarge,
    Unavailable,
    open_blob,
    store_bytes,
)
from media.cipher import SEALED
from tests.media.conftest import KeyRing

if TYPE_CHECKING:
    from media.s3 import S3Store
    from tests.tools.s3 import S3

MIB = 1 << 20
FLAT = 24 * MIB
"""What may be held while 64 MiB pass: what other threads of this process allocate meanwhile is counted too."""
JPEG = b"\xff\xd8\xff\xe0" + os.urandom(300_000)


def receive(inbox: Inbox, data: bytes, name: str = "roof.jpg", piece: int = 64 * 1024) -> Received:
    incoming = inbox.begin(name, "image/jpeg")
    for at in range(0, len(data), piece):
        incoming.write(data[at : at + piece])
    return incoming.finish()


def content(store: Store, keys: KeyRing, received: Received) -> bytes:
    return b"".join(open_blob(store, keys, received.blob_id))


def files_in(store: FolderStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "photos")


def test_files_kept_together_come_back_as_they_were_sent(store: Store, keys: KeyRing) -> None:
    clip = os.urandom(3 * MIB)
    with Inbox(store, keys, max_file=10 * MIB) as inbox:
        photo, film, nothing = (
            receive(inbox, JPEG),
            receive(inbox, clip, "film.mp4"),
            receive(inbox, b"", "empty.txt"),
        )
        inbox.keep()
    assert [content(store, keys, each) for each in (photo, film, nothing)] == [JPEG, clip, b""]
    assert photo == Received(
        name="roof.jpg",
        content_type="image/jpeg",
        blob_id=photo.blob_id,
        size=len(JPEG),
        sha256=hashlib.sha256(JPEG).digest(),
        head=JPEG[:512],
        content_type_seen="image/jpeg",
    )
    assert (nothing.size, nothing.head) == (0, b"")
    assert len({photo.blob_id, film.blob_id, nothing.blob_id}) == 3


def test_what_is_not_kept_when_the_block_ends_is_gone(store: Store, keys: KeyRing) -> None:
    with Inbox(store, keys, max_file=30 * MIB) as inbox:
        small, large = receive(inbox, JPEG), receive(inbox, bytes(20 * MIB))
    store.close()
    for received in (small, large):
        with pytest.raises(Missing):
            open_blob(store, keys, received.blob_id)
    assert list(store.older_than(-86_400)) == []


def test_bad_input_22_an_error_while_the_body_comes_leaves_nothing(
    folder: FolderStore, keys: KeyRing
) -> None:
    def cut_in_the_second_file() -> None:
        with Inbox(folder, keys, max_file=30 * MIB) as inbox:
            receive(inbox, JPEG)
            inbox.begin("film.mp4", "video/mp4").write(bytes(5 * MIB))
            assert len(files_in(folder)) == 1
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        cut_in_the_second_file()
    assert files_in(folder) == []


def test_a_file_that_never_ended_is_not_kept_with_the_others(folder: FolderStore, keys: KeyRing) -> None:
    with Inbox(folder, keys, max_file=30 * MIB) as inbox:
        photo = receive(inbox, JPEG)
        inbox.begin("film.mp4", "video/mp4").write(bytes(5 * MIB))
        inbox.keep()
    assert [path.name for path in files_in(folder)] == [photo.blob_id]


def test_only_the_files_named_are_kept(store: Store, keys: KeyRing) -> None:
    with Inbox(store, keys, max_file=10 * MIB) as inbox:
        new, known, known_film = receive(inbox, JPEG), receive(inbox, JPEG), receive(inbox, bytes(4 * MIB))
        inbox.keep(only={new.blob_id})
    store.close()
    assert list(store.older_than(-86_400)) == [new.blob_id]
    assert not store.exists(known.blob_id)
    assert not store.exists(known_film.blob_id)


@pytest.mark.parametrize("limit", [0, 1000, 3 * MIB])
def test_bad_input_20_a_file_past_the_limit_is_refused_and_leaves_nothing(
    folder: FolderStore, keys: KeyRing, limit: int
) -> None:
    with Inbox(folder, keys, max_file=limit) as inbox:
        assert receive(inbox, bytes(limit)).size == limit
        incoming = inbox.begin("film.mp4", "video/mp4")
        incoming.write(bytes(limit))
        with pytest.raises(TooLarge) as refused:
            incoming.write(b"!")
        assert refused.value.limit == limit
        with pytest.raises(ValueError, match="over"):
            incoming.write(b"more")
    assert files_in(folder) == []


def test_a_small_submission_costs_no_disk_before_it_is_kept(folder: FolderStore, keys: KeyRing) -> None:
    with Inbox(folder, keys, max_file=10 * MIB) as inbox:
        receive(inbox, JPEG)
        receive(inbox, JPEG)
        assert files_in(folder) == []
        inbox.keep()
    assert len(files_in(folder)) == 2


def test_many_small_files_do_not_pile_up_in_memory(folder: FolderStore, keys: KeyRing) -> None:
    with Inbox(folder, keys, max_file=10 * MIB, in_memory=MIB) as inbox:
        received = [receive(inbox, JPEG) for _ in range(6)]
        assert len(files_in(folder)) == 3
        inbox.keep()
    assert {content(folder, keys, each) for each in received} == {JPEG}


def test_many_files_of_one_submission_hold_no_file_open(folder: FolderStore, keys: KeyRing) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with Inbox(folder, keys, max_file=10 * MIB, in_memory=MIB) as inbox:
        received = [receive(inbox, JPEG) for _ in range(60)]
        assert len(os.listdir("/proc/self/fd")) == before
        inbox.keep()
    assert {content(folder, keys, each) for each in received} == {JPEG}
    with Inbox(folder, keys, max_file=10 * MIB) as inbox:
        for _ in range(60):
            receive(inbox, JPEG)
    assert len(files_in(folder)) == 60


def test_many_small_files_are_kept_with_few_handles(folder: FolderStore, keys: KeyRing) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Inbox(folder, keys, max_file=10 * MIB) as inbox:
        received = [receive(inbox, number.to_bytes(2, "big")) for number in range(100)]
        assert files_in(folder) == []
        resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 20, hard))
        try:
            inbox.keep()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert [content(folder, keys, each) for each in received] == [n.to_bytes(2, "big") for n in range(100)]


def test_files_that_went_ahead_of_a_refusal_are_taken_back(store: Store, keys: KeyRing) -> None:
    with Inbox(store, keys, max_file=10 * MIB, in_memory=0) as inbox:
        for size in (1000, MIB, 0, 9 * MIB):
            receive(inbox, bytes(size))
    store.close()
    assert list(store.older_than(-86_400)) == []
    assert store.sweep_unfinished(-86_400) == 0


def test_nothing_lies_in_the_store_in_clear(folder: FolderStore, keys: KeyRing) -> None:
    words = b"the household at the end of the lane " * 60_000
    with Inbox(folder, keys, max_file=10 * MIB) as inbox:
        incoming = inbox.begin("notes.txt", "text/plain")
        incoming.write(words)
        assert all(b"household" not in path.read_bytes() for path in files_in(folder))
        incoming.finish()
        inbox.keep()
    (file,) = files_in(folder)
    assert b"household" not in file.read_bytes()


def test_bad_input_55_a_full_disk_while_a_photo_is_kept_says_so_and_leaves_nothing(
    folder: FolderStore, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no space")

    with Inbox(folder, keys, max_file=10 * MIB) as inbox:
        receive(inbox, JPEG)
        receive(inbox, bytes(2 * MIB))
        with monkeypatch.context() as broken:
            broken.setattr(os, "write", full)
            with pytest.raises(Full):
                inbox.keep()
    assert files_in(folder) == []


def test_bad_input_56_a_store_that_is_away_for_a_while_keeps_nothing_and_then_works_again(
    s3: "S3", keys: KeyRing
) -> None:
    from media.s3 import S3Store

    store = S3Store(s3.bucket, "photos", s3.endpoint, deadline=0.3)
    with s3.away(), Inbox(store, keys, max_file=30 * MIB) as inbox:
        receive(inbox, JPEG)
        with pytest.raises(Unavailable):
            inbox.keep()
    assert list(store.older_than(-86_400)) == []
    assert content(store, keys, store_bytes(store, keys, JPEG)) == JPEG
    store.close()


def test_bytes_that_are_here_already_are_stored_and_read_in_part(store: Store, keys: KeyRing) -> None:
    data = os.urandom(2 * MIB + 100)
    received = store_bytes(store, keys, data, name="thumb.webp", content_type="image/webp")
    assert received.size == len(data)
    assert (
        b"".join(open_blob(store, keys, received.blob_id, MIB - 5, MIB + 10)) == data[MIB - 5 : 2 * MIB + 5]
    )
    assert b"".join(open_blob(store, keys, received.blob_id, 2 * MIB)) == data[2 * MIB :]
    assert b"".join(open_blob(store, keys, received.blob_id, len(data))) == b""


def test_a_newer_key_seals_and_the_older_still_opens(folder: FolderStore, keys: KeyRing) -> None:
    before = store_bytes(folder, keys, b"before")
    keys.keys[8] = b"8" * 32
    after = store_bytes(folder, keys, b"after")
    del keys.keys[7]
    assert content(folder, keys, after) == b"after"
    with pytest.raises(Damaged):
        open_blob(folder, keys, before.blob_id)


def test_damage_is_told_before_a_door_has_begun_its_answer(folder: FolderStore, keys: KeyRing) -> None:
    ours, theirs = store_bytes(folder, keys, b"our house"), store_bytes(folder, keys, b"their house")
    places = {path.name: path for path in files_in(folder)}
    places[theirs.blob_id].replace(places[ours.blob_id])
    with pytest.raises(Damaged, match="another blob"):
        open_blob(folder, keys, ours.blob_id)
    with pytest.raises(Missing):
        open_blob(folder, keys, theirs.blob_id)
    with pytest.raises(Damaged):
        open_blob(folder, keys, "no hex at all")


def test_a_reader_who_stops_early_leaves_no_file_open(folder: FolderStore, keys: KeyRing) -> None:
    received = store_bytes(folder, keys, bytes(3 * MIB))
    before = len(os.listdir("/proc/self/fd"))
    reader = open_blob(folder, keys, received.blob_id)
    assert len(next(reader)) == MIB
    assert len(os.listdir("/proc/self/fd")) == before + 1
    del reader
    assert len(os.listdir("/proc/self/fd")) == before


def test_many_senders_at_once_each_get_back_their_own(store: Store, keys: KeyRing) -> None:
    def send(number: int) -> bool:
        data = number.to_bytes(2, "big") * 700_000
        with Inbox(store, keys, max_file=10 * MIB) as inbox:
            film, photo = receive(inbox, data), receive(inbox, data[:1000])
            inbox.keep()
        return content(store, keys, film) == data and content(store, keys, photo) == data[:1000]

    with ThreadPoolExecutor(8) as senders:
        assert list(senders.map(send, range(24))) == [True] * 24


def peak_of(work: Iterator[object]) -> int:
    """The most bytes that Python held while the work was done."""
    tracemalloc.start()
    try:
        for _ in work:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def sending(store: Store, keys: KeyRing, mebibytes: int) -> Iterator[object]:
    piece = bytes(64 * 1024)
    with Inbox(store, keys, max_file=900 * MIB) as inbox:
        incoming = inbox.begin("film.mp4", "video/mp4")
        for _ in range(mebibytes * 16):
            incoming.write(piece)
            yield None
        received = incoming.finish()
        inbox.keep()
    yield received


def test_bad_input_20_memory_does_not_grow_with_what_is_sent_or_read(
    folder: FolderStore, keys: KeyRing
) -> None:
    assert peak_of(sending(folder, keys, 64)) < FLAT
    (file,) = files_in(folder)
    assert file.stat().st_size > 64 * MIB
    assert peak_of(open_blob(folder, keys, file.name)) < FLAT


@dataclass
class Swallowed:
    """An S3 that takes everything and keeps sizes alone: the server of the tests would hold it all in this process's memory."""

    store: "S3Store"
    sizes: list[int] = field(default_factory=list)


@pytest.fixture
def swallowed(s3: "S3") -> Iterator[Swallowed]:
    """A store on an S3 that keeps nothing."""
    from media.s3 import S3Store

    client = s3.client()
    swallowed = Swallowed(S3Store(s3.bucket, "photos", client=client))

    def taken(params: dict[str, object], **_: object) -> Any:
        swallowed.sizes.append(len(cast(bytearray, params["body"])))
        return SimpleNamespace(status_code=200), {"ETag": '"part"'}

    def completed(**_: object) -> Any:
        return SimpleNamespace(status_code=200), {}

    client.meta.events.register("before-call.s3.UploadPart", taken)
    client.meta.events.register("before-call.s3.PutObject", taken)
    client.meta.events.register("before-call.s3.CompleteMultipartUpload", completed)
    swallowed.store.ready()  # what boto3 loads once is not counted
    yield swallowed
    swallowed.store.close()


def test_bad_input_20_memory_does_not_grow_with_what_goes_to_s3(swallowed: Swallowed, keys: KeyRing) -> None:
    assert peak_of(sending(swallowed.store, keys, 64)) < FLAT + 16 * MIB  # parts of 8 MiB on their way
    assert sum(swallowed.sizes) == 64 * SEALED + 32
    assert set(swallowed.sizes[:-1]) == {8 * MIB}


@pytest.mark.parametrize(("files", "mebibytes"), [(100, 1), (20, 7)])
def test_memory_does_not_grow_with_how_many_files_go_to_s3(
    swallowed: Swallowed, keys: KeyRing, files: int, mebibytes: int
) -> None:
    def sent() -> Iterator[object]:
        with Inbox(swallowed.store, keys, max_file=900 * MIB) as inbox:
            for _ in range(files):
                yield receive(inbox, bytes(mebibytes * MIB))
            inbox.keep()

    assert peak_of(sent()) < FLAT + 16 * MIB
    assert sum(swallowed.sizes) == files * (mebibytes * SEALED + 32)


def test_s3_going_away_while_a_submission_comes_is_told_before_its_end(s3: "S3", keys: KeyRing) -> None:
    from media.s3 import S3Store

    store = S3Store(s3.bucket, "photos", s3.endpoint, deadline=1)

    def sent_without_end() -> int:
        with Inbox(store, keys, max_file=30 * MIB, in_memory=0) as inbox:
            receive(inbox, JPEG)
            with s3.away():
                for number in range(100):
                    try:
                        receive(inbox, bytes(3 * MIB))
                    except Unavailable:
                        return number
        return 100

    assert sent_without_end() < 5
    store.close()
    assert list(store.older_than(-86_400)) == []
    store.close()
