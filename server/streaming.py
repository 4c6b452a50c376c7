"""Answers that are sent while they are read, each on a session of its own. For doors; knows no table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from flask import Response, stream_with_context
from sqlalchemy.orm import Session

from server.db import db, read_only


def streamed(
    pieces: Callable[[Session], Iterator[bytes]], content_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """What a session gives, sent as it is read; the session is given back at the answer's end.

    A view's session is closed before the body is sent: used then, it would keep a connection until it is collected.
    What can be refused is asked before this: inside, the answer has begun.
    """

    def body() -> Iterator[bytes]:
        session = db.session()
        read_only(session)
        yield from pieces(session)

    return Response(stream_with_context(body()), content_type=content_type, headers=headers)
