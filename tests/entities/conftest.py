"""The room's tests run on SQLite and on PostgreSQL, in the small installation of tests/households/world.py."""

from tests.households.conftest import laid_out, laid_out_postgres, world

__all__ = ["laid_out", "laid_out_postgres", "world"]
