"""What every store promises, on each kind of store; then what is a folder's or S3's own."""

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from media import FolderStore, Full, Missing, Store, Unavailable, open_store
from tests.media.conftest import Clock

if TYPE_CHECKING:
    from tests.tools.s3 import S3

A, B, C = "aa11" + "0" * 28, "bb22" + "0" * 28, "bb22" + "1" * 28
MIB = 1 << 20
DAY = 86_400


def keep(store: Store, name: str, *pieces: bytes) -> None:
    upload = store.begin(name)
    for piece in pieces:
        upload.write(piece)
    upload.keep()


def content(store: Store, name: str, offset: int = 0, length: int | None = None) -> bytes:
    return b"".join(store.read(name, offset, length))


def test_what_was_kept_is_read_back_whole_and_in_part(store: Store) -> None:
    keep(store, A, b"abc", b"", b"defgh")
    assert content(store, A) == b"abcdefgh"
    assert store.size(A) == 8
    assert [
        content(store, A, *part) for part in [(0, 3), (2, 3), (5, None), (7, 100), (8, None), (9, 4), (2, 0)]
    ] == [
        b"abc",
        b"cde",
        b"fgh",
        b"h",
        b"",
        b"",
        b"",
    ]


def test_a_blob_of_several_parts_is_read_back(store: Store) -> None:
    piece = os.urandom(MIB)
    keep(store, A, *[piece] * 18, b"end")
    assert store.size(A) == 18 * MIB + 3
    assert content(store, A) == piece * 18 + b"end"


def test_a_blob_of_exactly_one_part_is_read_back(store: Store) -> None:
    keep(store, A, bytes(8 * MIB))
    assert store.size(A) == 8 * MIB


def test_an_upload_does_not_exist_before_it_is_kept_nor_after_it_is_aborted(store: Store) -> None:
    upload = store.begin(A)
    upload.write(bytes(20 * MIB))
    assert not store.exists(A)
    upload.abort()
    upload.abort()
    store.close()
    assert not store.exists(A)
    assert list(store.older_than(-DAY)) == []
    assert store.sweep_unfinished(-DAY) == 0


def test_an_abort_after_keep_undoes_nothing(store: Store) -> None:
    upload = store.begin(A)
    upload.write(b"photo")
    upload.keep()
    upload.abort()
    store.close()
    assert content(store, A) == b"photo"


def test_an_upload_that_has_ended_takes_no_more_and_is_kept_as_it_is(store: Store) -> None:
    for size in (0, 5, 18 * MIB):
        upload = store.begin(A)
        upload.write(bytes(size))
        upload.end()
        upload.end()
        upload.settle()
        with pytest.raises(ValueError, match="over"):
            upload.write(b"more")
        upload.keep()
        assert store.size(A) == size
        store.delete(A)


def test_an_upload_that_has_ended_and_is_aborted_leaves_nothing(store: Store) -> None:
    uploads = [store.begin(name) for name in (A, B, C)]
    for upload, size in zip(uploads, (0, 5, 18 * MIB), strict=True):
        upload.write(bytes(size))
        upload.end()
    uploads[1].settle()
    for upload in uploads:
        upload.abort()
        upload.abort()
    store.close()
    assert list(store.older_than(-DAY)) == []
    assert store.sweep_unfinished(-DAY) == 0


def test_several_uploads_are_kept_together(store: Store) -> None:
    uploads = [store.begin(name) for name in (A, B, C)]
    for upload in uploads:
        upload.write(upload.name.encode())
    store.keep_all(uploads)
    assert [content(store, name) for name in (A, B, C)] == [A.encode(), B.encode(), C.encode()]


def test_what_is_not_there_is_missing(store: Store) -> None:
    assert not store.exists(A)
    with pytest.raises(Missing):
        store.size(A)
    with pytest.raises(Missing):
        content(store, A)
    with pytest.raises(Missing):
        store.touch(A)


def test_a_deleted_blob_is_gone_and_deleting_again_is_no_error(store: Store) -> None:
    keep(store, A, b"photo")
    store.delete(A)
    store.delete(A)
    assert not store.exists(A)


@pytest.mark.parametrize(
    "name", ["", "abc", "../../etc/passwd", "AA11" + "0" * 28, "a/b/c/d", "aa11\0", "aa 11", "a" * 65]
)
def test_a_name_that_is_no_blobs_never_comes_near_a_path(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="not a blob's name"):
        store.begin(name)
    with pytest.raises(ValueError, match="not a blob's name"):
        content(store, name)
    with pytest.raises(ValueError, match="not a blob's name"):
        store.delete(name)


