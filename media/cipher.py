"""AES-256-GCM over 1 MiB chunks (the STREAM construction): how every blob is sealed, streaming both ways.

Knows nothing of where bytes lie or where keys come from; it is handed both.

A blob is a 32-byte header and at least one chunk:

    magic 4 | version u8 | key id u32 | blob id 16 | nonce prefix 7      (big endian)
    chunk 0 | chunk 1 | … each 1 MiB of plaintext and a 16-byte tag; only the last may be shorter

The nonce of a chunk is prefix | chunk number u32 | last-chunk flag u8, and the header with both is
authenticated again as associated data: a chunk opens only in its own blob, at its own place, and only the
true last one opens as the last. So cutting, reordering, repeating, swapping and appending are all noticed.

Each blob has a key of its own, HMAC-SHA256(data key, label | header): a 7-byte random prefix alone would make
a repeated nonce under one data key likely after some hundred million blobs, and GCM forgives none.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from media.errors import Damaged

CHUNK = 1 << 20
TAG = 16
MAGIC = b"FFBL"
VERSION = 1
HEADER = 32
SEALED = CHUNK + TAG  # a whole chunk as stored
_LABEL = b"fieldfare blob key 1\0"


class Keys(Protocol):
    """The data keys, each 32 bytes. Few; every blob's header names its own."""

    def current(self) -> tuple[int, bytes]:
        """Id and bytes of the key that new blobs are sealed with."""

    def by_id(self, key_id: int) -> bytes:
        """An older or the current key. Raises LookupError for one that never was."""


class Source(Protocol):
    """A stored blob, readable from anywhere."""

    def size(self) -> int:
        """Bytes stored, header and tags included."""

    def read(self, offset: int, length: int | None = None) -> Iterator[bytes]:
        """Stored bytes from `offset`, `length` or to the end, in pieces of any size; nothing past the end."""


def new_blob_id() -> bytes:
    """A random name, 16 bytes: it says nothing of the content."""
    return os.urandom(16)


class Sealer:
    """Seals one blob as its bytes come. Holds at most one chunk and what the caller just gave."""

    def __init__(self, keys: Keys, blob_id: bytes) -> None:
        key_id, key = keys.current()
        prefix = os.urandom(7)
        self._header = MAGIC + bytes([VERSION]) + key_id.to_bytes(4, "big") + blob_id + prefix
        self._lock = _Lock(self._header, key)
        self._number = 0
        self._buffer = bytearray()

    def update(self, data: bytes) -> bytes:
        """Take more plaintext; give what is sealed by now, often nothing.

        A full buffer waits until one more byte comes: only then is it sure not to be the last chunk.
        """
        buffer = self._buffer
        buffer += data
        if len(buffer) <= CHUNK:
            return b""
        sealed: list[bytes] = []
        start = 0
        with memoryview(buffer) as view:
            while len(buffer) - start > CHUNK:
                sealed.append(self._seal(view[start : start + CHUNK], last=False))
                start += CHUNK
        del buffer[:start]
        return b"".join(sealed)

    def finish(self) -> bytes:
        """The rest. The sealer is of no use afterwards."""
        sealed = self._seal(self._buffer, last=True)
        self._buffer = bytearray()
        return sealed

    def _seal(self, plain: bytes | bytearray | memoryview, *, last: bool) -> bytes:
        sealed = self._lock.seal(plain, self._number, last=last)
        if self._number == 0:
            sealed = self._header + sealed
        self._number += 1
        return sealed


