"""What stands around every answer: request ids, security headers, raw slashes in paths, logs without secrets.

Applies to all doors alike; words and pages are not its business.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from prometheus_client import Counter
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, IntegerConverter

from server.services import Services
from server.traces import trace

log = logging.getLogger("fieldfare.request")

ANSWERS = Counter(
    "fieldfare_answers", "Answers by door and status, of the process that is asked", ["door", "status"]
)

SECRET_PATH = re.compile(r"/(key|test|st|sessions|welcome|password)/(?!current$|restore$)[^/]+")
"""Path parts that are tokens, of phones, drafts, sessions and one-time links: they never reach a log."""

CSP = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "style-src 'self' 'unsafe-inline'",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "object-src 'none'",
    )
)


STANDING = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": CSP,
}
"""Headers of every answer that brings none of its own."""

_answered = cache(ANSWERS.labels)


@lru_cache(maxsize=100)
def _says_who_may_keep(cache_control: str) -> bool:
    return bool({"private", "public"} & set(re.findall(r"[a-z-]+", cache_control)))


class Sessions(SecureCookieSessionInterface):
    """Flask's own, whose signer is made once: making it for each request, a phone's too, costs as much as routing."""

    def __init__(self) -> None:
        self._signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer


class RawConverter(BaseConverter):
    """A path segment in which `/` and `%` may stand, encoded (instanceIDs, file names): see `RawPath`."""

    def to_python(self, value: str) -> str:
        text = unquote_to_bytes(value).decode("utf-8", "replace") if "%" in value else value
        return text.replace("\0", "\ufffd")  # no name has a NUL, and PostgreSQL takes none even in a question

    def to_url(self, value: str) -> str:
        return super().to_url(value).replace("/", "%2F")


class NumberConverter(IntegerConverter):
    """A row's number, as large as PostgreSQL's integers. Anything else is an address that is not there."""

    regex = "[1-9][0-9]{0,8}"


class BigConverter(IntegerConverter):
    """The number of a row of a big table (`db.BigId`)."""

    regex = "[1-9][0-9]{0,15}"


class RawPath:
    """WSGI decodes `%2F` before routing, so that an instanceID with a slash would fall apart.

    Where the raw path has `%2F` or `%25` inside a segment, that segment's slash and percent sign stay encoded, and
    `RawConverter` decodes them after routing.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raw = (environ.get("RAW_URI") or environ.get("REQUEST_URI") or "").partition("?")[0]
        if "%2f" in raw.lower() or "%25" in raw:
            segments = [
                unquote_to_bytes(s).replace(b"%", b"%25").replace(b"/", b"%2F") for s in raw.split("/")
            ]
            environ["PATH_INFO"] = b"/".join(segments).decode("latin-1")
        return self.app(environ, start_response)


class WholeBody:
    """gunicorn ends a body where the client broke off, as if that were all: of a file, the half would be stored.

    It says that it ends bodies itself; where the length was told, that is taken back, and Werkzeug then counts.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH"):
            environ.pop("wsgi.input_terminated", None)
        return self.app(environ, start_response)


def harden(app: Flask) -> None:
    """Wrap the application: proxies believed as set, request ids, headers, one log line a request."""
    services: Services = app.extensions["fieldfare"]
    app.url_map.converters["raw"] = RawConverter
    for name in ("int", "id", "num"):  # Flask's own name too: none of ours is without bounds
        app.url_map.converters[name] = NumberConverter
    app.url_map.converters["big"] = BigConverter
    app.wsgi_app = WholeBody(RawPath(app.wsgi_app))  # type: ignore[method-assign]  # Flask's documented way of wrapping
    if hops := services.settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    configure_logs(services.settings.log_level)
    app.session_interface = Sessions()

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.began = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        _answered(request.blueprint or "none", response.status_code).inc()
        headers = response.headers
        headers.add("X-Request-Id", g.get("request_id", "-"))
        there = {name.lower() for name, _ in headers}
        for name, value in STANDING.items():
            if name.lower() not in there:
                headers.add(name, value)
        if not _says_who_may_keep(headers.get("Cache-Control", "")):
            headers["Cache-Control"] = "private, no-store"
        if log.isEnabledFor(logging.INFO):
            log.info(
                "request",
                extra={
                    "fields": {
                        "id": g.get("request_id"),
                        "method": request.method,
                        "path": SECRET_PATH.sub(r"/\1/…", request.path),
                        "status": response.status_code,
                        "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
                    }
                },
            )
        return response


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname,
            "event": record.getMessage(),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = trace(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logs(level: str) -> None:
    """Send the product's log to standard error as JSON lines, once a process."""
    root = logging.getLogger("fieldfare")
    root.setLevel(level.upper())
    if not root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        root.addHandler(handler)
        root.propagate = False
