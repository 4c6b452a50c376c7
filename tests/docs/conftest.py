"""What the tests of docs share: one application to ask for its addresses."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.house import make_app


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application on an empty database."""
    return make_app(tmp_path_factory.mktemp("docs"))
