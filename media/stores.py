"""Where sealed bytes lie: the Store protocol, a folder (durable by the order of its system calls), and the choice.

A store sees names and bytes only: nothing of encryption, submissions or who asks. A place for photos is one
class of this shape; S3 has its own module.
"""

import errno
import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from media.errors import Full, MediaError, Missing, Unavailable

PIECE = 1 << 18
RESERVE = 16 << 20
_NAME = re.compile(r"[0-9a-z]{4,64}")


class Upload(Protocol):
    """One blob on its way in. Until keep() has returned nobody is to count on it: it can vanish at any time."""

    @property
    def name(self) -> str:
        """The name it will have."""

    def write(self, data: bytes) -> None:
        """Take the next bytes. Raises Full or Unavailable, and then nothing is left of the upload."""

    def end(self) -> None:
        """All bytes are here: let go of what is held of it, buffers and handles, perhaps while others go on.

        keep() does this itself where it was not done. Raises Full or Unavailable, as write().
        """

    def settle(self) -> None:
        """Wait until what end() began is through, and nothing is held any more. Raises Full or Unavailable, as write()."""

    def keep(self) -> None:
        """Make it durable under its name: after this returns, a power cut does not lose it."""

    def abort(self) -> None:
        """Forget it. Allowed at any time, also twice; undoes nothing that keep() has finished."""


