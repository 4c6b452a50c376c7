"""Clips shown without their place and time: in memory, and streamed out of a store."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import FolderStore, Unreadable, store_bytes
from media.clips import open_clean_clip
from media.images import strip
from media.sniff import sniff
from tests.media.conftest import KeyRing

MIB = 1 << 20


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def long_box(kind: bytes, body: bytes) -> bytes:
    """A box whose length takes 64 bits."""
    return struct.pack(">I4sQ", 1, kind, len(body) + 16) + body


def header(kind: bytes, version: int) -> bytes:
    """A header with its two times, the word `time` in them, and `body` behind."""
    times = b"timetime" if version == 0 else b"time" * 4
    return box(kind, bytes([version, 0, 0, 0]) + times + b"body" * 5)


PLACE = box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7-01.5000+036.8200/"))
TRACK = box(b"trak", header(b"tkhd", 1) + box(b"meta", b"a secret") + box(b"mdia", header(b"mdhd", 0)))
MOVIE = box(b"moov", header(b"mvhd", 0) + TRACK + PLACE)
TYPE = box(b"ftyp", b"isom\0\0\0\0isommp42")


@pytest.mark.parametrize(
    "tail", [box(b"mdat", b"frames"), long_box(b"mdat", b"frames"), b"\0\0\0\0mdatframes"]
)
@pytest.mark.parametrize(
    "extra", [box(b"uuid", b"a secret"), long_box(b"uuid", b"a secret"), box(b"udta", b"")]
)
def test_a_clean_clip_has_lost_its_place_and_time_and_kept_its_length(extra: bytes, tail: bytes) -> None:
    clip = TYPE + MOVIE + extra + tail
    clean = strip(clip)
    assert len(clean) == len(clip)
    for word in (b"secret", b"036.82", b"time", b"udta", b"uuid"):
        assert word not in clean
    assert clean.count(b"free") == 3
    assert clean.count(b"body" * 5) == 3
    assert clean.startswith(TYPE)
    assert clean.endswith(tail)
    assert strip(clean) == clean
    assert sniff(clean) == "video/mp4"


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "photos")


FILM = (
    TYPE + box(b"mdat", bytes(3 * MIB)) + MOVIE + box(b"uuid", b"a secret" * 200_000) + box(b"mdat", b"end")
)


@pytest.mark.parametrize(
    ("offset", "length"),
    [
        (0, None),
        (0, 10),
        (3 * MIB, 300),
        (3 * MIB + 100, 117),
        (3 * MIB + 310, None),
        (len(FILM) - 12, None),
        (len(FILM), None),
    ],
)
def test_a_clip_streams_clean_from_anywhere(
    folder: FolderStore, keys: KeyRing, offset: int, length: int | None
) -> None:
    received = store_bytes(folder, keys, FILM)
    clean = b"".join(open_clean_clip(folder, keys, received.blob_id, received.size, offset, length))
    assert clean == strip(FILM)[offset : None if length is None else offset + length]


MALFORMED = [
    TYPE + b"\xff\xff\xff\xffmoov",
    TYPE + b"\0\0",
    TYPE + b"\0\0\0\x04moov",
    TYPE + b"\0\0\0\x01moov",
    TYPE + box(b"moov", b"\0\0\0\0trak"),
    TYPE + box(b"moov", box(b"trak", b"\0\0\0\x40meta")),
    TYPE + box(b"free", b"") * 20_002,
]


@pytest.mark.parametrize("clip", MALFORMED)
def test_a_clip_whose_boxes_do_not_add_up_is_unreadable(
    folder: FolderStore, keys: KeyRing, clip: bytes
) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        strip(clip)
    received = store_bytes(folder, keys, clip)
    with pytest.raises(Unreadable, match="damaged"):
        open_clean_clip(folder, keys, received.blob_id, received.size)


def test_boxes_within_boxes_without_end_are_unreadable() -> None:
    clip = b""
    for _ in range(20):
        clip = box(b"trak", clip)
    with pytest.raises(Unreadable):
        strip(TYPE + clip)


@given(tail=st.binary(max_size=80))
def test_any_bytes_behind_the_type_are_cleaned_or_unreadable(tail: bytes) -> None:
    try:
        clean = strip(TYPE + tail)
    except Unreadable:
        return
    assert len(clean) == len(TYPE + tail)
