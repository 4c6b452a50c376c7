"""Fixtures of this folder: a town on either database, and a world in it with secrets that somebody must not see."""

from __future__ import annotations

import pytest

from tests.security.world import World, build
from tests.support.fixtures import database, house, make_town, shared
from tests.support.town import Town

__all__ = ["database", "house", "make_town", "shared", "world"]


@pytest.fixture(scope="module")
def world(shared: Town) -> World:
    """One world for a file, for tests that only read or are refused."""
    return build(shared)
