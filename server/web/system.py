"""Is the installation well? Health, settings in force without their secrets, the key sheet's reminder; and every component."""

from __future__ import annotations

import platform
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Blueprint, Response
from sqlalchemy import func, select, text

from server.db import utcnow
from server.jobs import MAX_ATTEMPTS, Job
from server.web.frame.door import access, render, services, session
from server.web.look import LOOK

system = Blueprint("system", __name__, url_prefix="/system")

SECRETS = frozenset({"secret_key", "admin_password", "metrics_token", "database_url"})
LATE = 300
"""Seconds that a job may wait before the worker is taken for stopped."""


@system.get("")
def overview() -> Response:
    """Health, jobs, settings."""
    access().require("config.read")
    settings = services().settings
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
        parts=_health(),
        jobs=_jobs(),
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


def _health() -> dict[str, str]:
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
    waiting = session().scalar(select(func.min(Job.run_at)).where(Job.attempts < MAX_ATTEMPTS))
    late = 0.0 if waiting is None else (utcnow() - waiting).total_seconds()
    parts["jobs"] = "ok" if late < LATE else "late"
    return parts


def _jobs() -> dict[str, Any]:
    waiting = session().scalar(select(func.count()).select_from(Job).where(Job.attempts < MAX_ATTEMPTS)) or 0
    failed = (
        session().scalars(select(Job).where(Job.error.is_not(None)).order_by(Job.id.desc()).limit(10)).all()
    )
    return {"waiting": waiting, "failed": failed}


def _shown(name: str, value: Any) -> str:
    if name in SECRETS:
        return "set" if value else ""
    return str(value)


def _version() -> str:
    try:
        return version("fieldfare")
    except PackageNotFoundError:
        return "0"
