"""Files on their way in: limited, hashed, sealed as they come, and made durable together.

Knows a store and a cipher, not what the files belong to. Nothing in clear ever touches the store.
"""

import hashlib
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import TracebackType

from media.cipher import Keys, Sealer, new_blob_id, unseal
from media.errors import Damaged, TooLarge
from media.sniff import HEAD, sniff
from media.stores import Store, Upload

IN_MEMORY = 2 << 20
AHEAD = 8 << 20
"""Bytes of finished files that a store may still be busy with while the next file comes."""


@dataclass(frozen=True, slots=True)
class Received:
    """A whole file that came. It exists for good only once its inbox was kept.

    `blob_id` is its random name in the store (32 hex digits), `size` counts bytes in clear, `sha256` is the
    plain digest (32 bytes: key it before it is stored anywhere), `head` the first 512 bytes,
    `content_type` what the sender called it, and `content_type_seen` what its first bytes are.
    """

    name: str
    content_type: str
    blob_id: str
    size: int
    sha256: bytes
    head: bytes
    content_type_seen: str


class Inbox:
    """The files of one submission: all kept together, or none.

    Use it as a context manager: what was not kept when the block ends is aborted. Files stay in memory, sealed,
    until keep() as long as together they are small (`in_memory` bytes), so that a submission refused for what
    its XML says costs no disk; larger ones go to the store while they come, and are at their end there when
    they are finished here: memory stays flat and no file open, however many there are.
    """

    def __init__(self, store: Store, keys: Keys, max_file: int, *, in_memory: int = IN_MEMORY) -> None:
        self._store = store
        self._keys = keys
        self._max_file = max_file
        self._room = in_memory
        self._open: dict[str, Incoming] = {}
        self._ahead: deque[tuple[Upload, int]] = deque()
        self._unsettled = 0
        self.received: list[Received] = []

    def begin(self, name: str, content_type: str) -> "Incoming":
        """A file starts. `name` and `content_type` are the sender's words, carried along unread."""
        incoming = Incoming(self, name, content_type)
        self._open[incoming.blob_id] = incoming
        return incoming

    def keep(self, only: Collection[str] | None = None) -> None:
        """Make what was received durable: all of it, or the blob ids in `only`; the rest is aborted.

        `only` is for files whose content is stored already. Raises Full or Unavailable, and then none is kept.
        """
        try:
            kept = [
                received.blob_id for received in self.received if only is None or received.blob_id in only
            ]
            uploads = [self._open[blob_id].stored() for blob_id in kept]
            if uploads:
                self._store.keep_all(uploads)
            for blob_id in kept:
                del self._open[blob_id]
        finally:
            self.abort()

    def abort(self) -> None:
        """Forget everything that was not kept."""
        for incoming in self._open.values():
            incoming.abort()
        self._open.clear()

    def __enter__(self) -> "Inbox":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def _ended(self, upload: Upload, size: int) -> None:
        """All `size` bytes are with the store. Waits where it is busy with too many; raises Full or Unavailable."""
        upload.end()
        self._ahead.append((upload, size))
        self._unsettled += size
        while self._unsettled > AHEAD:
            oldest, its = self._ahead.popleft()
            oldest.settle()
            self._unsettled -= its

    def _stays_in_memory(self, size: int) -> bool:
        """Whether a finished file of `size` bytes may wait in memory; takes the room if so."""
        if size > self._room:
            return False
        self._room -= size
        return True


class Incoming:
    """One file on its way in: write() its pieces, then finish()."""

    __slots__ = (
        "_content_type",
        "_hash",
        "_head",
        "_inbox",
        "_name",
        "_over",
        "_sealed",
        "_sealer",
        "_size",
        "_upload",
        "blob_id",
    )

    def __init__(self, inbox: Inbox, name: str, content_type: str) -> None:
        blob_id = new_blob_id()
        self.blob_id = blob_id.hex()
        self._inbox = inbox
        self._name = name
        self._content_type = content_type
        self._sealer = Sealer(inbox._keys, blob_id)
        self._hash = hashlib.sha256()
        self._head = b""
        self._size = 0
        self._sealed = b""
        self._upload: Upload | None = None
        self._over = False

    def write(self, data: bytes) -> None:
        """Take the next bytes, any number. Raises TooLarge, Full or Unavailable; then the file is aborted."""
        if self._over:
            raise ValueError("the file is over")
        self._size += len(data)
        if self._size > self._inbox._max_file:
            self.abort()
            raise TooLarge(self._inbox._max_file)
        if len(self._head) < HEAD:
            self._head += bytes(data[: HEAD - len(self._head)])
        self._hash.update(data)
        sealed = self._sealer.update(data)
        if sealed:
            self._store(sealed)

    def finish(self) -> Received:
        """The file has come whole. Raises Full or Unavailable."""
        if self._over:
            raise ValueError("the file is over")
        sealed = self._sealer.finish()
        if self._upload is None and self._inbox._stays_in_memory(len(sealed)):
            self._sealed = sealed
        else:
            self._store(sealed)
            self._end()
        self._over = True
        received = Received(
            name=self._name,
            content_type=self._content_type,
            blob_id=self.blob_id,
            size=self._size,
            sha256=self._hash.digest(),
            head=self._head,
            content_type_seen=sniff(self._head),
        )
        self._inbox.received.append(received)
        return received

    def abort(self) -> None:
        """Forget it."""
        self._over = True
        self._sealed = b""
        if self._upload is not None:
            self._upload.abort()

    def stored(self) -> Upload:
        """The finished file's upload, with all its bytes in the store's hands. Raises Full or Unavailable."""
        if self._sealed:
            self._store(self._sealed)
            self._sealed = b""
            self._end()
        assert self._upload is not None  # finish() left the bytes in memory or began an upload
        return self._upload

    def _end(self) -> None:
        assert self._upload is not None  # a sealed file is never empty
        self._inbox._ended(self._upload, self._size)

    def _store(self, sealed: bytes) -> None:
        if self._upload is None:
            self._upload = self._inbox._store.begin(self.blob_id)
        self._upload.write(sealed)


def store_bytes(store: Store, keys: Keys, data: bytes, *, name: str = "", content_type: str = "") -> Received:
    """Seal and keep bytes that are here already: a thumbnail, a blurred copy. Raises Full or Unavailable."""
    with Inbox(store, keys, max_file=len(data), in_memory=0) as inbox:
        incoming = inbox.begin(name, content_type)
        incoming.write(data)
        received = incoming.finish()
        inbox.keep()
    return received


def open_blob(
    store: Store, keys: Keys, blob_id: str, offset: int = 0, length: int | None = None
) -> Iterator[bytes]:
    """The content of a blob in clear, from `offset`, `length` bytes or to the end.

    The first piece is read and proved before this returns, so that Missing, Unavailable and a wrong key come
    before a door has begun its answer; later ones raise Damaged while they are read, and the door must cut
    the connection then.
    """
    try:
        name = bytes.fromhex(blob_id)
    except ValueError as error:
        raise Damaged("no blob has such a name") from error
    pieces = unseal(_Stored(store, blob_id), keys, name, offset, length)
    return _resumed(next(pieces, b""), pieces)


def _resumed(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
        yield from rest


@dataclass(frozen=True, slots=True)
class _Stored:
    store: Store
    name: str

    def size(self) -> int:
        return self.store.size(self.name)

    def read(self, offset: int, length: int | None = None) -> Iterator[bytes]:
        return self.store.read(self.name, offset, length)
