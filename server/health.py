"""Whether it runs: /healthz, /readyz, /metrics. A door of its own, so that it answers whatever else is wrong."""

from __future__ import annotations

import hmac

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import func, select, text

from server.accounts import signin
from server.db import db, read_only, utcnow
from server.jobs import MAX_ATTEMPTS, Job
from server.services import Services

WAITING = Gauge("fieldfare_jobs_waiting", "Jobs that are due and have not run")

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> Response:
    """200 as soon as requests are answered."""
    return jsonify(status="ok")


@health.get("/readyz")
def ready() -> tuple[Response, int]:
    """Database, photo store and job worker, each `ok` or what is wrong; 503 where one is not ok."""
    services: Services = current_app.extensions["fieldfare"]
    parts = {"database": "ok", "media": "ok", "jobs": "ok"}
    try:
        read_only(db.session())
        db.session.execute(text("SELECT 1"))
        waiting = db.session.scalar(select(func.min(Job.run_at)).where(Job.attempts < MAX_ATTEMPTS))
        if waiting is not None and (late := (utcnow() - waiting).total_seconds()) > 300:
            parts["jobs"] = f"late by {late:.0f} s"
    except Exception as error:  # whatever is wrong is the answer
        parts["database"] = type(error).__name__
    try:
        services.store.ready()
    except Exception as error:
        parts["media"] = type(error).__name__
    fine = all(state == "ok" for state in parts.values())
    return jsonify(status="ok" if fine else "trouble", **parts), 200 if fine else 503


@health.get("/metrics")
def metrics() -> Response | tuple[str, int]:
    """Prometheus' figures, for this machine or who has the token."""
    services: Services = current_app.extensions["fieldfare"]
    token = services.settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    local = signin.is_private(False, request.remote_addr, request.headers.keys())
    if not (local and not services.settings.trusted_proxies) and not (
        token and hmac.compare_digest(given, token)
    ):
        return "", 404
    read_only(db.session())
    WAITING.set(db.session.scalar(select(func.count()).where(Job.run_at <= utcnow())) or 0)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(health)
