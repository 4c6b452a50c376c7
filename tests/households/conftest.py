"""The room's tests run on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.households.world import World


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A small installation on an empty database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'fieldfare.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres_url")
    made = World.make(url, tmp_path)
    yield made
    made.close()
