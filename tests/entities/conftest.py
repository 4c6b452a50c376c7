"""The room's tests run on SQLite and on PostgreSQL, in the small installation of tests/households/world.py."""

from tests.households.conftest import world

__all__ = ["world"]
