"""Fixtures of this folder: an installation on either database."""

from tests.support.fixtures import database, house, make_town, shared

__all__ = ["database", "house", "make_town", "shared"]