class Store(Protocol):
    """Blobs by name. Names are random ids of lower-case letters and digits, and a blob never changes."""

    def begin(self, name: str) -> Upload:
        """Start to take a blob. Raises Full or Unavailable."""

    def keep_all(self, uploads: Sequence[Upload]) -> None:
        """keep() for several at once, in fewer steps. All of them or, on Full or Unavailable, none."""

    def read(self, name: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from `offset`, in pieces; nothing past the end. Raises Missing, Unavailable as it is read."""

    def size(self, name: str) -> int:
        """Bytes stored. Raises Missing, Unavailable."""

    def exists(self, name: str) -> bool:
        """Whether a blob of this name is kept."""

    def delete(self, name: str) -> None:
        """Remove it, durably; no complaint where it is gone already."""

    def touch(self, name: str) -> None:
        """Renew its age, so that the sweeper leaves it for another while. Raises Missing, Unavailable."""

    def older_than(self, seconds: float) -> Iterator[str]:
        """Names of blobs kept or renewed at least so long ago; for the sweeper, who then looks for owners."""

    def delete_idle(self, name: str, seconds: float) -> bool:
        """delete(), unless it was renewed within so many seconds; whether it is gone.

        For the sweeper: whoever renews a blob while it is being taken gets Missing, and keeps a copy of their own.
        """

    def sweep_unfinished(self, seconds: float) -> int:
        """Remove what uploads cut off by a crash left behind so long ago; how many."""

    def ready(self) -> None:
        """Return if a blob could be kept now, else raise Full or Unavailable with the reason."""

    def close(self) -> None:
        """Let go of threads and connections, after what they still do. The store opens again by itself."""


def open_store(url: str, *, data: Path, s3_endpoint: str | None = None) -> Store:
    """The store a setting names: `file:` (data/media), `file:photos` (in data), `file:///srv/photos`, `s3://bucket/prefix`.

    Raises ValueError for anything else. Opens no connection; makes the folder.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "file":
        path = rest.removeprefix("//") if rest.startswith("///") else rest
        if not rest.startswith("//") or rest.startswith("///"):
            return FolderStore(data / (path or "media"))
    if scheme == "s3" and rest.startswith("//"):
        bucket, _, prefix = rest.removeprefix("//").partition("/")
        if bucket:
            from media.s3 import S3Store  # boto3 takes a quarter of a second to import: only who uses it pays

            return S3Store(bucket, prefix, endpoint=s3_endpoint)
    raise ValueError(
        f"not a place for photos: {url!r} (file:, file:folder, file:///folder, s3://bucket/prefix)"
    )


def checked(name: str) -> str:
    """`name`, if it can be a blob's: it becomes part of a path, so nothing else comes near one."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a blob's name: {name!r}")
    return name


class FolderStore:
    """Blobs as files, `ab/cd/abcd…` under `root`, uploads in progress under `tmp`.

    What makes a kept blob survive a power cut is the order: the file's bytes reach the disk (fsync) before its
    name exists (rename within one file system is atomic: a reader sees the whole blob or none), and the name
    reaches the disk (fsync of the folder) before keep_all() returns and the database commits a row naming it.
    A crash between any two steps leaves a file without a row, which the sweeper takes.

    `reserve` bytes stay free, so that a disk full of photos still lets the database commit and explain.
    """

    def __init__(self, root: Path, *, reserve: int = RESERVE, clock: Callable[[], float] = time.time) -> None:
        self.root = root
        self.tmp = root / "tmp"
        self._reserve = reserve
        self._clock = clock
        self._durable: set[str] = set()  # folders whose own names are known to be on the disk
        for folder in (self.root, self.tmp):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def begin(self, name: str) -> "FolderUpload":
        """See Store. The file is made in `tmp`, on the same file system: a rename cannot become a copy."""
        self._check_room()
        path = f"{self.tmp}/{checked(name)}.{os.urandom(4).hex()}"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise _worded(error) from error
        return FolderUpload(self, name, path, handle)

    def keep_all(self, uploads: Sequence[Upload]) -> None:
        """See Store: fsync every file that was not at its end, rename every file, fsync each folder once."""
        ours = [upload for upload in uploads if isinstance(upload, FolderUpload)]
        if len(ours) != len(uploads):
            raise TypeError("uploads of another store")
        renamed: list[str] = []
        try:
            for upload in ours:
                upload.flush()
            folders = {self._folder(upload.name) for upload in ours}
            for folder in folders:
                self._make(folder)
            for upload in ours:
                final = self._path(upload.name)
                os.replace(upload.path, final)
                renamed.append(final)
            for folder in sorted(folders):
                _sync_folder(folder)
        except OSError as error:
            # A failed fsync is not tried again: the kernel may have dropped the pages and call the next one good.
            for path in renamed:
                _remove(path)
            for upload in ours:
                upload.abort()
            raise _worded(error) from error

    def read(self, name: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """See Store."""
        try:
            with open(self._path(name), "rb", buffering=0) as file:
                file.seek(offset)
                left = length
                while left is None or left > 0:
                    piece = file.read(PIECE if left is None else min(PIECE, left))
                    if not piece:
                        return
                    yield piece
                    if left is not None:
                        left -= len(piece)
        except OSError as error:
            raise self._worded(error, name) from error

    def size(self, name: str) -> int:
        """See Store."""
        try:
            return os.stat(self._path(name)).st_size
        except OSError as error:
            raise self._worded(error, name) from error

    def exists(self, name: str) -> bool:
        """See Store."""
        try:
            self.size(name)
        except Missing:
            return False
        return True

    def delete(self, name: str) -> None:
        """See Store. The folder is synced: an erased photo must not come back after a power cut."""
        try:
            os.unlink(self._path(name))
            _sync_folder(self._folder(name))
        except FileNotFoundError:
            return
        except OSError as error:
            raise _worded(error) from error

    def touch(self, name: str) -> None:
        """See Store."""
        now = self._clock()
        try:
            with self._locked(fcntl.LOCK_SH):
                os.utime(self._path(name), (now, now))
        except OSError as error:
            raise self._worded(error, name) from error

    def older_than(self, seconds: float) -> Iterator[str]:
        """See Store. One folder at a time is held in memory, and what vanishes meanwhile is passed over."""
        before = self._clock() - seconds
        for outer in _entries(self.root):
            if len(outer.name) != 2 or not outer.is_dir():
                continue
            for inner in _entries(outer.path):
                for entry in _entries(inner.path):
                    if _NAME.fullmatch(entry.name) and _modified(entry) <= before:
                        yield entry.name

    def delete_idle(self, name: str, seconds: float) -> bool:
        """See Store. Age and removal are one step for touch(), in any process of this machine."""
        path = self._path(name)
        try:
            with self._locked(fcntl.LOCK_EX):
                if os.stat(path).st_mtime > self._clock() - seconds:
                    return False
                os.unlink(path)
            _sync_folder(self._folder(name))
        except FileNotFoundError:
            return True
        except OSError as error:
            raise _worded(error) from error
        return True

    def sweep_unfinished(self, seconds: float) -> int:
        """See Store."""
        before = self._clock() - seconds
        old = [entry.path for entry in _entries(self.tmp) if _modified(entry) <= before]
        for path in old:
            _remove(path)
        return len(old)

    def ready(self) -> None:
        """See Store: the folder is there, writable, and has room."""
        self._check_room()
        if not os.access(self.tmp, os.W_OK | os.X_OK):
            raise Unavailable("the folder for photos cannot be written")

    def close(self) -> None:
        """See Store: nothing is held here."""

    def _worded(self, error: OSError, name: str) -> MediaError:
        """No such file is Missing only while the folder itself is there: a disk not mounted is no loss of photos."""
        if isinstance(error, FileNotFoundError) and os.path.isdir(self.tmp):
            return Missing(name)
        return _worded(error)

    @contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        """Hold the folder's lock: shared to renew, alone to remove what is idle. A crash lets go of it."""
        handle = os.open(self.tmp, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, kind)
            yield
        finally:
            os.close(handle)

    def _check_room(self) -> None:
        try:
            room = os.statvfs(self.tmp)
        except OSError as error:
            raise _worded(error) from error
        if room.f_bavail * room.f_frsize < self._reserve:
            raise Full("the disk for photos is full")

    def _folder(self, name: str) -> str:
        return f"{self.root}/{checked(name)[:2]}/{name[2:4]}"

    def _path(self, name: str) -> str:
        return f"{self._folder(name)}/{name}"

    def _make(self, folder: str) -> None:
        """Make `ab/cd` and see that both names are on the disk, also where another process has just made them."""
        if folder in self._durable:
            return
        outer = os.path.dirname(folder)
        for path in (outer, folder):
            with suppress(FileExistsError):
                os.mkdir(path, 0o700)
        _sync_folder(outer)
        if outer not in self._durable:
            _sync_folder(str(self.root))
        self._durable |= {folder, outer}


class FolderUpload:
    """A file in `tmp` that gets its name when it is kept."""

    __slots__ = ("_handle", "_store", "_whole", "name", "path")

    def __init__(self, store: FolderStore, name: str, path: str, handle: int) -> None:
        self._store = store
        self.name = name
        self.path = path
        self._handle: int | None = handle
        self._whole = False

    def write(self, data: bytes) -> None:
        """See Upload."""
        if self._handle is None:
            raise ValueError("the upload is over")
        try:
            written = os.write(self._handle, data)
            while written < len(data):
                written += os.write(self._handle, memoryview(data)[written:])
        except OSError as error:
            self.abort()
            raise _worded(error) from error

    def end(self) -> None:
        """See Upload. A submission of a thousand files holds none of them open."""
        try:
            self.flush()
        except OSError as error:
            self.abort()
            raise _worded(error) from error

    def settle(self) -> None:
        """See Upload: end() left nothing under way."""

    def flush(self) -> None:
        """The bytes are on the disk when this returns; the name is not yet. Raises OSError."""
        if self._whole:
            return
        if self._handle is None:
            raise ValueError("the upload is over")
        os.fsync(self._handle)
        os.close(self._handle)
        self._handle, self._whole = None, True

    def keep(self) -> None:
        """See Upload."""
        self._store.keep_all([self])

    def abort(self) -> None:
        """See Upload."""
        if self._handle is not None:
            os.close(self._handle)
        self._handle, self._whole = None, False
        _remove(self.path)


def _sync_folder(path: str) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: str) -> None:
    """Clear away as far as possible: it happens while another error is on its way up, and the sweeper comes later."""
    with suppress(OSError):
        os.unlink(path)


def _entries(path: Path | str) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(path) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _worded(error) from error


def _modified(entry: "os.DirEntry[str]") -> float:
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except FileNotFoundError:
        return float("inf")


def _worded(error: OSError) -> MediaError:
    """The system's error in our classes."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Full("the disk for photos is full")
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return Unavailable("out of file handles")
    return Unavailable(f"the folder for photos does not work: {error.strerror}")
