"""A monitoring table as CSV, streamed: the same columns whoever reads, values that programs read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.exports import cells
from server.households import reading
from server.services import Services


def as_csv(
    session: Session,
    services: Services,
    table: str,
    asked: reading.Asked,
    *,
    exact: bool = False,
) -> Iterator[bytes]:
    """Every row, oldest first, in pieces; memory does not grow with their number.

    Instants are UTC with milliseconds and Z, codes of a list joined by spaces as forms write them, yes/no true or false.
    Raises `NOT_FOUND` at once for an unknown table.
    """
    heads = reading.headings(table, history=asked.history)
    writers = [(at, WRITERS[head.type]) for at, head in enumerate(heads) if head.type in WRITERS]
    rows = reading.stream(session, services, table, asked, exact=exact)
    return cells.stream([head.name for head in heads], _written(rows, writers), escape=False)


def instant(value: datetime) -> str:
    """UTC, milliseconds, Z."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _any(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, bool):
        return _yes_no(value)
    return value.isoformat() if isinstance(value, date) else value


def _yes_no(value: bool) -> str:
    return "true" if value else "false"


WRITERS: dict[str, Callable[[Any], Any]] = {
    "b": _yes_no,
    "l": " ".join,
    "date": _any,
    "time": _any,
    "origin": _any,
}
"""How values of a type are written where they are there."""


def _written(
    rows: Iterator[tuple[Any, ...]], writers: list[tuple[int, Callable[[Any], Any]]]
) -> Iterator[list[Any]]:
    for row in rows:
        values = list(row)
        for at, write in writers:
            if values[at] is not None:
                values[at] = write(values[at])
        yield values
