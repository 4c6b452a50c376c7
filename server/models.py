"""Every model, loaded: what mapper configuration, migrations and `create_all` need to see."""

from __future__ import annotations

import importlib

ROOMS = (
    "server.keys",
    "server.ledger",
    "server.jobs",
    "server.areas.models",
    "server.accounts.models",
    "server.forms.models",
    "server.ingest.models",
    "server.entities.models",
    "server.households.tables",
    "server.review.models",
)


def load() -> None:
    """Import the modules that hold models."""
    for name in ROOMS:
        importlib.import_module(name)
