"""Rows of results and their printed table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `ratio` is to the bare server's in the same run; `cpu` in milliseconds a request."""

    name: str
    figure: float
    unit: str
    bare: float | None = None
    cpu: float | None = None
    bare_cpu: float | None = None
    aim: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours to the bare server's."""
        return None if not self.bare else self.figure / self.bare

    def as_dict(self) -> dict[str, Any]:
        """For results.json."""
        return {**asdict(self), "ratio": None if self.ratio is None else round(self.ratio, 3)}


def show(rows: Iterable[Row]) -> None:
    """Print the table."""
    heads = ("what", "figure", "unit", "bare", "ratio", "CPU ms", "bare CPU ms", "aim", "note")
    lines = [heads]
    for row in rows:
        lines.append(
            (
                row.name,
                _figure(row.figure),
                row.unit,
                "" if row.bare is None else f"{row.bare:,.0f}",
                "" if row.ratio is None else f"{row.ratio:.0%}",
                "" if row.cpu is None else f"{row.cpu:.2f}",
                "" if row.bare_cpu is None else f"{row.bare_cpu:.2f}",
                row.aim,
                row.note,
            )
        )
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _figure(number: float) -> str:
    return f"{number:,.{3 if number < 1 else 1 if number < 100 else 0}f}"
