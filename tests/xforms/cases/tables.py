"""The tables of cases as rows, and values written as the tables write them.

Columns: `section` of the specification, `context`, `expression`, `expected`, `phone` (what JavaRosa makes of it where
that is not the same) and `why`. `␉`, `␊` and the like stand for the control characters that they picture.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import isnan
from pathlib import Path

FOLDER = Path(__file__).parent
COLUMNS = ["section", "context", "expression", "expected", "phone", "why"]
_PICTURES = {0x2400 + code: code for code in range(32)}


@dataclass(frozen=True, slots=True)
class Case:
    """One row. `context` is a standing's name, `node` the path at which the expression stands."""

    subject: str
    line: int
    section: str
    context: str
    node: str
    expression: str
    expected: str
    phone: str
    why: str

    def __str__(self) -> str:
        return f"{self.subject}:{self.line}"


def cases() -> Iterator[Case]:
    """Every row of every table."""
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            assert reader.fieldnames == COLUMNS, path.name
            for row in reader:
                name, _, node = row["context"].partition(" ")
                yield Case(
                    path.stem, reader.line_num, row["section"], name, node,
                    row["expression"].translate(_PICTURES), row["expected"].translate(_PICTURES),
                    row["phone"].translate(_PICTURES), row["why"],
                )  # fmt: skip


def written(value: str | float | bool | datetime) -> str:
    """A value with its type: 'text', true, 2.5, NaN, -0, 2024-02-29T00:00:00.000. Numbers have eleven digits."""
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isnan(value):
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return f"{value:.11g}"
