"""Sealing and unsealing as functions: any size, any range, any damage."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from media import Damaged
from media.cipher import CHUNK, HEADER, SEALED, TAG, Sealer, new_blob_id, unseal

ID = bytes(range(16))
CONTENT = os.urandom(3 * CHUNK + 5)


@dataclass
class OneKey:
    key: bytes = bytes(32)
    key_id: int = 1

    def current(self) -> tuple[int, bytes]:
        return self.key_id, self.key

    def by_id(self, key_id: int) -> bytes:
        return {self.key_id: self.key}[key_id]


KEYS = OneKey()


@dataclass
class Bytes:
    """A stored blob in memory; remembers which bytes were asked for."""

    stored: bytes
    piece: int = 100_000
    asked: int = 0

    def size(self) -> int:
        return len(self.stored)

    def read(self, offset: int, length: int | None = None) -> Iterator[bytes]:
        end = len(self.stored) if length is None else min(len(self.stored), offset + length)
        for start in range(offset, end, self.piece):
            part = self.stored[start : min(end, start + self.piece)]
            self.asked += len(part)
            yield part


def seal(plain: bytes, blob_id: bytes = ID, keys: OneKey = KEYS, piece: int = 300_000) -> bytes:
    sealer = Sealer(keys, blob_id)
    sealed = [sealer.update(plain[at : at + piece]) for at in range(0, len(plain), piece)]
    return b"".join([*sealed, sealer.finish()])


def opened(sealed: bytes, offset: int = 0, length: int | None = None, keys: OneKey = KEYS) -> bytes:
    return b"".join(unseal(Bytes(sealed), keys, ID, offset, length))


SIZES = [
    0,
    1,
    15,
    16,
    17,
    511,
    CHUNK - 1,
    CHUNK,
    CHUNK + 1,
    2 * CHUNK - 1,
    2 * CHUNK,
    2 * CHUNK + 1,
    3 * CHUNK + 5,
]
SEALED_CONTENT = {size: seal(CONTENT[:size]) for size in SIZES}


def sealed_size(plain: int) -> int:
    """What the format says: a header, and each chunk, of which an empty content has one, with a tag."""
    return HEADER + plain + TAG * max(1, -(-plain // CHUNK))


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_comes_back_and_takes_the_size_foretold(size: int) -> None:
    assert opened(SEALED_CONTENT[size]) == CONTENT[:size]
    assert len(SEALED_CONTENT[size]) == sealed_size(size)


@settings(deadline=None, max_examples=150)
@given(
    size=st.sampled_from(SIZES),
    offset=st.integers(0, 4 * CHUNK),
    length=st.none() | st.integers(0, 4 * CHUNK),
)
@example(size=2 * CHUNK, offset=2 * CHUNK, length=None)
@example(size=2 * CHUNK, offset=CHUNK, length=CHUNK)
@example(size=2 * CHUNK, offset=CHUNK - 1, length=2)
@example(size=0, offset=0, length=0)
def test_any_range_is_the_slice_of_the_content(size: int, offset: int, length: int | None) -> None:
    expected = CONTENT[:size][offset : None if length is None else offset + length]
    assert opened(SEALED_CONTENT[size], offset, length) == expected


@settings(deadline=None, max_examples=30)
@given(cuts=st.lists(st.integers(0, 2 * CHUNK + 1), max_size=8))
def test_it_does_not_matter_in_which_pieces_the_content_came(cuts: list[int]) -> None:
    plain = CONTENT[: 2 * CHUNK + 1]
    sealer = Sealer(KEYS, ID)
    edges = [0, *sorted(cuts), len(plain)]
    sealed = b"".join(sealer.update(plain[a:b]) for a, b in pairwise(edges)) + sealer.finish()
    assert opened(sealed) == plain


def test_every_single_byte_of_a_small_blob_is_guarded() -> None:
    sealed = seal(b"the roof leaks")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 0x01
        with pytest.raises(Damaged):
            opened(bytes(changed))


@settings(deadline=None, max_examples=60)
@given(place=st.integers(0, sealed_size(2 * CHUNK + 1) - 1), bit=st.integers(0, 7))
def test_any_flipped_bit_of_a_large_blob_is_noticed(place: int, bit: int) -> None:
    changed = bytearray(SEALED_CONTENT[2 * CHUNK + 1])
    changed[place] ^= 1 << bit
    with pytest.raises(Damaged):
        opened(bytes(changed))


@settings(deadline=None, max_examples=60)
@given(length=st.integers(0, sealed_size(3 * CHUNK + 5) - 1))
@example(length=0)
@example(length=HEADER)
@example(length=HEADER + SEALED)
@example(length=HEADER + 2 * SEALED)
@example(length=HEADER + 3 * SEALED)
@example(length=HEADER + 3 * SEALED + TAG)
def test_a_blob_cut_anywhere_is_damaged(length: int) -> None:
    with pytest.raises(Damaged):
        opened(SEALED_CONTENT[3 * CHUNK + 5][:length])


@pytest.mark.parametrize("size", [0, 15, CHUNK, 2 * CHUNK])
@pytest.mark.parametrize("tail", [b"\0", bytes(TAG), bytes(SEALED)])
def test_a_blob_with_something_behind_it_is_damaged(size: int, tail: bytes) -> None:
    with pytest.raises(Damaged):
        opened(SEALED_CONTENT[size] + tail)


def chunks(sealed: bytes) -> list[bytes]:
    return [sealed[:HEADER]] + [sealed[at : at + SEALED] for at in range(HEADER, len(sealed), SEALED)]


@pytest.mark.parametrize(
    "order", [[0, 2, 1, 3, 4], [0, 1, 1, 3, 4], [0, 2, 3, 4], [0, 1, 2, 4], [0, 4, 2, 3, 1], [0, 4]]
)
def test_chunks_in_another_order_repeated_or_left_out_are_damaged(order: list[int]) -> None:
    parts = chunks(SEALED_CONTENT[3 * CHUNK + 5])
    with pytest.raises(Damaged):
        opened(b"".join(parts[place] for place in order))


def test_a_chunk_of_another_blob_does_not_open_here() -> None:
    ours, theirs = chunks(seal(CONTENT)), chunks(seal(CONTENT, blob_id=new_blob_id()))
    ours[2] = theirs[2]
    with pytest.raises(Damaged):
        opened(b"".join(ours))


def test_another_blob_under_this_name_is_noticed() -> None:
    with pytest.raises(Damaged, match="another blob"):
        opened(seal(b"their house", blob_id=new_blob_id()))


def test_the_wrong_key_and_an_unknown_key_open_nothing() -> None:
    sealed = seal(b"the roof leaks")
    with pytest.raises(Damaged):
        opened(sealed, keys=OneKey(key=b"\1" * 32))
    with pytest.raises(Damaged, match="key that is not here"):
        opened(sealed, keys=OneKey(key_id=2))


def test_the_same_content_is_never_sealed_alike() -> None:
    assert seal(b"the same photo")[HEADER:] != seal(b"the same photo")[HEADER:]


def test_a_range_past_a_false_end_is_damaged_and_past_the_true_end_is_empty() -> None:
    assert opened(SEALED_CONTENT[2 * CHUNK], 3 * CHUNK, 5) == b""
    with pytest.raises(Damaged):
        opened(SEALED_CONTENT[3 * CHUNK + 5][: HEADER + 2 * SEALED], 3 * CHUNK, 5)


def test_a_range_reads_only_the_chunks_it_needs() -> None:
    source = Bytes(SEALED_CONTENT[3 * CHUNK + 5])
    assert b"".join(unseal(source, KEYS, ID, CHUNK + 10, 100)) == CONTENT[CHUNK + 10 : CHUNK + 110]
    assert source.asked == HEADER + SEALED + 1


def test_nothing_unproved_is_handed_out() -> None:
    damaged = bytearray(SEALED_CONTENT[3 * CHUNK + 5])
    damaged[HEADER + SEALED + 7] ^= 1
    pieces = unseal(Bytes(bytes(damaged)), KEYS, ID)
    assert next(pieces) == CONTENT[:CHUNK]
    with pytest.raises(Damaged):
        next(pieces)
