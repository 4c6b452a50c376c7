"""Cells of CSV files that people open: text that a spreadsheet would run as a formula is kept text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

RISKY = ("=", "+", "-", "@", "\t", "\r")
ROWS_A_PIECE = 500


def safe(value: Any) -> Any:
    """A cell for pages' downloads: text that begins like a formula gets an apostrophe before it; numbers never do."""
    if isinstance(value, str) and value.startswith(RISKY):
        try:
            float(value)
        except ValueError:
            return "'" + value
    return value


def stream(
    header: Sequence[str], rows: Iterable[Sequence[Any]], *, bom: bool = False, escape: bool = True
) -> Iterator[bytes]:
    """A CSV in pieces of some hundred rows: memory stays flat, the first piece goes out at once.

    `bom` helps spreadsheets that would take UTF-8 for something else; `escape` false gives the exact values.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    if bom:
        buffer.write("\ufeff")
    writer.writerow(header)
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe(cell) for cell in row] if escape else row)
        if number == 1 or number % ROWS_A_PIECE == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