def unseal(
    source: Source, keys: Keys, blob_id: bytes, offset: int = 0, length: int | None = None
) -> Iterator[bytes]:
    """The plaintext from `offset`, `length` bytes or to the end, cut at the end as a slice is.

    Nothing is yielded before it is authenticated; whole chunks outside the range are not read. A reader of a
    part learns of damage in what it reads, and of a missing end only where its part should reach there.
    Raises Damaged, and whatever the source raises.
    """
    if offset < 0 or (length is not None and length < 0):
        raise ValueError("a range counts from the start")
    first = offset // CHUNK
    # One byte past the chunks that are asked for: whether it is there tells if the last of them must be the end.
    reach = None if length is None else ((offset + max(length, 1) - 1) // CHUNK - first + 1) * SEALED + 1
    pieces = _Pieces(source.read(0, _header_and(reach, first)))
    try:
        lock = _open(pieces.take(HEADER), keys, blob_id)
        if first:
            pieces.close()
            pieces = _Pieces(source.read(HEADER + first * SEALED, reach))
        yield from _chunks(lock, pieces, first, offset, length, lambda: _prove_end(source, lock))
    finally:
        pieces.close()


def _header_and(reach: int | None, first: int) -> int | None:
    """How much to read from the start: chunks that begin there come in the same request as the header."""
    if first:
        return HEADER
    return None if reach is None else HEADER + reach


def _chunks(
    lock: "_Lock",
    pieces: "_Pieces",
    first: int,
    offset: int,
    length: int | None,
    prove_end: Callable[[], None],
) -> Iterator[bytes]:
    number, skip, left = first, offset - first * CHUNK, length
    while True:
        sealed = pieces.take(SEALED)
        if not sealed and number == first > 0:
            return prove_end()  # asked for what lies past the end: true only if the end is the true end
        last = not pieces.more()
        if last and len(sealed) == TAG and number:
            raise Damaged("an empty chunk behind a whole one")
        plain = lock.unseal(sealed, number, last=last)
        plain = plain[skip:] if left is None else plain[skip : skip + left]
        if plain:
            yield plain
        if left is not None:
            left -= len(plain)
        if last or left == 0:
            return None
        number, skip = number + 1, 0


def _prove_end(source: Source, lock: "_Lock") -> None:
    """Raise Damaged unless what is stored last was sealed as the last chunk."""
    number = max(0, -(-(source.size() - HEADER) // SEALED) - 1)
    pieces = _Pieces(source.read(HEADER + number * SEALED))
    try:
        lock.unseal(pieces.take(SEALED), number, last=True)
    finally:
        pieces.close()


def _open(header: bytes, keys: Keys, blob_id: bytes) -> "_Lock":
    if len(header) < HEADER or header[:4] != MAGIC:
        raise Damaged("no blob of ours")
    if header[4] != VERSION:
        raise Damaged(f"blob format {header[4]} is unknown")
    if header[9:25] != blob_id:
        raise Damaged("another blob lies under this name")
    try:
        key = keys.by_id(int.from_bytes(header[5:9], "big"))
    except LookupError as error:
        raise Damaged("sealed with a key that is not here") from error
    return _Lock(header, key)


class _Lock:
    """One blob's own key, and what each of its chunks is bound to."""

    __slots__ = ("_cipher", "_header")

    def __init__(self, header: bytes, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("a data key has 32 bytes")
        self._header = header
        self._cipher = AESGCM(hmac.digest(key, _LABEL + header, hashlib.sha256))

    def seal(self, plain: bytes | bytearray | memoryview, number: int, *, last: bool) -> bytes:
        place = number.to_bytes(4, "big") + bytes([last])
        return self._cipher.encrypt(self._header[25:] + place, plain, self._header + place)

    def unseal(self, sealed: bytes, number: int, *, last: bool) -> bytes:
        place = number.to_bytes(4, "big") + bytes([last])
        if len(sealed) < TAG:
            raise Damaged("cut short")
        try:
            return self._cipher.decrypt(self._header[25:] + place, sealed, self._header + place)
        except InvalidTag as error:
            raise Damaged(f"chunk {number} is not what was written") from error


class _Pieces:
    """Exact lengths out of an iterator of any pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = bytearray()

    def take(self, length: int) -> bytes:
        """`length` bytes, fewer at the end."""
        while len(self._held) < length and (piece := next(self._pieces, None)) is not None:
            self._held += piece
        with memoryview(self._held) as held:
            taken = bytes(held[:length])
        del self._held[:length]
        return taken

    def more(self) -> bool:
        """Whether a byte follows."""
        while not self._held and (piece := next(self._pieces, None)) is not None:
            self._held += piece
        return bool(self._held)

    def close(self) -> None:
        """Let go of the file or connection behind it now, not when the collector comes by."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
