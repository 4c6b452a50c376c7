"""Fixtures that any test may ask for and that stand for the world outside: databases, S3, JavaRosa, a browser.

What acts through the product's own doors (phones, designers, supervisors) lies with the journeys. Each tool is
imported by the fixture that needs it: together they would cost every run of a single test two seconds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.tools.javarosa import JavaRosa
    from tests.tools.postgres import Postgres
    from tests.tools.s3 import S3


def pytest_configure(config: pytest.Config) -> None:
    """Temporary folders of tests lie in memory where there is plenty."""
    from tests.tools import memory

    if (there := memory.folder()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", there)


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium for the session; `browser.new_context(…)` gives a phone, a desk, another language."""
    from tests.tools.browser import running_browser

    with running_browser() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A blank page on a desk, in English; an uncaught error of the page's script fails the test."""
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []
