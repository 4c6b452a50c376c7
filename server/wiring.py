"""What create_app() joins: doors to the application, functions to the jobs that name them, the secret that signs cookies."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from importlib import import_module

from flask import Flask
from sqlalchemy.orm import Session

from server.db import Base, db
from server.jobs import JobFunction
from server.services import Services
from server.settings import Settings

DOORS = ("server.openrosa", "server.api", "server.web", "server.health")
"""Packages with `register(app)`; none knows another."""

JOBS = ("server.ingest.later", "server.entities.later")
"""Modules with `JOBS: dict[str, function(session, services, ref)]`."""


def register_doors(app: Flask) -> None:
    """Register every door's blueprints."""
    for name in DOORS:
        register = getattr(import_module(name), "register", None)
        if register is not None:
            register(app)


def register_jobs(app: Flask) -> None:
    """Make the table of job functions, each bound to this installation's services."""
    services: Services = app.extensions["fieldfare"]
    functions: dict[str, JobFunction] = {}
    recurring: list[str] = []
    for name in JOBS:
        module = import_module(name)
        recurring += getattr(module, "RECURRING", ())
        for kind, function in module.JOBS.items():
            functions[kind] = _bound(function, services)
    app.extensions["fieldfare.jobs"] = functions
    app.extensions["fieldfare.recurring"] = tuple(recurring)


def _bound(function: Callable[[Session, Services, str], None], services: Services) -> JobFunction:
    return lambda session, ref: function(session, services, ref)


def secret_key(settings: Settings) -> str:
    """FIELDFARE_SECRET_KEY, or one made once and kept in the data folder, readable by its owner alone."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.data / "secret.key"
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("utf-8")
    with os.fdopen(fd, "w") as out:
        out.write(secrets.token_urlsafe(48))
    return path.read_text("utf-8")


def create_schema() -> None:
    """Make every table at once, without migrations: for tests and benchmarks."""
    Base.metadata.create_all(db.engines[None])
