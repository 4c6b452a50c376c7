"""Addresses that are none of the others: REST under a phone's token, and what is not there at all."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException

from server import problems
from server.api.plumbing import Blueprint

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def register_rest(elsewhere: Blueprint) -> None:
    """Add the two rules that catch what no other rule took; werkzeug prefers every longer one."""
    elsewhere.add_url_rule("/key/<token>/<path:rest>", "with_key", with_key, methods=METHODS)
    elsewhere.add_url_rule("/<path:rest>", "nothing", nothing, methods=METHODS)
    for at in ("", "/"):
        elsewhere.add_url_rule(at, "nothing_at_all", nothing, methods=METHODS, defaults={"rest": ""})


def with_key(token: str, rest: str) -> Any:
    """`/v1/key/<token>/…`: the same address without the key, called by that phone."""
    adapter = request_ctx.url_adapter
    assert adapter is not None
    try:
        endpoint, values = adapter.match(f"/v1/{rest}", method=request.method)
    except HTTPException as error:
        raise problems.NOT_FOUND() from error
    if not is_rest(endpoint):
        raise problems.NOT_FOUND()
    g.key_token = token
    return current_app.view_functions[endpoint](**values)


def is_rest(endpoint: str) -> bool:
    """Whether an endpoint is one of this door's, and not this rule again."""
    blueprint = current_app.blueprints.get(endpoint.rpartition(".")[0])
    return isinstance(blueprint, Blueprint) and not endpoint.endswith(
        (".with_key", ".nothing", ".nothing_at_all")
    )


def nothing(rest: str) -> Any:
    """No such address, or not with this method: 404.1, as ODK Central answers both."""
    raise problems.NOT_FOUND()