def test_the_sweeper_sees_what_is_old_and_not_what_was_renewed(
    store: Store,
) -> None:
    for name in (A, B, C):
        keep(store, name, b"photo")
    age(store, timedelta(days=2))
    keep(store, C, b"photo")
    store.touch(B)
    assert list(store.older_than(DAY)) == [A]
    assert sorted(store.older_than(-DAY)) == [A, B, C]
    assert list(store.older_than(3 * DAY)) == []
    assert content(store, B) == b"photo"


def test_the_sweeper_takes_what_is_idle_and_leaves_what_was_renewed_meanwhile(store: Store) -> None:
    for name in (A, B):
        keep(store, name, b"photo")
    age(store, timedelta(days=2))
    found = list(store.older_than(DAY))
    store.touch(B)
    assert {name: store.delete_idle(name, DAY) for name in found} == {A: True, B: False}
    assert not store.exists(A)
    assert content(store, B) == b"photo"
    assert store.delete_idle(A, DAY)
    with pytest.raises(Missing):
        store.touch(A)


def age(store: Store, by: timedelta) -> None:
    """Make everything kept so far older, where it lies."""
    if isinstance(store, FolderStore):
        then = datetime.now(UTC) - by
        for file in store.root.glob("??/??/*"):
            os.utime(file, (then.timestamp(), then.timestamp()))
        return
    from moto.s3.models import s3_backends

    from media.s3 import S3Store

    assert isinstance(store, S3Store)
    for account in s3_backends.values():
        for bucket in account["aws"].buckets.values():
            if bucket.name == store.bucket:
                for key in bucket.keys.values():
                    key.last_modified -= by


def test_the_sweeper_removes_what_a_crash_left_unfinished(store: Store) -> None:
    upload = store.begin(A)
    upload.write(bytes(17 * MIB))
    store.close()  # the parts under way have arrived; nobody will ever keep or abort this
    if isinstance(store, FolderStore):  # the S3 of the tests dates every unfinished upload to 2010
        assert store.sweep_unfinished(DAY) == 0
    assert store.sweep_unfinished(-DAY) == 1
    assert store.sweep_unfinished(-DAY) == 0


def test_a_working_store_is_ready(store: Store) -> None:
    store.ready()
    keep(store, A, b"photo")
    assert store.exists(A)


# A folder


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "photos")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, folder: FolderStore) -> list[tuple[str, ...]]:
    """The system calls that durability rests on, in order, with paths below the store's root."""
    seen: list[tuple[str, ...]] = []
    fsync, replace, mkdir = os.fsync, os.replace, os.mkdir

    def below(path: str) -> str:
        relative = os.path.relpath(path, folder.root)
        return relative.partition(".")[0] if relative.startswith("tmp/") else relative

    def traced_fsync(handle: int) -> None:
        seen.append(("fsync", below(os.readlink(f"/proc/self/fd/{handle}"))))
        fsync(handle)

    def traced_replace(source: str, target: str) -> None:
        seen.append(("rename", below(source), below(target)))
        replace(source, target)

    def traced_mkdir(path: str, mode: int = 0o777) -> None:
        mkdir(path, mode)
        seen.append(("mkdir", below(path)))

    monkeypatch.setattr(os, "fsync", traced_fsync)
    monkeypatch.setattr(os, "replace", traced_replace)
    monkeypatch.setattr(os, "mkdir", traced_mkdir)
    return seen


def test_bad_input_54_files_reach_the_disk_before_their_names_and_each_folder_is_synced_once(
    folder: FolderStore, calls: list[tuple[str, ...]]
) -> None:
    uploads = [folder.begin(name) for name in (B, C)]
    for upload in uploads:
        upload.write(b"photo")
    folder.keep_all(uploads)
    assert calls == [
        ("fsync", f"tmp/{B}"),
        ("fsync", f"tmp/{C}"),
        ("mkdir", "bb"),
        ("mkdir", "bb/22"),
        ("fsync", "bb"),
        ("fsync", "."),
        ("rename", f"tmp/{B}", f"bb/22/{B}"),
        ("rename", f"tmp/{C}", f"bb/22/{C}"),
        ("fsync", "bb/22"),
    ]


def test_a_file_whose_end_was_told_is_on_the_disk_and_closed_and_only_named_when_kept(
    folder: FolderStore, calls: list[tuple[str, ...]]
) -> None:
    before = os.listdir("/proc/self/fd")
    upload = folder.begin(B)
    upload.write(b"photo")
    upload.end()
    assert calls == [("fsync", f"tmp/{B}")]
    assert os.listdir("/proc/self/fd") == before
    assert not folder.exists(B)
    calls.clear()
    upload.keep()
    assert [line[0] for line in calls] == ["mkdir", "mkdir", "fsync", "fsync", "rename", "fsync"]
    assert content(folder, B) == b"photo"


