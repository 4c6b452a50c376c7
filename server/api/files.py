"""Answers that are files: named, tagged, and so that a browser never runs them in our origin."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from flask import Request, Response, request

from server import problems

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
"""Whatever a file says it is (a page with a script, an SVG), it runs nothing and reaches nothing."""


def file_answer(
    content: bytes | Iterable[bytes],
    content_type: str,
    *,
    name: str | None = None,
    tag: str | None = None,
    size: int | None = None,
) -> Response:
    """A file to be saved under `name`. With a `tag` the client may keep it, and gets 304 while it is the same."""
    if tag is not None and is_known(tag):
        return _kept(Response(status=304), tag)
    response = Response(content, content_type=content_type)
    if name is not None:
        response.headers["Content-Disposition"] = disposition(name)
    if size is not None:
        response.headers["Content-Length"] = str(size)
    response.headers["Content-Security-Policy"] = SANDBOX
    return _kept(response, tag) if tag is not None else response


def is_known(tag: str) -> bool:
    """Whether the client has that version already (`If-None-Match`)."""
    return request.if_none_match.contains_weak(tag)


def disposition(name: str) -> str:
    """`attachment` with a name in ASCII and in full (RFC 6266)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\/' else "-" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def body_of(request: Request, most: int, name: str) -> bytes:
    """The whole body. Raises `FILE_TOO_LARGE` (413.60) past `most` bytes."""
    if (request.content_length or 0) <= most:
        content = request.stream.read(most + 1)
        if len(content) <= most:
            return content
    raise problems.FILE_TOO_LARGE(name=name, limit=most // 1_000_000)


def _kept(response: Response, tag: str) -> Response:
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
