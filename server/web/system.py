"""Is the installation well? Health, settings in force without their secrets, the key sheet's reminder; and every component."""

from __future__ import annotations

import platform
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Blueprint, Response
from sqlalchemy import text

from server import jobs
from server.db import utcnow
from server.web.frame.door import access, render, services, session
from server.web.look import LOOK

system = Blueprint("system", __name__, url_prefix="/system")

SECRETS = frozenset({"secret_key", "admin_password", "metrics_token", "database_url"})
SHOWN = 10
"""Failing jobs that the page shows, the newest."""


@system.get("")
def overview() -> Response:
    """Health, jobs, settings."""
    access().require("config.read")
    settings = services().settings
    standing = jobs.standing(session())
    rows = [
        (
            f"FIELDFARE_{field.name.upper()}",
            _shown(field.name, getattr(settings, field.name)),
            field.metadata["doc"],
        )
        for field in fields(settings)
    ]
    return render(
        "system/overview.html",
        parts=_health(standing),
        jobs=standing,
        failing=jobs.failing(session(), SHOWN),
        rows=rows,
        version=_version(),
        python=platform.python_version(),
        key_file=settings.key_path.name,
        key_inside=settings.data.resolve() in settings.key_path.resolve().parents,
        now=utcnow(),
    )


@system.get("/look")
def look() -> Response:
    """Each component in each state, with invented data: what the browser tests look at."""
    access()
    return render("system/look.html", look=LOOK)


def _health(standing: jobs.Standing) -> dict[str, str]:
    parts = {}
    try:
        session().execute(text("SELECT 1"))
        parts["database"] = "ok"
    except Exception as error:  # whatever is wrong is what the page says
        parts["database"] = type(error).__name__
    try:
        services().store.ready()
        parts["media"] = "ok"
    except Exception as error:
        parts["media"] = type(error).__name__
    parts["jobs"] = "late" if standing.is_late else "ok"
    return parts


def _shown(name: str, value: Any) -> str:
    if name in SECRETS:
        return "set" if value else ""
    return str(value)


def _version() -> str:
    try:
        return version("fieldfare")
    except PackageNotFoundError:
        return "0"