def test_bad_input_55_a_disk_that_fails_at_the_end_of_a_file_leaves_nothing_behind(
    folder: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    upload = folder.begin(B)
    upload.write(b"photo")
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(Full):
            upload.end()
    assert files_of(folder) == []
    with pytest.raises(ValueError, match="over"):
        upload.keep()


def test_a_folder_known_to_be_on_the_disk_is_not_made_durable_again(
    folder: FolderStore, calls: list[tuple[str, ...]]
) -> None:
    keep(folder, B, b"photo")
    calls.clear()
    keep(folder, C, b"photo")
    assert calls == [("fsync", f"tmp/{C}"), ("rename", f"tmp/{C}", f"bb/22/{C}"), ("fsync", "bb/22")]


def test_a_folder_that_another_process_made_is_synced_all_the_same(
    folder: FolderStore, calls: list[tuple[str, ...]]
) -> None:
    (folder.root / "bb" / "22").mkdir(parents=True)
    calls.clear()
    keep(folder, B, b"photo")
    assert calls[:3] == [("fsync", f"tmp/{B}"), ("fsync", "bb"), ("fsync", ".")]


def test_a_deleted_name_leaves_the_disk_too(folder: FolderStore, calls: list[tuple[str, ...]]) -> None:
    keep(folder, B, b"photo")
    calls.clear()
    folder.delete(B)
    assert calls == [("fsync", "bb/22")]


def files_of(folder: FolderStore) -> list[Path]:
    return [path for path in folder.root.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.ENOSPC, Full), (errno.EDQUOT, Full), (errno.EMFILE, Unavailable), (errno.EIO, Unavailable)],
)
@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_bad_input_55_a_disk_that_fails_leaves_nothing_behind(
    folder: FolderStore, monkeypatch: pytest.MonkeyPatch, call: str, number: int, expected: type[Exception]
) -> None:
    def failing(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    uploads = [folder.begin(name) for name in (A, B)]
    if call != "write":
        for upload in uploads:
            upload.write(b"photo")
    with monkeypatch.context() as broken:
        broken.setattr(os, call, failing)
        if call == "write":
            for upload in uploads:
                with pytest.raises(expected):
                    upload.write(b"photo")
        else:
            with pytest.raises(expected):
                folder.keep_all(uploads)
    assert files_of(folder) == []


def test_bad_input_55_when_the_second_of_two_files_fails_the_first_is_not_kept_either(
    folder: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def full_at_the_second(source: str, target: str) -> None:
        if B in target:
            raise OSError(errno.ENOSPC, "no space")
        replace(source, target)

    uploads = [folder.begin(name) for name in (A, B)]
    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", full_at_the_second)
        with pytest.raises(Full):
            folder.keep_all(uploads)
    assert files_of(folder) == []


def test_a_disk_below_its_reserve_takes_no_more(tmp_path: Path) -> None:
    folder = FolderStore(tmp_path / "photos", reserve=1 << 60)
    with pytest.raises(Full):
        folder.begin(A)
    with pytest.raises(Full):
        folder.ready()


def test_bad_input_57_out_of_file_handles_is_unavailable_and_passes(folder: FolderStore) -> None:
    import resource

    keep(folder, A, b"photo")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1, hard))
    try:
        with pytest.raises(Unavailable, match="file handles"):
            folder.begin(B)
        with pytest.raises(Unavailable, match="file handles"):
            content(folder, A)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    keep(folder, B, b"photo")
    assert content(folder, B) == b"photo"


def test_a_disk_that_is_not_mounted_is_unavailable_and_its_photos_are_not_missing(
    folder: FolderStore,
) -> None:
    keep(folder, A, b"photo")
    moved = folder.root.rename(folder.root.with_name("elsewhere"))
    for act in (
        folder.ready,
        lambda: folder.begin(B),
        lambda: content(folder, A),
        lambda: folder.size(A),
        lambda: folder.touch(A),
    ):
        with pytest.raises(Unavailable):
            act()
    moved.rename(folder.root)
    assert content(folder, A) == b"photo"


def test_what_lies_in_the_folder_is_for_its_owner_alone(folder: FolderStore) -> None:
    keep(folder, A, b"photo")
    assert {oct(path.stat().st_mode & 0o077) for path in folder.root.rglob("*")} == {"0o0"}


