"""The rooms on an empty database of either kind, without any door."""

from tests.support.fixtures import database
from tests.support.grounded import app, doors, on_postgresql, on_sqlite, services, session

__all__ = ["app", "database", "doors", "on_postgresql", "on_sqlite", "services", "session"]
