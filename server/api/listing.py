"""Answers without end: read, written and sent a piece at a time, so that their length costs no memory.

Knows no table: a view says how the rows below an id are found, and how they are shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, Protocol, TypeVar

from flask import Response
from marshmallow import Schema
from sqlalchemy.orm import Session

from server.api.plumbing import Page, is_extended
from server.db import db, read_only
from server.streaming import streamed

JSON = "application/json; charset=utf-8"
ROWS = 500
"""Rows that are read at once."""


class Numbered(Protocol):
    """A row of a list whose order is that of its ids, the newest first."""

    id: Any


Row = TypeVar("Row", bound=Numbered)

Read = Callable[[Session, int | None, int, int], Sequence[Row]]
"""Rows with ids below the one given (None: from the start), at most so many, so many left out before them."""


def list_answer(
    plain: type[Schema],
    extended: type[Schema],
    paged: Page,
    read: Read[Row],
    shown: Callable[[Sequence[Row]], list[dict[str, Any]]],
) -> Response:
    """What `answers(plain, extended, many=True)` would write, to the byte. The first pages are read before it begins.

    The database connection goes back after each page: a slow reader keeps none.
    """
    schema = (extended if is_extended() else plain)(many=True)
    texts = (_text(schema, shown(rows)) for rows in _pages(paged, read))
    first, second = next(texts, ""), next(texts, None)
    if second is None:
        return Response(f"[{first}]", content_type=JSON)
    return streamed(lambda _: _joined(chain((first, second), texts)), JSON)


def _reading() -> Session:
    session = db.session()
    read_only(session)
    return session


def _pages(paged: Page, read: Read[Row]) -> Iterator[Sequence[Row]]:
    below, left, offset = None, paged.limit, paged.offset
    while left is None or left > 0:
        size = ROWS if left is None else min(ROWS, left)
        rows = read(_reading(), below, size, offset)
        if rows:
            below, offset = rows[-1].id, 0  # read now: it is forgotten with the transaction
            yield rows
        if len(rows) < size:
            return
        left = None if left is None else left - size


def _text(schema: Schema, rows: list[dict[str, Any]]) -> str:
    """A page as JSON, without the list's brackets."""
    written = json.dumps(schema.dump(rows), ensure_ascii=False, separators=(",", ":"))[1:-1]
    db.session.rollback()
    return written


def _joined(texts: Iterator[str]) -> Iterator[bytes]:
    opening = "["
    for text in texts:
        yield (opening + text).encode()
        opening = ","
    yield b"]"