def test_a_stores_clock_decides_what_is_old(tmp_path: Path) -> None:
    clock = Clock(1_000_000.0)
    folder = FolderStore(tmp_path / "photos", clock=clock)
    keep(folder, A, b"photo")
    folder.touch(A)
    clock.now += DAY
    assert list(folder.older_than(DAY + 1)) == []
    assert list(folder.older_than(DAY)) == [A]


# S3


def test_bad_input_56_a_dead_port_is_unavailable_within_the_deadline(s3: "S3") -> None:
    from media.s3 import S3Store

    store = S3Store(s3.bucket, "photos", s3.endpoint, deadline=0.3)
    small, large = store.begin(A), store.begin(B)
    small.write(b"photo")
    large.write(bytes(9 * MIB))
    with s3.away():
        with pytest.raises(Unavailable):
            store.ready()
        with pytest.raises(Unavailable):
            store.keep_all([small, large])
        with pytest.raises(Unavailable):
            content(store, A)
    store.close()
    assert not store.exists(A)
    assert not store.exists(B)
    keep(store, A, b"photo again")
    assert content(store, A) == b"photo again"
    store.close()


def test_bad_input_56_an_s3_that_takes_connections_and_never_answers_is_given_up_in_time(s3: "S3") -> None:
    import socket
    import time

    from media.s3 import S3Store

    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = S3Store(s3.bucket, "photos", f"http://127.0.0.1:{silent.getsockname()[1]}", deadline=0.2)
        upload = store.begin(A)
        upload.write(b"photo")
        before = time.monotonic()
        with pytest.raises(Unavailable, match="does not answer in time"):
            upload.keep()
        assert time.monotonic() - before < 20  # it would wait a minute and more by itself
    store.close()


def test_bad_input_56_an_answer_that_comes_after_the_deadline_leaves_no_object(s3: "S3") -> None:
    from threading import Event

    from media.s3 import S3Store

    go_on = Event()
    client = s3.client()

    def wait(**_: object) -> None:
        go_on.wait(10)

    client.meta.events.register("before-call.s3.PutObject", wait)
    store = S3Store(s3.bucket, "photos", client=client, deadline=0.1)
    upload = store.begin(A)
    upload.write(b"photo")
    with pytest.raises(Unavailable, match="does not answer in time"):
        upload.keep()
    go_on.set()
    store.close()
    assert not store.exists(A)
    store.close()


def test_when_one_of_two_objects_fails_the_other_is_taken_back(s3: "S3") -> None:
    from media.s3 import S3Store

    client = s3.client()

    def refuse(params: dict[str, object], **_: object) -> None:
        if B in str(params["Key"]):
            params["Bucket"] = "no-such-bucket"

    client.meta.events.register("before-parameter-build.s3.PutObject", refuse)
    store = S3Store(s3.bucket, "photos", client=client)
    uploads = [store.begin(name) for name in (A, B)]
    for upload in uploads:
        upload.write(b"photo")
    with pytest.raises(Unavailable, match="NoSuchBucket"):
        store.keep_all(uploads)
    store.close()
    assert not store.exists(A)
    store.close()


def test_a_bucket_that_is_not_there_is_not_ready(s3: "S3") -> None:
    from media.s3 import S3Store

    store = S3Store("no-such-bucket", "", s3.endpoint)
    upload = store.begin(A)
    upload.write(b"photo")
    with pytest.raises(Unavailable, match="NoSuchBucket"):
        upload.keep()
    with pytest.raises(Unavailable, match="no such bucket"):
        store.ready()
    store.close()


# The setting


def test_a_url_names_the_store(tmp_path: Path, s3: "S3") -> None:
    from media.s3 import S3Store

    def root(url: str) -> Path:
        store = open_store(url, data=tmp_path / "data")
        assert isinstance(store, FolderStore)
        return store.root

    assert root("file:") == tmp_path / "data" / "media"
    assert root("file:photos") == tmp_path / "data" / "photos"
    assert root(f"file:{tmp_path}/elsewhere") == tmp_path / "elsewhere"
    assert root(f"file://{tmp_path}/elsewhere") == tmp_path / "elsewhere"
    s3_store = open_store(s3.url, data=tmp_path, s3_endpoint=s3.endpoint)
    assert isinstance(s3_store, S3Store)
    assert (s3_store.bucket, s3_store.prefix) == (s3.bucket, "photos/")


@pytest.mark.parametrize("url", ["", "photos", "s3:bucket", "s3://", "ftp://host/x", "file://host/x"])
def test_a_url_that_names_no_store_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="not a place for photos"):
        open_store(url, data=tmp_path)
