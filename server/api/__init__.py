"""REST under /v1 at ODK Central's paths: blueprints and schemas, thin. What they do is done by the rooms."""

from __future__ import annotations

import flask_smorest  # type: ignore[import-untyped]  # it has no types
from flask import Flask

from server.api import docs, elsewhere, parts, plumbing
from server.api.schemas import ErrorSchema


class Api(flask_smorest.Api):  # type: ignore[misc]  # smorest has no types
    """The description of the API. Errors are worded by the blueprints, so that other doors word their own."""

    ERROR_SCHEMA = ErrorSchema

    def _register_error_handlers(self) -> None:
        """None for the whole application."""


def register(app: Flask) -> None:
    """Join the application: every part under /v1, its description at /v1/openapi.json, and the page /docs."""
    app.config.update(
        API_TITLE="Fieldfare",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    if (
        app.config["SESSION_COOKIE_NAME"] == "session"
    ):  # ODK Central's name for the sign-in cookie over plain http
        app.config["SESSION_COOKIE_NAME"] = "fieldfare"
    api = Api(app)
    for part in parts.PARTS:
        api.register_blueprint(part)
    rest = plumbing.blueprint("Elsewhere", "")
    elsewhere.register_rest(rest)
    app.register_blueprint(rest)
    app.register_blueprint(docs.docs)
