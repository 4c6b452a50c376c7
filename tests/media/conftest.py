"""Keys and stores for the photo store's tests: each test of a store runs on a folder and on an S3."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from media import FolderStore, Store

if TYPE_CHECKING:
    from tests.tools.s3 import S3


@dataclass
class Clock:
    """Time as a store sees it; a test moves it on by hand."""

    now: float

    def __call__(self) -> float:
        return self.now


@dataclass
class KeyRing:
    """Data keys by id; the newest seals."""

    keys: dict[int, bytes] = field(default_factory=lambda: {7: bytes(range(32))})

    def current(self) -> tuple[int, bytes]:
        newest = max(self.keys)
        return newest, self.keys[newest]

    def by_id(self, key_id: int) -> bytes:
        return self.keys[key_id]


@pytest.fixture
def keys() -> KeyRing:
    """One data key."""
    return KeyRing()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, once of each kind."""
    if request.param == "folder":
        yield FolderStore(tmp_path / "photos")
        return
    from media.s3 import S3Store

    s3: S3 = request.getfixturevalue("s3")
    store = S3Store(s3.bucket, "photos", s3.endpoint)
    yield store
    store.close()
