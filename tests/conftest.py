"""Fixtures that any test may ask for and that stand for the world outside: databases, S3, JavaRosa, a browser.

What acts through the product's own doors (phones, designers, supervisors) lies with the journeys. Each tool is
imported by the fixture that needs it: together they would cost every run of a single test two seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.tools.javarosa import JavaRosa
    from tests.tools.postgres import Postgres
    from tests.tools.s3 import S3


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for the session; `postgres.fresh(prepare)` gives copies of a prepared database."""
    from tests.tools.postgres import running_postgres

    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty database that is this test's own."""
    url = postgres.fresh()
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3]:
    """An S3 for the session."""
    from tests.tools.s3 import running_s3

    with running_s3() as server:
        yield server


@pytest.fixture
def s3(s3_server: S3) -> S3:
    """The session's S3 with an empty bucket that is this test's own."""
    s3_server.new_bucket()
    return s3_server


@pytest.fixture(scope="session")
def javarosa() -> JavaRosa:
    """The engine inside ODK Collect. It ends with the process: a JVM cannot be started twice."""
    from tests.tools.javarosa import JavaRosa

    return JavaRosa()
