"""Whether it runs: /healthz, /readyz, /metrics. A door of its own, so that it answers whatever else is wrong."""

from __future__ import annotations

import hmac

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import text

from server import jobs
from server.accounts import signin
from server.db import db, read_only
from server.services import Services

WAITING = Gauge("fieldfare_jobs_waiting", "Jobs that are due and have not run")
FAILING = Gauge("fieldfare_jobs_failing", "Jobs that failed and are tried again later")

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> Response:
    """200 as soon as requests are answered."""
    return jsonify(status="ok")


@health.get("/readyz")
def ready() -> tuple[Response, int]:
    """Database, photo store and job worker, each `ok` or what is wrong; 503 where one is not ok. Beside them, how many jobs fail."""
    services: Services = current_app.extensions["fieldfare"]
    parts = {"database": "ok", "media": "ok", "jobs": "ok"}
    failing = 0
    try:
        read_only(db.session())
        db.session.execute(text("SELECT 1"))
        standing = jobs.standing(db.session())
        failing = standing.failing
        if standing.is_late:
            parts["jobs"] = f"late by {standing.late:.0f} s"
    except Exception as error:  # whatever is wrong is the answer
        parts["database"] = type(error).__name__
    try:
        services.store.ready()
    except Exception as error:
        parts["media"] = type(error).__name__
    fine = all(state == "ok" for state in parts.values())
    answer = jsonify(status="ok" if fine else "trouble", **parts, jobs_failing=failing)
    return answer, 200 if fine else 503


@health.get("/metrics")
def metrics() -> Response | tuple[str, int]:
    """Prometheus' figures, for this machine or who has the token."""
    services: Services = current_app.extensions["fieldfare"]
    token = services.settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    local = signin.is_private(False, request.remote_addr, request.headers.keys())
    if not (local and not services.settings.trusted_proxies) and not (
        token and hmac.compare_digest(given.encode(), token.encode())
    ):
        return "", 404
    read_only(db.session())
    standing = jobs.standing(db.session())
    WAITING.set(standing.due)
    FAILING.set(standing.failing)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def register(app: Flask) -> None:
    """Join the application."""
    app.register_blueprint(health)
